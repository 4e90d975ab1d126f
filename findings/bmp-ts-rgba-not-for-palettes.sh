#!/bin/sh
# npm bmp-ts 1.0.9
#
# Expected: with the option toRGBA, decode returns the bytes of each pixel in the order red, green, blue, alpha, as the
# documentation promises ("compatible with other libraries like pngjs").
# Behaviour: for a picture of 8 bits with a palette, the option has no effect: the order is alpha, blue, green, red. A
# picture of 24 bits has the promised order. A program that shows both has the colours of one of them wrong. No error is
# reported.
# Workaround: reverse the four bytes of each pixel if bitPP is 8.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.9
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
  const { decode } = await import("bmp-ts");
  const colours = (file) => [...decode(file, { toRGBA: true }).data.subarray(0, 4)].join();
  const full = colours(bmp(1, 24, {}, [50, 100, 200, 0]));
  const indexed = colours(bmp(1, 8, { palette: [50, 100, 200, 0] }, [0, 0, 0, 0]));
  console.log("200,100,50 with 24 bits:         expected and seen 200,100,50 in", full);
  console.log("the same colour from a palette:  expected 200,100,50 first, seen", indexed);
  if (!full.startsWith("200,100,50,")) throw new Error("a picture of 24 bits is wrong too");
  if (!indexed.endsWith(",50,100,200")) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the colours of a palette are in the other order");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "bmp-ts@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm bmp-ts $version, node $(node --version)"
node main.cjs
