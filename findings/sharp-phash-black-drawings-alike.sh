#!/bin/sh
# npm sharp-phash 2.2.0
#
# Expected: two different drawings have different hashes. The example of the README takes pictures of a distance below
# 5 for the same one.
# Behaviour: the hash of each black drawing on transparency, as icons, signatures and logos are, is 64 zeros: the
# colours without their alpha are black throughout. The distance of any two is 0. On white, the same drawings differ. No
# error is reported.
# Workaround: pass sharp(picture).flatten({ background: "white" }).toBuffer().
#
# Needs node and the npm registry; sharp 0.34.4 is used with it.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.2.0
sharp=0.34.4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const sharp = require("sharp");
const phash = require("sharp-phash");
const distance = require("sharp-phash/distance");

// drawing returns a black drawing on transparency as PNG, and the same one on white.
async function drawing(inside) {
  const pixels = Buffer.alloc(128 * 128 * 4);
  for (let y = 0; y < 128; y++) {
    for (let x = 0; x < 128; x++) if (inside(x, y)) pixels[(y * 128 + x) * 4 + 3] = 255;
  }
  const transparent = await sharp(pixels, { raw: { width: 128, height: 128, channels: 4 } }).png().toBuffer();
  return [transparent, await sharp(transparent).flatten({ background: "white" }).png().toBuffer()];
}

async function main() {
  const circle = await drawing((x, y) => (x - 40) ** 2 + (y - 50) ** 2 < 900);
  const cross = await drawing((x, y) => (x > 80 && x < 100) || (y > 20 && y < 40));
  const [seen, onWhite] = await Promise.all([0, 1].map(async (i) =>
    distance(await phash(circle[i]), await phash(cross[i]))));
  console.log(`a circle and a cross: distance on white ${onWhite}, expected the like, seen ${seen}`);
  if (onWhite < 10) throw new Error("they are alike on white too");
  if (seen !== 0 || /1/.test(await phash(circle[0]))) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: all black drawings on transparency have one hash");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts --legacy-peer-deps "sharp-phash@$version" "sharp@$sharp" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm sharp-phash $version, sharp $sharp, node $(node --version)"
node main.cjs
