#!/bin/sh
# npm docx-parser 0.2.1 and npm @thasmorato/docx-parser 1.4.0
#
# Expected: the text of the document is returned as Word shows it. Text that was deleted while changes were recorded is
# in w:delText, and is not part of the text (ECMA-376, part 1, 17.3.3.7); &lt; is < (XML 1.0, 2.4); a page number's
# instruction (w:instrText) is not shown, and a new paragraph begins a new line.
# Behaviour: deleted words are returned beside those that replaced them. References such as &lt; and &#252; are left as
# they are, and " PAGE " is part of the text. docx-parser also joins paragraphs and table cells. No error is reported.
# Workaround: npm mammoth, extractRawText.
#
# Needs node and the npm registry; npm jszip 3.10.1 writes the documents.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.1
other=1.4.0
jszip=3.10.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { parseDocxToArray } from "@thasmorato/docx-parser";
import docxParser from "docx-parser";
import JSZip from "jszip";

const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const types = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

// docx returns a document with that body.
function docx(body) {
  const zip = new JSZip();
  zip.file("[Content_Types].xml",
    `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
    <Override PartName="/word/document.xml" ContentType="${types}"/></Types>`);
  zip.file("_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
    <Relationship Id="rId1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`);
  zip.file("word/document.xml", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` +
    `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body>` +
    `</w:document>`);
  return zip.generateAsync({ type: "nodebuffer" });
}

const run = (text) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const by = `w:id="1" w:author="Ada" w:date="2026-11-30T12:00:00Z"`;
const bodies = {
  plain: [run("red boats"), "red boats"],
  deleted: [run("keep ") + `<w:del ${by}><w:r><w:delText xml:space="preserve">old </w:delText></w:r></w:del>` +
    run("this"), "keep this"],
  references: [run("1 &lt; 2"), "1 < 2"],
};

const readers = {
  "docx-parser": () => new Promise((resolve) => docxParser.parseDocx("letter.docx", resolve)),
  "@thasmorato/docx-parser": async (file) => (await parseDocxToArray(file)).filter((e) => e.type === "paragraph")
    .map((e) => e.content?.text ?? e.content).join("\n"),
};

try {
  const seen = [];
  for (const [name, [body, expected]] of Object.entries(bodies)) {
    const file = await docx(`<w:p>${body}</w:p>`);
    writeFileSync("letter.docx", file);
    for (const [reader, read] of Object.entries(readers)) {
      const text = String(await read(file)).trim();
      console.log(`${reader}, ${name}: expected ${JSON.stringify(expected)}, seen ${JSON.stringify(text)}`);
      seen.push(text);
    }
  }
  if (seen[0] !== "red boats" || seen[1] !== "red boats") throw new Error("a plain paragraph is not returned");
  if (seen.slice(2).join() !== "keep old this,keep old this,1 &lt; 2,1 &lt; 2") {
    console.log("changed");
    process.exitCode = 1;
  } else {
    console.log("behaviour: deleted text is returned, and references are not decoded");
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "docx-parser@$version" "@thasmorato/docx-parser@$other" \
	"jszip@$jszip" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm docx-parser $version, @thasmorato/docx-parser $other, node $(node --version)"
node main.mjs
