#!/bin/sh
# npm mammoth 1.13.0
#
# Expected: text that is hidden in Word (w:vanish, "Hidden" in the dialogue for fonts) is not in the HTML: it is neither
# shown nor printed, and is used for answers, notes to oneself and index entries.
# Behaviour: the HTML and the raw text have it as any other text, without a mark and without a message: who publishes
# the page publishes the hidden text. Deleted text of recorded changes, in contrast, is left out.
# Workaround: remove the runs with w:vanish from word/document.xml before. A transformDocument cannot drop them, as the
# parsed run has no such property.
#
# Needs node and the npm registry; npm jszip 3.10.2 writes the document.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.13.0
jszip=3.10.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import JSZip from "jszip";
import mammoth from "mammoth";

// docx returns a Word document with this body.
function docx(body) {
  const zip = new JSZip();
  zip.file("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
    <Override PartName="/word/document.xml"
    ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`);
  zip.file("_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
    <Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    Target="word/document.xml"/></Relationships>`);
  zip.file("word/document.xml",
    `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body>
    </w:document>`);
  return zip.generateAsync({ type: "nodebuffer" });
}

try {
  const change = 'w:id="1" w:author="Ada" w:date="2026-11-30T12:00:00Z"';
  const buffer = await docx(`<w:p><w:r><w:t xml:space="preserve">Dear guests</w:t></w:r>
    <w:r><w:rPr><w:vanish/></w:rPr><w:t>, do not forget the bill</w:t></w:r>
    <w:del ${change}><w:r><w:delText>, deleted</w:delText></w:r></w:del><w:r><w:t>.</w:t></w:r></w:p>`);
  const keep = { transformDocument: (document) => {
    runs.push(...mammoth.transforms.getDescendantsOfType(document, "run"));
    return document;
  } };
  const runs = [];
  const html = await mammoth.convertToHtml({ buffer }, keep);
  const text = (await mammoth.extractRawText({ buffer })).value.trim();
  console.log("HTML, expected: <p>Dear guests.</p>");
  console.log("HTML, seen:    ", html.value, html.messages.length, "messages");
  console.log("text, seen:    ", text);
  console.log("properties of a run:", Object.keys(runs[1]).join(" "));
  if (html.value.includes("deleted")) throw new Error("deleted text is shown too");
  if (html.value === "<p>Dear guests, do not forget the bill.</p>" && text === "Dear guests, do not forget the bill.") {
    console.log("behaviour: hidden text is shown");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "mammoth@$version" "jszip@$jszip" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm mammoth $version, node $(node --version)"
node main.mjs
