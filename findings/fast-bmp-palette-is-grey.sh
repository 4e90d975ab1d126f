#!/bin/sh
# npm fast-bmp 4.0.1
#
# Expected: decode returns the colours of a BMP of 8 bits, or the indices together with the palette that they point
# into; or it refuses a palette that is not grey, as its README lists "greyscale (8-bits per pixel)" only.
# Behaviour: the indices are returned as greys, and the palette is in no field of the result: a picture of two reds has
# the greys 0 and 1, almost black. image-js decodes BMP with it. No error is reported.
# Workaround: use bmpimagejs or @cwasm/nsbmp.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=4.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
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
  const { decode } = await import("fast-bmp");
  const palette = Buffer.alloc(4 * 256);
  palette.set([0, 0, 255, 0, 0, 0, 200, 0]);
  const seen = decode(bmp(info(40, 8, 0, 8), palette, [1, 0, 0, 0, 0, 1, 0, 0]));
  const all = JSON.stringify({ ...seen, data: undefined });
  console.log("pixels of red 255, 200, 200, 255: seen", [...seen.data].join(), "with", seen.channels, "channel");
  console.log("the other fields:", all);
  if (seen.channels !== 1 || seen.data.join() !== "0,1,1,0" || /palette|\b200\b/i.test(all)) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: indices of a palette are returned as greys");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "fast-bmp@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm fast-bmp $version, node $(node --version)"
node main.cjs
