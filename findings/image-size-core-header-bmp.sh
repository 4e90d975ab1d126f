#!/bin/sh
# npm image-size 2.1.0
#
# Expected: imageSize of a BMP returns its width and height. They have 16 bits each if the header after the file header
# is of 12 bytes (BITMAPCOREHEADER), and 32 bits if it is longer. A negative height means that the top row is first.
# Behaviour: 32 bits are read in both cases: a picture of 64 x 48 pixels with a header of 12 bytes is one of 3145792 x
# 1572865. @coderosh/image-size 2.0.1 and fast-image-size 0.1.3 do the same, and fast-image-size returns a height of
# 4294967248 for a picture of 48 rows whose top row is first. No error is reported. probe-image-size is correct.
# Workaround: probe-image-size.
#
# Needs node and the npm registry; probe-image-size 7.5.0 reads the same pictures.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.0
coderosh=2.0.1
fast=0.1.3
probe=7.5.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const coderosh = require("@coderosh/image-size");
const fast = require("fast-image-size");
const fs = require("fs");
const { imageSize } = require("image-size");
const probe = require("probe-image-size");

// picture returns a white BMP of 64 x 48 pixels with this header, whose numbers have these sizes in bytes.
function picture(numbers) {
  const header = Buffer.concat(numbers.map(([value, size]) => {
    const bytes = Buffer.alloc(size);
    value < 0 ? bytes.writeIntLE(value, 0, size) : bytes.writeUIntLE(value, 0, size);
    return bytes;
  }));
  const start = Buffer.from("BM\0\0\0\0\0\0\0\0\0\0\0\0", "latin1");
  start.writeUInt32LE(14 + header.length + 64 * 48 * 3, 2);
  start.writeUInt32LE(14 + header.length, 10);
  return Buffer.concat([start, header, Buffer.alloc(64 * 48 * 3, 255)]);
}

const long = (height) => [[40, 4], [64, 4], [height, 4], [1, 2], [24, 2],
  [0, 4], [0, 4], [0, 4], [0, 4], [0, 4], [0, 4]];

async function main() {
  let present = true;
  for (const [name, bytes, wrong] of [
    ["40 bytes", picture(long(48)), {}],
    ["40 bytes, the top row first", picture(long(-48)), { "fast-image-size": "64 x 4294967248" }],
    ["12 bytes", picture([[12, 4], [64, 2], [48, 2], [1, 2], [24, 2]]), { "image-size": "3145792 x 1572865",
      "@coderosh/image-size": "3145792 x 1572865", "fast-image-size": "3145792 x 1572865" }],
  ]) {
    fs.writeFileSync("picture.bmp", bytes);
    const seen = { "probe-image-size": probe.sync(bytes), "image-size": imageSize(bytes),
      "@coderosh/image-size": await (coderosh.default ?? coderosh)(bytes), "fast-image-size": fast("picture.bmp") };
    console.log(`a header of ${name}: expected 64 x 48`);
    for (const [library, { width, height }] of Object.entries(seen)) {
      console.log(`  ${library}: ${width} x ${height}`);
      if (!wrong[library] && `${width} x ${height}` !== "64 x 48") throw new Error(`${library} returns another size`);
      present &&= `${width} x ${height}` === (wrong[library] ?? "64 x 48");
    }
  }
  if (!present) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: four bytes are read for each number of two");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "image-size@$version" "@coderosh/image-size@$coderosh" \
	"fast-image-size@$fast" "probe-image-size@$probe" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm image-size $version, node $(node --version)"
node main.cjs
