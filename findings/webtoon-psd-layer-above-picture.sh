#!/bin/sh
# npm @webtoon/psd 0.4.0
#
# Expected: a layer from row -2 to row 0 (exclusive) is 2 pixels high, as one from row 0 to row 2.
# Behaviour: the end of a layer is decremented unless it is 0, so that a layer that ends at the upper edge of the
# picture has one row more, which is transparent, and one that ends at the left edge one column more. With packed (RLE)
# layers, as Photoshop writes them, a length too much is read then: parse fails. Layers that were moved out of the
# picture up to its edge are such ones.
# Workaround: read the file with ag-psd.
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

try {
  const channel = Buffer.from([0, 32, 64, 96, 128, 160, 192, 255]);
  const seen = {};
  const cases = [["inside", 0, false], ["above", -2, false], ["inside", 0, true], ["above", -2, true]];
  for (const [name, top, rle] of cases) {
    const channels = [channel, channel, channel];
    const layer = { top, bottom: top + 2, channels: channels.map((c, id) => [id, c]) };
    const file = psd({ mode: 3, channels, rle, layer });
    const key = `${name}${rle ? ", packed" : ""}`;
    try {
      const [found] = Psd.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.length)).layers;
      seen[key] = `${found.width} x ${found.height}`;
    } catch {
      seen[key] = "an error";
    }
    const { imageData } = readPsd(file, { useImageData: true }).children[0];
    console.log(`layer (${key}): expected ${imageData.width} x ${imageData.height}, seen ${seen[key]}`);
    if (imageData.height !== 2) throw new Error("ag-psd does not read the layer");
  }
  if (seen.inside !== "4 x 2" || seen["inside, packed"] !== "4 x 2") throw new Error("the other layer is wrong too");
  if (seen.above === "4 x 3" && seen["above, packed"] === "an error") {
    console.log("behaviour: a layer that ends at the edge of the picture has one row more");
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
