#!/bin/sh
# npm epub 2.1.1
#
# Expected: getChapter returns a chapter whose pictures have the address "/images/IMG_ID/IMG_FILENAME" (README). The
# address in a chapter is relative to the chapter's own file (EPUB 3.3, "Relative URLs"): Text/one.xhtml shows
# Images/boat.png as ../Images/boat.png. Sigil writes all books so.
# Behaviour: the address is taken as relative to the package document. A picture of another folder is then unknown, and
# its src is removed: <img alt="a boat"/>. In a book without folders the same chapter is correct. No error is reported.
# Workaround: getChapterRaw, and resolve the addresses; npm epub2 keeps the picture.
#
# Needs node and the npm registry; npm jszip 3.10.1 writes the books.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.1
jszip=3.10.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { EPub } from "epub";
import JSZip from "jszip";

// book returns a book of one chapter and one picture.
function book(chapter, picture, src) {
  const zip = new JSZip();
  zip.file("mimetype", "application/epub+zip");
  zip.file("META-INF/container.xml",
    `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
    <rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`);
  zip.file("OEBPS/content.opf",
    `<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
    <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x:1</dc:identifier>
    <dc:title>Harbour</dc:title><dc:language>en</dc:language>
    <meta property="dcterms:modified">2026-11-30T12:00:00Z</meta></metadata><manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="one" href="${chapter}" media-type="application/xhtml+xml"/>
    <item id="boat" href="${picture}" media-type="image/png"/></manifest>
    <spine><itemref idref="one"/></spine></package>`);
  zip.file("OEBPS/nav.xhtml",
    `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>1</title></head>
    <body><nav epub:type="toc"><ol><li><a href="${chapter}">1</a></li></ol></nav></body></html>`);
  zip.file("OEBPS/" + chapter, `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>1</title></head><body>` +
    `<p><img src="${src}" alt="a boat"/></p></body></html>`);
  zip.file("OEBPS/" + picture, "not decoded");
  return zip.generateAsync({ type: "nodebuffer" });
}

// shown returns the chapter as the library returns it.
async function shown(...files) {
  const epub = new EPub(await book(...files));
  await epub.parse();
  return epub.getChapter("one");
}

try {
  const flat = await shown("one.xhtml", "boat.png", "boat.png");
  const folders = await shown("Text/one.xhtml", "Images/boat.png", "../Images/boat.png");
  console.log("without folders:", flat);
  console.log("with folders: expected a src, seen", folders);
  if (flat !== `<p><img src="/images/boat/OEBPS/boat.png" alt="a boat"/></p>`) {
    throw new Error("a book without folders is not as expected");
  }
  if (folders === `<p><img alt="a boat"/></p>`) {
    console.log("behaviour: a picture of another folder loses its address");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "epub@$version" "jszip@$jszip" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm epub $version, node $(node --version)"
node main.mjs
