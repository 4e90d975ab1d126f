#!/bin/sh
# npm pixel-buffer-diff 1.4.0
#
# Expected: a red and a green picture differ, and so do two views of one buffer, as in pixelmatch, for which the README
# calls it a drop-in replacement.
# Behaviour: diff returns 0 for pictures that differ in all pixels: if the two colours have the same brightness, as only
# that is added up for the default cumulatedThreshold; if they differ only in their transparency; and if both are views
# of one ArrayBuffer, as small Buffers of node are, as the views' byteOffset is ignored and its beginning is compared
# with itself. No error is reported.
# Workaround: copy the pixels to arrays of their own, blend them with white, and set cumulatedThreshold to -1.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.4.0
match=7.2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import module from "pixel-buffer-diff";
import pixelmatch from "pixelmatch";

const size = 16;

// filled returns a picture of one colour, in an ArrayBuffer of its own.
const filled = (colour) => Uint8ClampedArray.from({ length: 4 * size * size }, (_, i) => colour[i % 4]);

try {
  const both = new Uint8ClampedArray(8 * size * size);
  both.set(filled([0, 0, 0, 255]));
  both.set(filled([255, 255, 255, 255]), 4 * size * size);
  const seen = {};
  for (const [name, a, b] of [
    ["black and white", filled([0, 0, 0, 255]), filled([255, 255, 255, 255])],
    ["red and green", filled([255, 0, 0, 255]), filled([0, 130, 0, 255])],
    ["black and transparent", filled([0, 0, 0, 255]), filled([0, 0, 0, 0])],
    ["black and white as views", both.subarray(0, both.length / 2), both.subarray(both.length / 2)],
  ]) {
    seen[name] = module.diff(a, b, new Uint8ClampedArray(a.length), size, size).diff;
    const right = pixelmatch(a, b, null, size, size, { threshold: 0.03 });
    console.log(`${name}: expected ${right} pixels, as of pixelmatch, seen ${seen[name]}`);
    if (right !== size * size) throw new Error("pixelmatch does not find them either");
  }
  if (seen["black and white"] !== size * size) throw new Error("black and white do not differ either");
  if (Object.values(seen).filter((n) => n === 0).length === 3) {
    console.log("behaviour: pictures of other colours do not differ");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "pixel-buffer-diff@$version" "pixelmatch@$match" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm pixel-buffer-diff $version, npm pixelmatch $match, node $(node --version)"
node main.mjs
