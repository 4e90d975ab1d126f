#!/bin/sh
# npm @lingo-reader/epub-parser 0.4.6
#
# Expected: loadChapter returns the chapter; "the parser follows the EPUB 3.3" (README). An href is a URL, in which a
# space is %20; the name of the file in the archive has the space (EPUB 3.3, "URLs in the OCF abstract container").
# Behaviour: the file is looked for under the name with %20. The chapter is empty, and the picture has no bytes. A line
# is written to the console, and no error is reported. The table of contents has the name with the space and no id.
# npm epub 2.1.1 does not find the file either, and reports an error; npm epub2 3.0.2 finds it.
# Workaround: replace the hrefs before, or read with epub2.
#
# Needs node and the npm registry; npm jszip 3.10.1 writes the books.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.4.6
jszip=3.10.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { initEpubFile } from "@lingo-reader/epub-parser";
import JSZip from "jszip";

// book returns a book of one chapter.
function book(href) {
  const zip = new JSZip();
  zip.file("mimetype", "application/epub+zip");
  zip.file("META-INF/container.xml",
    `<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
    <rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`);
  zip.file("OEBPS/content.opf",
    `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="id">
    <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x:1</dc:identifier>
    <dc:title>Harbour</dc:title><dc:language>en</dc:language></metadata><manifest>
    <item id="one" href="${href}" media-type="application/xhtml+xml"/>
    <item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>
    <spine toc="ncx"><itemref idref="one"/></spine></package>`);
  zip.file("OEBPS/toc.ncx",
    `<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head/>
    <docTitle><text>Harbour</text></docTitle><navMap><navPoint id="n" playOrder="1"><navLabel><text>Boats</text>
    </navLabel><content src="${href}"/></navPoint></navMap></ncx>`);
  zip.file("OEBPS/" + decodeURI(href), `<?xml version="1.0"?>` +
    `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>1</title></head><body><p>boats</p></body></html>`);
  return zip.generateAsync({ type: "nodebuffer" });
}

try {
  const seen = [];
  for (const href of ["chapter-one.xhtml", "chapter%20one.xhtml"]) {
    writeFileSync("book.epub", await book(href));
    const epub = await initEpubFile("book.epub");
    const { html } = await epub.loadChapter("one");
    console.log(`${href}: expected <p>boats</p>, seen ${JSON.stringify(html)}`);
    seen.push(html);
  }
  if (seen[0] !== "<p>boats</p>") throw new Error("a name without a space is not read either");
  if (seen[1] === "") {
    console.log("behaviour: a chapter with a space in its name is empty");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@lingo-reader/epub-parser@$version" "jszip@$jszip" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @lingo-reader/epub-parser $version, node $(node --version)"
node main.mjs
