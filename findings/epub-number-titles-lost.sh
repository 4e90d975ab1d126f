#!/bin/sh
# npm epub 2.1.1
#
# Expected: metadata.title and the titles of toc are the texts of the book (README, "metadata" and "toc").
# Behaviour: texts that look like numbers become numbers. The title 007 is returned as 7, and a series 1.10 as 1.1. In
# the table of contents such a title is empty: chapters that are named 1, 2, 3 have no names. No error is reported.
# Workaround: read the package document and the NCX file with an XML parser; npm epub2 returns the texts.
#
# Needs node and the npm registry; npm jszip 3.10.1 writes the book.
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

// book returns a book with that title and chapters of those names.
function book(title, chapters) {
  const zip = new JSZip();
  zip.file("mimetype", "application/epub+zip");
  zip.file("META-INF/container.xml",
    `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
    <rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`);
  const items = chapters.map((_, i) => `<item id="c${i}" href="c${i}.xhtml" media-type="application/xhtml+xml"/>`);
  zip.file("content.opf",
    `<package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="id">
    <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x:1</dc:identifier>
    <dc:title>${title}</dc:title><dc:language>en</dc:language></metadata><manifest>${items.join("")}
    <item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>
    <spine toc="ncx">${chapters.map((_, i) => `<itemref idref="c${i}"/>`).join("")}</spine></package>`);
  zip.file("toc.ncx",
    `<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head/><docTitle><text>t</text></docTitle>
    <navMap>${chapters.map((name, i) => `<navPoint id="n${i}" playOrder="${i + 1}"><navLabel><text>${name}</text>
    </navLabel><content src="c${i}.xhtml"/></navPoint>`).join("")}</navMap></ncx>`);
  chapters.forEach((_, i) => zip.file(`c${i}.xhtml`, "<html/>"));
  return zip.generateAsync({ type: "nodebuffer" });
}

try {
  const seen = {};
  for (const title of ["Harbour", "007", "1.10"]) {
    const epub = new EPub(await book(title, ["Boats", "1", "1984"]));
    await epub.parse();
    const chapters = JSON.stringify(epub.toc.map((c) => c.title));
    console.log(`title: expected ${title}, seen ${epub.metadata.title}; chapters: expected ["Boats","1","1984"], ` +
      `seen ${chapters}`);
    seen[title] = epub.metadata.title;
    seen.chapters = chapters;
  }
  if (seen.Harbour !== "Harbour" || !seen.chapters.startsWith(`["Boats"`)) {
    throw new Error("titles of letters are not returned either");
  }
  if (seen["007"] === "7" && seen["1.10"] === "1.1" && seen.chapters === `["Boats","",""]`) {
    console.log("behaviour: titles that look like numbers are changed or lost");
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
