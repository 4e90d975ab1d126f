#!/bin/sh
# npm tga-js 1.1.1
#
# Expected: a pixel of 16 bits in a TGA has 5 bits each of red, green and blue, blue in the lowest ones (Truevision TGA
# File Format Specification 2.0, "Image Data Field").
# Behaviour: blue of the full 31 becomes 3 of 255, so that blue is black, and each pixel is transparent, although the
# header has no bits of transparency. No error is reported. Pixels of 24 bits are correct, and so is npm tga.
# Workaround: npm tga, or pictures of 24 bits.
#
# Needs node and the npm registry; npm tga 1.0.7 reads the same picture.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.1.1
other=1.0.7
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const TGA = require("tga");
const TGAJS = require("tga-js").default ?? require("tga-js");

// header returns that of a TGA of this type, with bits for a pixel and the top row first.
function header(type, width, height, bits) {
  const out = Buffer.alloc(18);
  [out[2], out[12], out[14], out[16], out[17]] = [type, width, height, bits, 0x20];
  return out;
}

// seen returns the pixels of a row of three, as tga-js returns them.
function seen(bytes) {
  const picture = new TGAJS();
  picture.load(new Uint8Array(bytes));
  return texts(picture.getImageData({ width: 3, height: 1, data: new Uint8ClampedArray(12) }).data);
}

const texts = (data) => [0, 4, 8].map((at) => [...data.subarray(at, at + 4)].join(",")).join("  ");

async function main() {
  const names = "red, green and blue";
  const plain = Buffer.concat([header(2, 3, 1, 24), Buffer.from([0, 0, 255, 0, 255, 0, 255, 0, 0])]);
  const short = Buffer.concat([header(2, 3, 1, 16), Buffer.from([0x00, 0xfc, 0xe0, 0x83, 0x1f, 0x80])]);
  const [right, got] = [seen(plain), seen(short)];
  console.log(`${names}, 24 bits: expected and seen ${right}`);
  console.log(`${names}, 16 bits: expected ${right}, seen ${got}`);
  console.log(`                              npm tga has ${texts(new TGA(short).pixels)}`);
  if (right !== "255,0,0,255  0,255,0,255  0,0,255,255") throw new Error("pixels of 24 bits are wrong too");
  if (got !== "248,0,0,0  0,248,0,0  0,0,3,0") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: blue becomes black, and all is transparent");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "tga-js@$version" "tga@$other" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm tga-js $version, node $(node --version)"
node main.cjs
