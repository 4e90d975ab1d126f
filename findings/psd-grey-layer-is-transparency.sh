#!/bin/sh
# npm psd 3.4.0
#
# Expected: a layer of a greyscale PSD has its greys as the pixels, and its transparency as their alpha.
# Behaviour: the two are exchanged, as the channels are taken in the order in which they are stored, in which the
# transparency (-1) is first: an opaque layer becomes white, and the darker it is the more transparent. No error is
# reported. The picture itself and the layers of an RGB file are right.
# Workaround: exchange the two, if the layer has a channel -1 and the mode of the file is 1.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.4.0
ag=31.0.2
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

// psd returns a PSD of 4 x 2 pixels with these channels as its picture, and with one layer.
function psd({ mode, depth = 8, palette = Buffer.alloc(0), channels, rle, layer }) {
  const parts = layer.channels.map(([id, channel]) => [id, coded([channel], layer.bottom - layer.top, rle)]);
  const record = Buffer.concat([u32(layer.top, 0, layer.bottom, 4), u16(parts.length),
    ...parts.map(([id, part]) => Buffer.concat([u16(id), u32(part.length)])), Buffer.from("8BIMnorm", "latin1"),
    Buffer.from([255, 0, 0, 0]), u32(12), u32(0, 0), Buffer.from("\x01a\0\0", "latin1")]);
  const bare = Buffer.concat([u16(1), record, ...parts.map((part) => part[1])]);
  const info = Buffer.concat([bare, Buffer.alloc((4 - bare.length % 4) % 4)]);
  return Buffer.concat([Buffer.from("8BPS\0\x01\0\0\0\0\0\0", "latin1"), u16(channels.length), u32(2, 4),
    u16(depth, mode), u32(palette.length), palette, u32(0), u32(info.length + 8, info.length), info, u32(0),
    coded(channels, 2, rle)]);
}

// text returns RGBA pixels as a text.
const text = (data) => Array.from({ length: data.length / 4 }, (_, i) => [...data.subarray(4 * i, 4 * i + 4)].join())
  .join(" ");

try {
  const grey = Buffer.from([0, 32, 64, 96, 128, 160, 192, 255]);
  const alpha = Buffer.alloc(8, 255);
  const right = Array.from(grey, (g) => [g, g, g, 255].join()).join(" ");
  const seen = {};
  for (const [name, mode, ids] of [["RGB", 3, [-1, 0, 1, 2]], ["grey", 1, [-1, 0]]]) {
    const layer = { top: 0, bottom: 2, channels: ids.map((id) => [id, id < 0 ? alpha : grey]) };
    const file = psd({ mode, channels: ids.slice(1).map(() => grey), rle: true, layer });
    const parsed = new PSD(Uint8Array.from(file));
    parsed.parse();
    seen[name] = text(Buffer.from(parsed.layers[0].image.pixelData));
    console.log(`layer of a ${name} file:`);
    console.log("  expected", right);
    console.log("  seen    ", seen[name]);
    const [other] = readPsd(file, { useImageData: true }).children;
    if (text(other.imageData.data) !== right) throw new Error("ag-psd does not read it");
    if (text(Buffer.from(parsed.image.pixelData)) !== right) throw new Error("the picture itself is not right either");
  }
  if (seen.RGB !== right) throw new Error("the layer of an RGB file is not right either");
  if (seen.grey === Array.from(grey, (g) => [255, 255, 255, g].join()).join(" ")) {
    console.log("behaviour: the greys of the layer are its transparency");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "psd@$version" "ag-psd@$ag" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm psd $version, npm ag-psd $ag, node $(node --version)"
node main.mjs
