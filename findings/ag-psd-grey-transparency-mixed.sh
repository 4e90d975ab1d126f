#!/bin/sh
# npm ag-psd 31.0.2
#
# Expected: readPsd returns the pixels of a grey PSD with transparency, or of one with a saved selection, which has two
# channels. Greyscale is one of the modes that its README supports.
# Behaviour: the lengths of the second channel's rows are taken for pixels of the first one, so that the picture becomes
# noise with parts of it moved. That is so for packed (RLE) pictures, as Photoshop writes them. No error is reported.
# Pixels that are not packed are right, but opaque. ImageMagick 6.9, psd-tools 1.9 and npm psd read the file.
# Workaround: read grey pictures with npm psd, or use the pixels of the layers.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=31.0.2
psd=3.4.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { initializeCanvas, readPsd } from "ag-psd";
import PSD from "psd";

initializeCanvas(undefined, (width, height) => ({
  width, height, data: new Uint8ClampedArray(4 * width * height),
}));

const u16 = (...n) => Buffer.from(n.flatMap((v) => [(v >> 8) & 255, v & 255]));
const u32 = (...n) => Buffer.from(n.flatMap((v) => [v >>> 24, (v >> 16) & 255, (v >> 8) & 255, v & 255]));

// coded returns channels as they are in a PSD; rle packs each row as one literal run.
function coded(channels, height, rle) {
  if (!rle) return Buffer.concat([u16(0), ...channels]);
  const rows = channels.flatMap((channel) => Array.from({ length: height }, (_, y) => {
    const row = channel.subarray(y * channel.length / height, (y + 1) * channel.length / height);
    return Buffer.concat([Buffer.from([row.length - 1]), row]);
  }));
  return Buffer.concat([u16(1), u16(...rows.map((row) => row.length)), ...rows]);
}

// psd returns a PSD of 4 x 2 pixels without layers.
function psd({ mode, depth = 8, channels, rle }) {
  return Buffer.concat([Buffer.from("8BPS\0\x01\0\0\0\0\0\0", "latin1"), u16(channels.length), u32(2, 4),
    u16(depth, mode), u32(0, 0, 0), coded(channels, 2, rle)]);
}

// greys returns the first of four samples of each pixel.
const greys = (data) => Array.from(data).filter((_, i) => i % 4 === 0).join();

try {
  const grey = Buffer.from([0, 32, 64, 96, 128, 160, 192, 255]);
  const opaque = Buffer.alloc(8, 255);
  const seen = [];
  for (const [name, channels, rle] of [["one channel", [grey], true], ["two, not packed", [grey, opaque], false],
    ["two, packed", [grey, opaque], true]]) {
    const file = psd({ mode: 1, channels, rle });
    const other = new PSD(Uint8Array.from(file));
    other.parse();
    seen.push(greys(readPsd(file, { useImageData: true }).imageData.data));
    console.log(`${name}: expected ${grey.join()}, seen ${seen.at(-1)}`);
    if (greys(other.image.pixelData) !== grey.join()) throw new Error("npm psd does not read it");
  }
  if (seen[0] !== grey.join() || seen[1] !== grey.join()) throw new Error("the other two are wrong too");
  if (seen[2] !== grey.join()) {
    console.log("behaviour: the greys are mixed with other bytes");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "ag-psd@$version" "psd@$psd" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm ag-psd $version, npm psd $psd, node $(node --version)"
node main.mjs
