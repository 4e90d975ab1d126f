#!/bin/sh
# npm psd 3.4.0
#
# Expected: a picture with 16 bits a sample is returned with its 8 high bits, or an error says that it is not supported.
# The README says that "not all image modes + depths are supported", and lists none.
# Behaviour: each byte becomes a pixel: the picture has twice as many pixels, of which each second one is noise, so that
# a PNG made of it shows the upper half only, stretched. Indexed, Lab and duotone pictures become empty (transparent).
# No error is reported.
# Workaround: look at header.depth and header.mode before.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.4.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import PSD from "psd";

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
  const wide = Buffer.concat(Array.from(grey, (g) => Buffer.from([g, g ^ 85])));
  const files = [psd({ mode: 1, channels: [grey] }), psd({ mode: 1, depth: 16, channels: [wide] })];
  const [narrow, deep] = files.map((file) => {
    const parsed = new PSD(Uint8Array.from(file));
    parsed.parse();
    return greys(parsed.image.pixelData);
  });
  console.log(" 8 bits: expected", grey.join(), "seen", narrow);
  console.log("16 bits: expected", grey.join(), "seen", deep);
  if (narrow !== grey.join()) throw new Error("a picture with 8 bits is not right either");
  if (deep === wide.join()) {
    console.log("behaviour: each byte is a pixel");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "psd@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm psd $version, node $(node --version)"
node main.mjs
