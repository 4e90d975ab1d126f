#!/bin/sh
# npm epub2 3.0.2 and npm epub 2.1.1
#
# Expected: the files of a book are found: the href of an item is relative to the package document (EPUB 3.3, "The
# item element"). In content/package.opf, href="contents.xhtml" is content/contents.xhtml.
# Behaviour: an href that begins with the letters of the package document's folder is taken as a whole path:
# contents.xhtml is looked for at the top of the archive. The chapter cannot be read ("Reading archive failed",
# "Entry not found"), nor a picture c/cover.png beside c/package.opf. Other names in the same book are found.
# Workaround: prefix the href in manifest with the folder, which is the directory of rootFile.
#
# Needs node and the npm registry; npm jszip 3.10.1 writes the books.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.0.2
epub=2.1.1
jszip=3.10.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { EPub as First } from "epub";
import second from "epub2";
import JSZip from "jszip";

// book returns a book of one chapter in that folder.
function book(folder, chapter) {
  const zip = new JSZip();
  zip.file("mimetype", "application/epub+zip");
  zip.file("META-INF/container.xml",
    `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
    <rootfile full-path="${folder}/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`);
  zip.file(folder + "/package.opf",
    `<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
    <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x:1</dc:identifier>
    <dc:title>Harbour</dc:title><dc:language>en</dc:language>
    <meta property="dcterms:modified">2026-11-30T12:00:00Z</meta></metadata><manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="one" href="${chapter}" media-type="application/xhtml+xml"/></manifest>
    <spine><itemref idref="one"/></spine></package>`);
  zip.file(folder + "/nav.xhtml",
    `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>1</title></head>
    <body><nav epub:type="toc"><ol><li><a href="${chapter}">1</a></li></ol></nav></body></html>`);
  zip.file(folder + "/" + chapter,
    `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>1</title></head><body><p>boats</p></body></html>`);
  return zip.generateAsync({ type: "nodebuffer" });
}

const readers = {
  epub: async () => {
    const epub = new First("book.epub");
    await epub.parse();
    return epub.getChapter("one");
  },
  epub2: async () => (await second.EPub.createAsync("book.epub")).getChapterAsync("one"),
};

try {
  const seen = [];
  for (const [folder, chapter] of [["content", "start.xhtml"], ["content", "contents.xhtml"], ["c", "cover.xhtml"]]) {
    writeFileSync("book.epub", await book(folder, chapter));
    for (const [name, read] of Object.entries(readers)) {
      const text = await read().catch((err) => "error: " + err.message);
      console.log(`${name}, ${folder}/${chapter}: expected <p>boats</p>, seen ${text}`);
      seen.push(text === "<p>boats</p>" ? "read" : /archive failed|Entry not found/.test(text) ? "not found" : text);
    }
  }
  if (seen.slice(0, 2).join() !== "read,read") throw new Error("an unlike name is not read either");
  if (seen.slice(2).every((s) => s === "not found")) {
    console.log("behaviour: a file whose name begins as its folder is not found");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "epub2@$version" "epub@$epub" "jszip@$jszip" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm epub2 $version, epub $epub, node $(node --version)"
node main.mjs
