#!/bin/sh
# npm image-hash 7.0.1
#
# Expected: the hash of npm blockhash-core 0.1.0, as image-hash is "a wrapper around block-hash" (README, with a link to
# commonsmachinery/blockhash-js, now blockhash-core). A block is 1 if it is brighter than the median of its band, so
# that half of the bits are 1 unless blocks are equal.
# Behaviour: image-hash has a copy of that code from before 2017, when blockhash-js corrected its median. The median of
# an even number of blocks is the mean of the wrong two: elements n/2 and n/2+1 of the sorted blocks instead of n/2-1
# and n/2. One bit in each of the four bands is 0 instead of 1. At 8 bits a row the distance to the reference's hash of
# the same picture is 4 of 64, and only 28 bits are 1. No error is reported.
# Workaround: decode with pngjs or jpeg-js and call bmvbhash of blockhash-core, or use npm imghash, which does that.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=7.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { imageHash } = require("image-hash");
const { bmvbhash } = require("blockhash-core");
const { PNG } = require("pngjs");

const binary = (hash) => [...hash].map((digit) => parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
const ones = (hash) => binary(hash).replaceAll("0", "").length;
const distance = (a, b) => [...binary(a)].filter((bit, i) => bit !== binary(b)[i]).length;

// A PNG of 128 x 128 pixels with waves of grey: its blocks all differ.
function picture() {
  const png = new PNG({ width: 128, height: 128 });
  for (let y = 0; y < 128; y++) {
    for (let x = 0; x < 128; x++) {
      const grey = Math.round(127 + 120 * Math.sin(x / 9 + y / 17) * Math.cos(y / 11 + x / 50));
      png.data.set([grey, grey, grey, 255], 4 * (128 * y + x));
    }
  }
  return PNG.sync.write(png);
}

const hash = (data, bits) => new Promise((resolve, reject) => {
  imageHash({ ext: "image/png", data }, bits, true, (err, value) => err ? reject(err) : resolve(value));
});

async function main() {
  const data = picture();
  const distances = [];
  for (const bits of [4, 8, 16]) {
    const expected = bmvbhash(PNG.sync.read(data), bits);
    const seen = await hash(data, bits);
    if (ones(expected) !== bits * bits / 2) throw new Error("blocks of the picture are equal");
    distances.push(distance(expected, seen));
    console.log(`${bits} bits a row:\n  expected ${expected}, ${ones(expected)} bits are 1`);
    console.log(`  seen     ${seen}, ${ones(seen)} bits are 1, distance ${distances.at(-1)}`);
  }
  if (distances.every((each) => each === 4)) {
    return console.log("behaviour: one bit in each of the four bands differs from the reference");
  }
  console.log("changed: the distances to the reference are", distances.join(", "));
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "image-hash@$version" blockhash-core@0.1.0 pngjs@7.0.0 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm image-hash $version, blockhash-core 0.1.0, node $(node --version)"
node main.cjs
