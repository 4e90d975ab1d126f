#!/bin/sh
# npm bmp-js 0.1.0
#
# Expected: decode reads the pixels of a BMP from where its header says that they begin (bfOffBits). A header of 124
# bytes (BITMAPV5HEADER), as ImageMagick writes it, is as good as one of 40.
# Behaviour: the pixels are read from byte 54 on, or from the end of the palette, as if each header had 40 bytes: the
# rest of a longer one is taken for pixels, all others are moved, and the last ones are lost. No error is reported.
# @vingle/bmp-js 0.2.5 knows the longer headers, but ignores bfOffBits as well: a gap before the pixels moves them.
# image-decode 1.2.2 decodes BMP with bmp-js.
# Workaround: use bmpimagejs or @cwasm/nsbmp.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.1.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const old = require("bmp-js");
const fork = require("@vingle/bmp-js");

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
  // Blue, green and red of two pixels and two bytes to fill the row, from the bottom row to the top.
  const pixels = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0];
  const shown = ({ decode }, length, gap) => [...decode(bmp(info(length, 24, 0, 16), Buffer.alloc(gap), pixels)).data]
    .filter((_, i) => i % 4).join();
  const right = "7,8,9,10,11,12,1,2,3,4,5,6";
  const [plain, long, forkLong, forkGap] = [shown(old, 40, 0), shown(old, 124, 0), shown(fork, 124, 0),
    shown(fork, 40, 4)];
  console.log("bmp-js, header of 40 bytes:              expected and seen", plain);
  console.log(`bmp-js, header of 124 bytes:             expected ${right}, seen ${long}`);
  console.log(`@vingle/bmp-js, header of 124 bytes:     expected ${right}, seen ${forkLong}`);
  console.log(`@vingle/bmp-js, 4 bytes before the rows: expected ${right}, seen ${forkGap}`);
  if (plain !== right || forkLong !== right) throw new Error("the other two are wrong too");
  if (long === right || forkGap === right) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: bytes before the pixels are taken for pixels");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "bmp-js@$version" @vingle/bmp-js@0.2.5 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm bmp-js $version, @vingle/bmp-js 0.2.5, node $(node --version)"
node main.cjs
