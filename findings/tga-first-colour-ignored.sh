#!/bin/sh
# npm tga 1.0.7
#
# Expected: a TGA with a palette tells the number of the palette's first colour in bytes 3 and 4 of its header ("First
# Entry Index"): if it is 2, a pixel of 2 has the first colour that is stored (Truevision TGA File Format Specification
# 2.0, "Color Map Specification"). ImageMagick 6.9.11 reads it so.
# Behaviour: the number is ignored: a pixel of 2 has the third colour, and those of the last colours are black or are
# made of bytes that follow the palette. tga-js and @lunapaint/tga-codec do the same. No error is reported. Palettes
# that begin at 0 are correct in all of them.
# Workaround: subtract the number from each pixel and set it to 0 before the file is read.
#
# Needs node and the npm registry; tga-js 1.1.1 and @lunapaint/tga-codec 0.2.0 read the same pictures.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.7
tgajs=1.1.1
lunapaint=0.2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const TGA = require("tga");
const TGAJS = require("tga-js").default ?? require("tga-js");

// header returns that of a TGA of this type, with bits for a pixel and the top row first, and with a list of colours.
function header(type, width, height, bits, first = 0, colours = 0) {
  const out = Buffer.alloc(18);
  [out[1], out[2], out[7], out[16], out[17]] = [colours ? 1 : 0, type, colours ? 24 : 0, bits, 0x20];
  [[first, 3], [colours, 5], [width, 12], [height, 14]].forEach(([value, at]) => out.writeUInt16LE(value, at));
  return out;
}

async function main() {
  const { decodeTga } = await import("@lunapaint/tga-codec");
  const libraries = {
    "tga": (bytes) => new TGA(bytes).pixels,
    "tga-js": (bytes) => {
      const picture = new TGAJS();
      picture.load(new Uint8Array(bytes));
      return picture.getImageData({ width: 4, height: 1, data: new Uint8ClampedArray(16) }).data;
    },
    "@lunapaint/tga-codec": async (bytes) => (await decodeTga(new Uint8Array(bytes))).image.data,
  };
  const footer = Buffer.from("\0".repeat(8) + "TRUEVISION-XFILE.\0");
  // Red, green, blue and white, as blue, green and red.
  const palette = Buffer.from([0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255]);
  const expected = "255,0,0 0,255,0 0,0,255 255,255,255";
  let present = true;
  for (const [name, decode] of Object.entries(libraries)) {
    const seen = [];
    for (const first of [0, 2]) {
      const pixels = Buffer.from([0, 1, 2, 3].map((colour) => first + colour));
      const data = await decode(Buffer.concat([header(1, 4, 1, 8, first, 4), palette, pixels, footer]));
      seen.push([0, 4, 8, 12].map((at) => [...data.subarray(at, at + 3)].join(",")).join(" "));
    }
    console.log(`${name}, the first colour is 0: expected ${expected}, seen ${seen[0]}`);
    console.log(`${name}, the first colour is 2: expected ${expected}, seen ${seen[1]}`);
    if (seen[0] !== expected) throw new Error("a palette that begins at 0 is wrong too");
    present &&= seen[1].startsWith("0,0,255 255,255,255 ");
  }
  if (!present) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the number of the first colour is ignored");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "tga@$version" \
	"tga-js@$tgajs" "@lunapaint/tga-codec@$lunapaint" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm tga $version, node $(node --version)"
node main.cjs
