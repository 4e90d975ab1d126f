#!/bin/sh
# npm sharp 0.35.5, with libvips 8.18.7
#
# Expected: the metadata of a PNG is read wherever it is. iTXt, zTXt, tEXt and eXIf may be before or after the pixels
# (PNG, third edition, "5.6 Chunk ordering"), and encoders that learn a fact late write them after.
# Behaviour: sharp sees none of them after IDAT: metadata() has no xmp, exif, orientation and comments. keepMetadata()
# writes a copy without them, so that a rating and a digitalSourceType are lost, and autoOrient() leaves a portrait
# photo on its side. The same chunks before IDAT are read and kept. No error or warning is reported.
# Workaround: move the chunks before IDAT first. ExifTool does so whenever it writes a tag.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.35.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { deflateSync, crc32 } from "node:zlib";
import sharp from "sharp";

function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length);
  out.write(type, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, -4)), 8 + data.length);
  return out;
}

const header = Buffer.from("00000008000000040800000000", "hex"); // 8 x 4 grey pixels
const about = [
  chunk("eXIf", Buffer.from("49492a0008000000010012010300010000000600000000000000", "hex")),
  chunk("iTXt", Buffer.from("XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>" +
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description " +
    "xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='3'/></rdf:RDF></x:xmpmeta>")),
  chunk("tEXt", Buffer.from("Software\0Harbour")),
];
const pixels = [chunk("IDAT", deflateSync(Buffer.from("000102030405060708".repeat(4), "hex")))];

// seen returns what sharp says of a PNG with these chunks, and of a turned copy of it.
async function seen(chunks) {
  const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), ...chunks,
    chunk("IEND", Buffer.alloc(0))]);
  const of = await sharp(png).metadata();
  const copy = await sharp(await sharp(png).autoOrient().keepMetadata().png().toBuffer()).metadata();
  return `orientation ${of.orientation}, xmp ${of.xmp ? "yes" : "no"}, texts ${(of.comments ?? []).length}; ` +
    `copy ${copy.width} x ${copy.height}, xmp ${copy.xmp ? "yes" : "no"}`;
}

try {
  const want = "orientation 6, xmp yes, texts 1; copy 4 x 8, xmp yes";
  const before = await seen([...about, ...pixels]);
  const after = await seen([...pixels, ...about]);
  console.log("metadata before the pixels: expected and seen", before);
  console.log("metadata after the pixels:  expected", want);
  console.log("                            seen    ", after);
  if (before !== want) throw new Error("metadata before the pixels is not read either");
  if (after === "orientation undefined, xmp no, texts 0; copy 8 x 4, xmp no") {
    console.log("behaviour: metadata after the pixels is not read, and lost in a copy");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "sharp@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm sharp $version, libvips $(node -p 'require("sharp").versions.vips'), node $(node --version)"
node main.mjs
