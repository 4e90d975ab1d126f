#!/bin/sh
# npm png-dpi-reader-writer 0.2.4
#
# Expected: writePngDpi(data, dpi) is to "write DPI for PNG image", and parsePngFormat is to "detect width, height and
# DPI" (README). The chunk pHYs has the pixels of a metre; an inch is 0.0254 metres, so that 600 dots an inch are 23622
# (PNG specification, "pHYs Physical pixel dimensions").
# Behaviour: writePngDpi returns a PNG that has a chunk pHYs byte for byte, whatever its density: 72 stays if 300 is
# written. parsePngFormat divides by 39.3 instead of 39.37 and rounds down: 600 is read as 601 and 1200 as 1202, also
# from a PNG that writePngDpi wrote. No error is reported.
# Workaround: npm sharp, withMetadata({ density }) and metadata().density.
#
# Needs node and the npm registry; npm sharp 0.35.5 and pngjs 7.0.0 write the pictures, and sharp reads their density.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { parsePngFormat, writePngDpi } = require("png-dpi-reader-writer");
const { PNG } = require("pngjs");
const sharp = require("sharp");

// png gives a PNG with a chunk pHYs for the density, or one without that chunk.
function png(density) {
  if (!density) return PNG.sync.write(new PNG({ width: 2, height: 2 }));
  const picture = sharp({ create: { width: 2, height: 2, channels: 3, background: "green" } });
  return picture.png().withMetadata({ density }).toBuffer();
}

async function main() {
  const seen = [];
  for (const [before, density] of [[undefined, 300], [72, 300], [undefined, 600], [undefined, 1200]]) {
    const data = await png(before);
    if (data.includes("pHYs") !== (before !== undefined)) throw new Error("the PNG is of another form");
    const written = Buffer.from(writePngDpi(data, density));
    const [reference, own] = [(await sharp(written).metadata()).density, parsePngFormat(written).dpi];
    console.log(`${density} written to a PNG with ${before ?? "no density"}:`);
    console.log(`  expected ${density}\n  seen     ${own} by parsePngFormat, ${reference} by sharp`);
    seen.push(`${own}/${reference}`);
  }
  if (seen[0] !== "300/300") throw new Error("300 is not written to a PNG without a density either");
  if (seen.join() === "300/300,72/72,601/600,1202/1200") {
    return console.log("behaviour: a density that is there is kept, and 600 is read as 601");
  }
  console.log("changed: the densities are", seen.join(", "));
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "png-dpi-reader-writer@$version" sharp@0.35.5 pngjs@7.0.0 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm png-dpi-reader-writer $version, sharp 0.35.5, node $(node --version)"
node main.cjs
