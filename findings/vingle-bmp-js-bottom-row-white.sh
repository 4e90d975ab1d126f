#!/bin/sh
# npm @vingle/bmp-js 0.2.5
#
# Expected: decode returns all rows of a BMP that is compressed by run lengths (BI_RLE8, BI_RLE4).
# Behaviour: the bottom row is left white. It is the first one in the file, and is stored at the top, where the top row
# is stored over it later. bmp-js 0.1.0 has the same code. No error is reported.
# Workaround: use bmpimagejs or @cwasm/nsbmp.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { decode } = require("@vingle/bmp-js");

// bmp returns a BMP with this header (from its length on), these bytes between it and the pixels, and these pixels.
function bmp(header, between, pixels) {
  const file = Buffer.alloc(14);
  const start = 14 + header.length + between.length;
  file.write("BM");
  file.writeUInt32LE(start + pixels.length, 2);
  file.writeUInt32LE(start, 10);
  return Buffer.concat([file, header, between, Buffer.from(pixels)]);
}

// info returns a header of this length for a picture of 2 x 2 pixels.
function info(length, bits, compression, size) {
  const header = Buffer.alloc(length);
  [[length, 0], [2, 4], [2, 8], [1 | (bits << 16), 12], [compression, 16], [size, 20]].forEach(([value, at]) => {
    header.writeUInt32LE(value, at);
  });
  return header;
}

async function main() {
  const palette = Buffer.alloc(4 * 256);
  for (let i = 0; i < 256; i++) palette.fill(i, 4 * i, 4 * i + 3);
  const shown = (compression, pixels) => [...decode(bmp(info(40, 8, compression, pixels.length), palette, pixels)).data]
    .filter((_, i) => i % 4 === 3).join();
  const plain = shown(0, [30, 40, 0, 0, 10, 20, 0, 0]);
  const run = shown(1, [1, 30, 1, 40, 0, 0, 1, 10, 1, 20, 0, 1]);
  console.log("without compression: expected and seen", plain);
  console.log("BI_RLE8:             expected 10,20,30,40, seen", run);
  if (plain !== "10,20,30,40") throw new Error("a picture without compression is wrong too");
  if (run !== "10,20,255,255") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the bottom row is white");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@vingle/bmp-js@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @vingle/bmp-js $version, node $(node --version)"
node main.cjs
