#!/bin/sh
# npm decode-gif 1.0.1
#
# Expected: decode returns the frames of a GIF as pictures of its width and height. A frame may have only the part that
# changed (GIF89a section 20): it is shown on top of the frames before it.
# Behaviour: each frame is alone on transparency: a frame that changes one pixel is a picture with that one pixel. The
# result has no position and no disposal of a frame, so that they cannot be put together afterwards either.
# Workaround: use omggif, with one buffer for all frames, or modern-gif.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const decode = require("decode-gif");

// gif returns a GIF of 2 x 1 pixels with these frames: its disposal, and the left edge and colours of its pixels.
function gif(frames) {
  const colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0];
  const parts = [Buffer.from("GIF89a"), [2, 0, 1, 0, 0x81, 0, 0], colours];
  for (const { disposal, left, pixels } of frames) {
    parts.push([0x21, 0xf9, 4, disposal << 2, 10, 0, 0, 0], [0x2c, left, 0, 0, 0, pixels.length, 0, 1, 0, 0]);
    // Codes of 3 bits: clear (4), the pixels, and the end (5).
    const codes = [4, ...pixels, 5].reduceRight((bits, code) => (bits << 3) | code, 0);
    parts.push([2, 2, codes & 255, codes >> 8, 0]);
  }
  return Buffer.concat([...parts.map((part) => Buffer.from(part)), Buffer.from([0x3b])]);
}

async function main() {
  // Red and red, then green at the left.
  const { frames } = decode(gif([{ disposal: 1, left: 0, pixels: [0, 0] }, { disposal: 1, left: 0, pixels: [1] }]));
  const seen = frames.map(({ data }) => Buffer.from(data).toString("hex", 0, 4) + " " +
    Buffer.from(data).toString("hex", 4));
  console.log("first frame:  expected ff0000ff ff0000ff, seen", seen[0]);
  console.log("second frame: expected 00ff00ff ff0000ff, seen", seen[1]);
  console.log("fields of a frame:", Object.keys(frames[1]).join(", "));
  if (seen[0] !== "ff0000ff ff0000ff") throw new Error("the first frame is wrong too");
  if (seen[1] !== "00ff00ff 00000000") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the second frame is alone on transparency");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "decode-gif@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm decode-gif $version, node $(node --version)"
node main.cjs
