#!/bin/sh
# npm @webtoon/psd 0.4.0
#
# Expected: composite() returns the colours of a CMYK or an indexed picture, or reports that it does not support them.
# Behaviour: whatever the colour mode is, the first channels are returned as they are. Of CMYK, cyan, magenta and yellow
# become red, green and blue, and black becomes the transparency: black parts of a picture are invisible. Of an indexed
# picture, the numbers of the palette become greys. Lab is taken for RGB. No error is reported; the README names no
# modes.
# Workaround: look at fileHeader.colorMode before, and read CMYK with npm psd and indexed pictures with ag-psd.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.4.0
ag=31.0.2
psd=3.4.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { initializeCanvas, readPsd } from "ag-psd";
import PSD from "psd";
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

// webtoon returns the pixels that @webtoon/psd reads.
async function webtoon(file) {
  return text(await Psd.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.length)).composite());
}

try {
  // The numbers of CMYK are stored inverted: 255 is no ink. The pixels are white, black, cyan, and red with grey.
  const inks = [[255, 255, 0, 255], [255, 255, 255, 0], [255, 255, 255, 0], [255, 0, 255, 128]]
    .map((row) => Buffer.from([...row, ...row]));
  const cmyk = psd({ mode: 4, channels: inks, rle: true,
    layer: { top: 0, bottom: 2, channels: inks.map((channel, id) => [id, channel]) } });
  const other = new PSD(Uint8Array.from(cmyk));
  other.parse();
  const seenCMYK = (await webtoon(cmyk)).split(" ").slice(0, 4).join(" ");
  console.log("white, black, cyan, dark red in CMYK: npm psd reads about " +
    text(Buffer.from(other.image.pixelData)).split(" ").slice(0, 4).join(" "));
  console.log("  seen", seenCMYK);

  const palette = Buffer.concat([Buffer.alloc(256, 200), Buffer.alloc(256, 40), Buffer.alloc(256, 10)]);
  const numbers = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]);
  const indexed = psd({ mode: 2, palette, channels: [numbers], rle: true,
    layer: { top: 0, bottom: 2, channels: [[0, numbers]] } });
  const right = text(readPsd(indexed, { useImageData: true }).imageData.data);
  const seenIndexed = await webtoon(indexed);
  console.log("orange in each entry of the palette: expected", right);
  console.log("  seen", seenIndexed);
  if (right !== Array(8).fill("200,40,10,255").join(" ")) throw new Error("ag-psd does not read the indexed picture");
  if (seenCMYK === "255,255,255,255 255,255,255,0 0,255,255,255 255,0,0,128" &&
    seenIndexed === Array.from(numbers, (n) => [n, n, n, 255].join()).join(" ")) {
    console.log("behaviour: black is transparent, and an indexed picture is grey");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@webtoon/psd@$version" "ag-psd@$ag" "psd@$psd" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @webtoon/psd $version, npm ag-psd $ag, npm psd $psd, node $(node --version)"
node main.mjs
