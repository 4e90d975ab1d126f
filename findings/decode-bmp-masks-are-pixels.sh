#!/bin/sh
# npm decode-bmp 0.2.1
#
# Expected: a BMP of 32 bits with BI_BITFIELDS has three masks after its header, and its pixels after these, where the
# file header (bfOffBits) says. GIMP, ImageMagick and Windows write such files.
# Behaviour: the masks are returned as the first three pixels, all pixels are moved by three, and the last three are
# lost. The offset in the file header is not used, and neither are the masks: another order of the colours is returned as
# the usual one. No error is reported, although the package refuses depths that it cannot read.
# Workaround: refuse files whose compression (at byte 30) is not 0 before they are decoded.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
// bmp returns a picture of one row: bits a pixel, the palette or the masks, and the row.
function bmp(width, bits, { palette = [], masks = [], compression = 0 }, row) {
  const header = Buffer.alloc(54);
  const offset = 54 + palette.length + masks.length;
  header.write("BM", 0, "latin1");
  header.writeUInt32LE(offset + row.length, 2);
  header.writeUInt32LE(offset, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(1, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(row.length, 34);
  header.writeUInt32LE(palette.length / 4, 46);
  return Buffer.concat([header, Buffer.from(masks), Buffer.from(palette), Buffer.from(row)]);
}

async function main() {
  const decode = require("decode-bmp");
  const row = [50, 100, 200, 255, 51, 101, 201, 255, 52, 102, 202, 255, 53, 103, 203, 255];
  const masks = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0];
  const reds = (file) => [...decode(file).data].filter((_, i) => i % 4 === 0).join();
  const plain = reds(bmp(4, 32, {}, row));
  const masked = reds(bmp(4, 32, { masks, compression: 3 }, row));
  console.log("red of four pixels without masks: expected and seen", plain);
  console.log("the same pixels with masks:       expected 200,201,202,203, seen", masked);
  if (plain !== "200,201,202,203") throw new Error("a picture without masks is wrong too");
  if (masked === plain) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  if (!masked.endsWith(",200")) throw new Error("the pixels are moved in another way");
  console.log("behaviour: the masks are returned as three pixels");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "decode-bmp@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm decode-bmp $version, node $(node --version)"
node main.cjs
