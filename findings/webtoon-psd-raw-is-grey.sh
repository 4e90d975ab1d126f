#!/bin/sh
# npm @webtoon/psd 0.4.0
#
# Expected: composite() of the document returns the pixels of the picture that a PSD stores, whether it is packed (RLE)
# or not (compression 0).
# Behaviour: of a picture that is not packed, each of the channels is read as the first one: an RGB picture becomes grey
# by its red, and one with four channels has its red as the transparency too. No error is reported. The pixels of a
# layer are right, and so is a packed picture.
# Workaround: read the picture with ag-psd, or use the pixels of the layers.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.4.0
ag=31.0.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { initializeCanvas, readPsd } from "ag-psd";
import module from "@webtoon/psd";

const Psd = module.default ?? module;
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

const red = Buffer.from([0, 32, 64, 96, 128, 160, 192, 255]);
const green = Buffer.from([255, 200, 150, 100, 50, 25, 10, 0]);
const blue = Buffer.from([9, 9, 9, 9, 90, 90, 90, 90]);
try {
  const seen = {};
  const right = Array.from(red, (r, i) => [r, green[i], blue[i], 255].join()).join(" ");
  const grey = Array.from(red, (r) => [r, r, r, 255].join()).join(" ");
  for (const rle of [true, false]) {
    const channels = [red, green, blue];
    const layer = { top: 0, bottom: 2, channels: channels.map((channel, id) => [id, channel]) };
    const file = psd({ mode: 3, channels, rle, layer });
    const parsed = Psd.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
    seen[rle] = text(await parsed.composite());
    console.log(rle ? "packed:" : "not packed:");
    console.log("  expected", right);
    console.log("  seen    ", seen[rle]);
    const other = text(readPsd(file, { useImageData: true }).imageData.data);
    if (other !== right) throw new Error("ag-psd does not read it");
    if (text(await parsed.layers[0].composite()) !== right) throw new Error("the layer is not right either");
  }
  if (seen[true] !== right) throw new Error("the packed picture is not right either");
  if (seen[false] === grey) {
    console.log("behaviour: the picture is grey");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@webtoon/psd@$version" "ag-psd@$ag" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @webtoon/psd $version, npm ag-psd $ag, node $(node --version)"
node main.mjs
