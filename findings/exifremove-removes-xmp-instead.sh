#!/bin/sh
# npm exifremove 1.0.1
#
# Expected: remove returns a JPEG without its Exif segment, wherever that is among the segments.
# Behaviour: only the first APP1 segment is removed. XMP is in an APP1 segment too. If it is before the Exif one, then
# XMP is removed, and Exif with its position (GPS) stays, byte for byte. No error is reported. A picture with Exif first
# is correct.
# Workaround: call remove until the result is as long as its input, which removes XMP too.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { remove } = require("exifremove");

async function main() {
  const segment = (marker, data) => Buffer.concat([Buffer.from([0xff, marker, 0, data.length + 2]), data]);
  // A big endian Exif with one field, the camera's maker.
  const exif = segment(0xe1,
    Buffer.from("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x04Cam\0\0\0\0\0", "latin1"));
  const xmp = segment(0xe1,
    Buffer.from("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "latin1"));
  const picture = (...segments) => Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments,
    segment(0xc0, Buffer.from([8, 0, 1, 0, 1, 1, 1, 0x11, 0])), Buffer.from([0xff, 0xd9])]);
  const has = (file) => `Exif ${file.includes("Exif\0\0")}, XMP ${file.includes("xmpmeta")}`;
  const [first, second] = [has(remove(picture(exif, xmp))), has(remove(picture(xmp, exif)))];
  console.log("Exif, then XMP: expected and seen", first);
  console.log("XMP, then Exif: expected Exif false, XMP true, seen", second);
  if (first !== "Exif false, XMP true") throw new Error("Exif that is first is not removed either");
  if (second !== "Exif true, XMP false") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: Exif stays, and XMP is removed in its place");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "exifremove@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm exifremove $version, node $(node --version)"
node main.cjs
