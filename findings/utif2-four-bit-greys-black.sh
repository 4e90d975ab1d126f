#!/bin/sh
# npm utif2 4.1.0
#
# Expected: toRGBA8 returns the greys of a TIFF of 4 bits a pixel, whichever of its ends is black: 0 is black and 15 is
# white with the PhotometricInterpretation 1, and 0 is white with 0 (TIFF 6.0, section 4).
# Behaviour: with 1 (black is 0) each pixel of the result is black. With 0 the picture is correct. For 2 bits a pixel it
# is the other way round: 1 is correct, and 0 is black. No error is reported. utif 3.1.0 behaves alike, and jimp decodes
# TIFF with utif2.
# Workaround: compute the greys from the image's own data, which decodeImage unpacked correctly.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=4.1.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const UTIF = require("utif2");

// tiff returns a TIFF, most significant byte first, with these fields and these strips (or tiles) of pixels.
function tiff(fields, offsetsField, parts) {
  const starts = parts.map((_, i) => 8 + Buffer.concat(parts.slice(0, i)).length);
  const all = [...fields, [offsetsField, 4, starts], [offsetsField === 273 ? 279 : 325, 4, parts.map((p) => p.length)]];
  all.sort((a, b) => a[0] - b[0]);
  const directory = Buffer.alloc(2 + 12 * all.length + 4);
  const at = 8 + Buffer.concat(parts).length;
  const long = [];
  directory.writeUInt16BE(all.length);
  all.forEach(([tag, type, values], i) => {
    const size = type === 3 ? 2 : 4;
    const value = Buffer.alloc(Math.max(4, size * values.length));
    values.forEach((v, k) => value.writeUIntBE(v, k * size, size));
    directory.writeUInt16BE(tag, 2 + 12 * i);
    directory.writeUInt16BE(type, 4 + 12 * i);
    directory.writeUInt32BE(values.length, 6 + 12 * i);
    if (value.length === 4) return value.copy(directory, 10 + 12 * i);
    directory.writeUInt32BE(at + directory.length + Buffer.concat(long).length, 10 + 12 * i);
    long.push(value);
  });
  const header = Buffer.from("MM\0*\0\0\0\0", "latin1");
  header.writeUInt32BE(at, 4);
  return Buffer.concat([header, ...parts, directory, ...long]);
}

// greys returns the pixels of a picture of one row with each grey once, from 0 to the greatest.
function greys(bits, photometric) {
  const packed = bits === 4 ? [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef] : [0x1b];
  const file = tiff([[256, 4, [1 << bits]], [257, 4, [1]], [258, 3, [bits]], [259, 3, [1]], [262, 3, [photometric]],
    [277, 3, [1]], [278, 4, [1]]], 273, [Buffer.from(packed)]);
  const data = file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
  const [image] = UTIF.decode(data);
  UTIF.decodeImage(data, image);
  return [...UTIF.toRGBA8(image)].filter((_, i) => i % 4 === 0).join();
}

async function main() {
  const log = console.log;
  console.log = () => {};
  const seen = [greys(4, 0), greys(4, 1), greys(2, 1), greys(2, 0)];
  console.log = log;
  const up = Array.from({ length: 16 }, (_, i) => 17 * i);
  const right = [up.toReversed().join(), up.join(), "0,85,170,255", "255,170,85,0"];
  ["4 bits, white is 0", "4 bits, black is 0", "2 bits, black is 0", "2 bits, white is 0"].forEach((name, i) => {
    console.log(`${name}:\n  expected ${right[i]}\n  seen     ${seen[i]}`);
  });
  if (seen[0] !== right[0] || seen[2] !== right[2]) throw new Error("the other two are wrong too");
  if (!/^0(,0){15}$/.test(seen[1]) || seen[3] !== "0,0,0,0") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the picture is black");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "utif2@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm utif2 $version, node $(node --version)"
node main.cjs
