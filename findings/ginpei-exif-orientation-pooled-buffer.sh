#!/bin/sh
# npm @ginpei/exif-orientation 1.2.0
#
# Expected: getOrientation(fs.readFileSync(path)) returns the orientation in the Exif data of a JPEG (README, "Read file
# from fs.readFile()").
# Behaviour: it is undefined, as for a file without Exif data, for a JPEG of less than 4 KiB, such as a thumbnail. The
# package reads the ArrayBuffer of a Buffer from its start and ignores byteOffset. The bytes of such a small Buffer are
# within a pool that other Buffers share ("Class: Buffer", byteOffset, in the documentation of Node.js). The same bytes
# in an ArrayBuffer of their own are read. No error is reported.
# Workaround: give it Uint8Array.from(buffer).buffer.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const fs = require("node:fs");
const { getOrientation } = require("@ginpei/exif-orientation");

// A JPEG of this size whose Exif data has orientation 6, which is a rotation by 90 degrees. The rest is a comment.
function picture(size) {
  const exif = Buffer.from("ffd8ffe10022457869660000" + // start, APP1 of 34 bytes, Exif
    "4d4d002a00000008" + "0001" + "011200030000000100060000" + "00000000", "hex"); // TIFF header, one field, no more
  const comment = Buffer.alloc(size - exif.length - 2);
  comment.writeUInt16BE(0xfffe, 0);
  comment.writeUInt16BE(comment.length - 2, 2);
  return Buffer.concat([exif, comment, Buffer.from("ffd9", "hex")]);
}

async function main() {
  const seen = [];
  for (const size of [200, 3000, 5000]) {
    fs.writeFileSync("photo.jpg", picture(size));
    let file = fs.readFileSync("photo.jpg");
    if (file.byteOffset === 0) file = fs.readFileSync("photo.jpg"); // the first one of a new pool
    const [own, found] = [await getOrientation(Uint8Array.from(file).buffer), await getOrientation(file)];
    if (own?.rotation !== 90) throw new Error("the orientation is not read from an ArrayBuffer either");
    console.log(`${size} bytes: expected (and from an ArrayBuffer) 90 degrees, seen ` +
      (found === undefined ? "undefined" : `${found.rotation} degrees`));
    seen.push(found?.rotation);
    if (size < 4096 && file.byteOffset === 0) throw new Error("this version of node did not use the pool");
  }
  if (seen[0] === undefined && seen[1] === undefined && seen[2] === 90) {
    return console.log("behaviour: a small file appears to have no orientation");
  }
  console.log("changed: the rotations are", seen.join(", "));
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "@ginpei/exif-orientation@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @ginpei/exif-orientation $version, node $(node --version)"
node main.cjs
