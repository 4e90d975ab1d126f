#!/bin/sh
# npm sharp 0.35.5, with libvips 8.18.7
#
# Expected: keepMetadata() keeps the texts of a PNG with their keywords. A keyword is up to 79 characters and may
# contain spaces (PNG, third edition, "11.3.3.2 Keywords and text strings"); Creation Time is one of those listed there.
# Behaviour: the copy has the text under the first word of its keyword: Creation Time becomes Creation, and the Raw
# profile type exif of ImageMagick becomes Raw, so that its Exif data is found no more. Two keywords that begin alike
# become two texts with the same one. metadata().comments of the original has the whole keyword. No error is reported.
# Workaround: none in sharp; write the texts again with another program.
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

const png = Buffer.concat([
  Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
  chunk("IHDR", Buffer.from("00000008000000040800000000", "hex")), // 8 x 4 grey pixels
  chunk("tEXt", Buffer.from("Author\0Ada")),
  chunk("tEXt", Buffer.from("Creation Time\x002026-11-30T12:00:00Z")),
  chunk("tEXt", Buffer.from("Creation Place\0Harbour")),
  chunk("IDAT", deflateSync(Buffer.from("000102030405060708".repeat(4), "hex"))),
  chunk("IEND", Buffer.alloc(0)),
]);

const keywords = async (file) => ((await sharp(file).metadata()).comments ?? []).map((c) => c.keyword).join(", ");

try {
  const before = await keywords(png);
  const after = await keywords(await sharp(png).keepMetadata().png().toBuffer());
  console.log("keywords of the original:", before);
  console.log("of the copy, expected:   ", before);
  console.log("of the copy, seen:       ", after);
  if (before !== "Author, Creation Time, Creation Place") throw new Error("the original is not read");
  if (after === "Author, Creation, Creation") {
    console.log("behaviour: a keyword is cut at its first space");
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
