#!/bin/sh
# npm adm-zip 0.6.1
#
# Expected: adm-zip replaces one file of an archive and leaves the others as and where they are. An EPUB or an
# OpenDocument file begins with its entry mimetype (EPUB 3.3, "OCF ZIP container"; ODF 1.3, part 2, "MIME type").
# Behaviour: adm-zip writes the entries sorted by their names: META-INF comes before mimetype, and the book is no valid
# EPUB any more. The program file then calls it Zip archive data, and no longer an EPUB document. Loading an archive and
# writing it unchanged is enough. No error is reported, and the README does not mention the order.
# Workaround: new AdmZip(file, { noSort: true }), an option that only the source describes.
#
# Needs node and the npm registry; npm jszip 3.10.1 writes the book.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.6.1
jszip=3.10.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import AdmZip from "adm-zip";
import JSZip from "jszip";

// order returns the names of the entries, as their local headers are in the file.
function order(zip) {
  const names = [];
  for (let at = 0; zip.readUInt32LE(at) === 0x04034b50;) {
    const [size, name, extra] = [zip.readUInt32LE(at + 18), zip.readUInt16LE(at + 26), zip.readUInt16LE(at + 28)];
    names.push(zip.toString("utf8", at + 30, at + 30 + name));
    at += 30 + name + extra + size;
  }
  return names.join(" ");
}

try {
  const book = new JSZip();
  book.file("mimetype", "application/epub+zip");
  book.file("META-INF/container.xml", "<container/>", { createFolders: false });
  book.file("OEBPS/cover.png", "picture", { createFolders: false });
  const epub = await book.generateAsync({ type: "nodebuffer" });
  const edit = (options) => {
    const zip = new AdmZip(epub, options);
    zip.updateFile("OEBPS/cover.png", Buffer.from("another"));
    return order(zip.toBuffer());
  };
  const [before, unsorted, after] = [order(epub), edit({ noSort: true }), edit({})];
  console.log("before:            ", before);
  console.log("edited with noSort:", unsorted);
  console.log("edited, expected:  ", before);
  console.log("edited, seen:      ", after);
  if (before !== "mimetype META-INF/container.xml OEBPS/cover.png" || unsorted !== before) {
    throw new Error("the book or the edit is not as it should be");
  }
  if (after === "META-INF/container.xml mimetype OEBPS/cover.png") {
    console.log("behaviour: mimetype is not the first entry of the edited book");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "adm-zip@$version" "jszip@$jszip" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm adm-zip $version, node $(node --version)"
node main.mjs
