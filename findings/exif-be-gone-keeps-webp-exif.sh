#!/bin/sh
# npm exif-be-gone 1.5.1
#
# Expected: "Remove EXIF data from your image files" (package.json), of a WebP since 1.5.0: the code has a branch that
# drops the chunk EXIF. A chunk of a WebP has a header of 8 bytes, the type and the size of its data, and a padding byte
# if the size is odd (WebP Container Specification, "RIFF File Format"). The Exif data of a JPEG and a PNG is removed.
# Behaviour: a WebP is returned byte for byte. Each chunk is taken to be 12 bytes longer than its data, as in a PNG,
# which has a checksum behind the data. After the first chunk, VP8X, the next header is sought 4 bytes too late, so that
# the chunk EXIF is never found. No error is reported.
# Workaround: npm sharp, whose output has no metadata unless keepExif or withExif is called; or webpmux -strip exif.
#
# Needs node and the npm registry; npm sharp 0.35.5 writes the pictures and reads their Exif data.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.5.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { Readable } = require("node:stream");
const { buffer } = require("node:stream/consumers");
const ExifTransformer = require("exif-be-gone");
const sharp = require("sharp");

async function main() {
  const seen = {};
  for (const format of ["jpeg", "png", "webp"]) {
    const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: "green" } });
    const data = await picture[format]().withExif({ IFD0: { Artist: "Ada Lovelace" } }).toBuffer();
    const stripped = await buffer(Readable.from([data]).pipe(new ExifTransformer()));
    const [before, after] = await Promise.all([data, stripped].map((file) => sharp(file).metadata()));
    if (!before.exif?.includes("Ada Lovelace")) throw new Error(`the ${format} has no Exif data`);
    const artist = after.exif?.includes("Ada Lovelace");
    seen[format] = artist ? "the artist Ada Lovelace" : "no artist";
    console.log(`${format}, ${data.length} bytes: expected no artist, seen ${seen[format]}, ${stripped.length} bytes`);
    if (format === "webp" && artist && !stripped.equals(data)) seen.webp = "another file with the artist";
  }
  if (seen.jpeg !== "no artist" || seen.png !== "no artist") throw new Error("a JPEG or a PNG keeps its Exif data");
  if (seen.webp === "the artist Ada Lovelace") return console.log("behaviour: the WebP is returned as it was");
  console.log("changed: the WebP has", seen.webp);
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "exif-be-gone@$version" sharp@0.35.5 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm exif-be-gone $version, sharp 0.35.5, node $(node --version)"
node main.cjs
