#!/bin/sh
# npm ag-psd 31.0.2
#
# Expected: readPsd leaves the bytes of the file that it reads as they are.
# Behaviour: it exchanges the two bytes of each sample of an uncompressed picture with 16 bits in the caller's buffer.
# The buffer is another file from then on: its hash is another one, a second readPsd returns other pixels, and who
# writes it back has a spoiled file. The README says that 16 bits are not supported, but the first read returns them
# correctly. A picture with 8 bits is left as it is. No error is reported.
# Workaround: give readPsd a copy: readPsd(Uint8Array.from(file)).
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=31.0.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { createHash } from "node:crypto";
import { initializeCanvas, readPsd } from "ag-psd";

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

const hash = (file) => createHash("sha256").update(file).digest("hex").slice(0, 12);

// high returns the first sample of each pixel, in 8 bits.
const high = (data) => Array.from(data).filter((_, i) => i % 4 === 0).map((v) => v > 255 ? v >> 8 : v).join();

try {
  const grey = Buffer.from([3, 32, 64, 96, 128, 160, 192, 255]);
  const wide = Buffer.concat(Array.from(grey, (g) => Buffer.from([g, g ^ 85])));
  const seen = {};
  for (const [name, depth, channel] of [["8 bits", 8, grey], ["16 bits", 16, wide]]) {
    const file = psd({ mode: 1, depth, channels: [channel] });
    const before = hash(file);
    const first = high(readPsd(file, { useImageData: true }).imageData.data);
    const after = hash(file);
    const second = high(readPsd(file, { useImageData: true }).imageData.data);
    console.log(`${name}: SHA-256 before ${before}, expected the same after, seen ${after}`);
    console.log(`  first read ${first}, second read ${second}`);
    if (first !== grey.join()) throw new Error("the first read is not right");
    seen[name] = before === after && first === second;
  }
  if (!seen["8 bits"]) throw new Error("a file with 8 bits is changed too");
  if (!seen["16 bits"]) {
    console.log("behaviour: the file in the caller's buffer is changed");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "ag-psd@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm ag-psd $version, node $(node --version)"
node main.mjs
