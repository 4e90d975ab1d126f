#!/bin/sh
# npm upng-js 2.1.0
#
# Expected: toRGBA8 returns the pixels of a grey PNG of 1, 2 or 4 bits a pixel. Each row of a PNG begins at a new byte
# (PNG section 7.2); what is left of the row's last byte is not used.
# Behaviour: the pixels are read as if there were no rows: after the first row, the unused bits are shown as pixels, and
# everything else is moved. A picture whose width fills its bytes (8 pixels of 1 bit) is correct, and so is one with a
# palette. No error is reported. Scans of documents and masks are such pictures.
# Workaround: use another decoder for grey pictures of less than 8 bits, such as pngjs.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const zlib = require("zlib");

// png returns a PNG with these rows of samples, each packed into bytes already.
function png(width, depth, colour, rows) {
  const chunk = (type, data) => {
    const out = Buffer.alloc(12 + data.length);
    out.writeUInt32BE(data.length);
    out.write(type, 4, "latin1");
    data.copy(out, 8);
    out.writeUInt32BE(zlib.crc32(out.subarray(4, -4)), 8 + data.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(rows.length, 4);
  header[8] = depth;
  header[9] = colour;
  const data = zlib.deflateSync(Buffer.concat(rows.map((row) => Buffer.from([0, ...row]))));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0))]);
}

// shown returns the rows of a grey picture, # for black.
function shown(UPNG, file, width) {
  const image = UPNG.decode(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
  const grey = new Uint8Array(UPNG.toRGBA8(image)[0]).filter((_, i) => i % 4 === 0);
  return Array.from({ length: 3 }, (_, y) => [...grey.slice(y * width, (y + 1) * width)]
    .map((v) => (v ? "." : "#")).join("")).join(" ");
}

async function main() {
  const UPNG = require("upng-js");
  const even = shown(UPNG, png(8, 1, 0, [[0x7f], [0x7f], [0x7f]]), 8);
  const odd = shown(UPNG, png(9, 1, 0, [[0x7f, 0x80], [0x7f, 0x80], [0x7f, 0x80]]), 9);
  console.log("a black column at the left, 8 pixels wide: expected and seen", even);
  console.log("the same, 9 pixels wide: expected #........ #........ #........");
  console.log("                         seen    ", odd);
  if (even !== "#....... #....... #.......") throw new Error("a picture whose width fills its bytes is wrong too");
  if (odd === "#........ #........ #........") {
    console.log("changed: the picture is right");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the rows after the first are moved");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "upng-js@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm upng-js $version, node $(node --version)"
node main.cjs
