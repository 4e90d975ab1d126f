#!/bin/sh
# npm to-ico 1.1.5
#
# Expected: an icon that is made of a PNG has the pixels of the PNG.
# Behaviour: only a PNG with red, green, blue and alpha gives the right icon. One without alpha, as most programs write an
# opaque picture, gives other colours: the decoder returns four bytes a pixel, and three are taken for each. A grey PNG or
# one with a palette gives an icon with that many bits a pixel and pixels of one byte, which other programs refuse to
# open. No error is reported.
# Workaround: make the icon of a PNG with alpha, or with npm png-to-ico.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.1.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const zlib = require("zlib");
const toIco = require("to-ico");

// png returns a picture of 16 times 16 pixels: the first one is 1,2,3, all others 200,100,50.
function png(colour, channels) {
  const chunk = (type, data) => {
    const out = Buffer.alloc(12 + data.length);
    out.writeUInt32BE(data.length);
    out.write(type, 4, "latin1");
    data.copy(out, 8);
    out.writeUInt32BE(zlib.crc32(out.subarray(4, -4)), 8 + data.length);
    return out;
  };
  const pixel = (...rgb) => [...rgb, 255].slice(0, channels);
  const rows = Array.from({ length: 16 }, (_, y) => [0, ...Array.from({ length: 16 }, (_, x) =>
    (x + y ? pixel(200, 100, 50) : pixel(1, 2, 3))).flat()]);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", Buffer.from([0, 0, 0, 16, 0, 0, 0, 16, 8, colour, 0, 0, 0])),
    chunk("IDAT", zlib.deflateSync(Buffer.from(rows.flat()))), chunk("IEND", Buffer.alloc(0))]);
}

// corner returns the colour of the first pixel: rows begin at the lowest, and a pixel has blue, green, red.
async function corner(file) {
  const icon = await toIco([file]);
  const size = icon.readUInt16LE(22 + 14) / 8;
  const [blue, green, red] = icon.subarray(22 + 40 + 15 * 16 * size);
  return `${red},${green},${blue}`;
}

async function main() {
  const withAlpha = await corner(png(6, 4));
  const without = await corner(png(2, 3));
  console.log("the first pixel of a PNG with alpha:    expected and seen", withAlpha);
  console.log("the first pixel of a PNG without alpha: expected 1,2,3, seen", without);
  if (withAlpha !== "1,2,3") throw new Error("a PNG with alpha is wrong too");
  if (without === "1,2,3") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: an opaque picture gets other colours");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "to-ico@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm to-ico $version, node $(node --version)"
node main.cjs
