#!/bin/sh
# npm @scholarcy/docx-merger 0.3.0
#
# Expected: the merged document shows the pictures of all documents that it was made of.
# Behaviour: the pictures of the second document are shown as those of the first: both refer to the same relationship
# (rId7), which leads to the first document's picture. The second picture is in the file (word/media/image_1.png), and
# nothing refers to it. No error is reported. npm docx-merger, from which the package was made, shows all of them.
# Workaround: merge with docx-merger.
#
# Needs node and the npm registry; npm docx 9.15.2 writes the two documents, jszip 3.10.2 reads the merged one.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.3.0
docx=9.15.2
jszip=3.10.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { Document, ImageRun, Packer, Paragraph } = require("docx");
const JSZip = require("jszip");
const merger = require("@scholarcy/docx-merger");

const dot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

// letter returns a document with one picture, which ends with its name.
const letter = (name) => Packer.toBuffer(new Document({ sections: [{ children: [new Paragraph({ children: [
  new ImageRun({ type: "png", data: Buffer.concat([dot, Buffer.from(name)]), transformation: { width: 9, height: 9 } }),
] })] }] }));

// pictures returns the names of the pictures that a document shows, and of those that are in it.
async function pictures(file) {
  const zip = await JSZip.loadAsync(file);
  const text = (path) => zip.file(path).async("string");
  const name = async (path) => (await zip.file(path).async("nodebuffer")).subarray(dot.length).toString();
  const relations = new Map([...(await text("word/_rels/document.xml.rels")).matchAll(/<Relationship [^>]*>/g)]
    .map(([r]) => [/ Id="([^"]*)"/.exec(r)[1], /Target="([^"]*)"/.exec(r)[1]]));
  const shown = [...(await text("word/document.xml")).matchAll(/r:embed="([^"]*)"/g)]
    .map(([, id]) => name("word/" + relations.get(id)));
  const held = Object.keys(zip.files).filter((path) => /media\/./.test(path)).map(name);
  return [(await Promise.all(shown)).join(" "), (await Promise.all(held)).sort().join(" ")];
}

async function main() {
  const both = [await letter("first"), await letter("second")];
  const [one] = await pictures(both[0]);
  const [two] = await pictures(both[1]);
  const merging = new (merger.default || merger)();
  await merging.initialize({}, both);
  const [shown, held] = await pictures(await merging.save("nodebuffer"));
  console.log("the documents show:", one, "and", two);
  console.log("the merged one has:", held);
  console.log("it shows: expected first second, seen", shown);
  if (one !== "first" || two !== "second") throw new Error("the documents do not show their pictures");
  if (shown === "first second") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  if (shown !== "first first") throw new Error("other pictures are shown");
  console.log("behaviour: the second picture is shown as the first");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@scholarcy/docx-merger@$version" "docx@$docx" "jszip@$jszip" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @scholarcy/docx-merger $version, node $(node --version)"
node main.cjs
