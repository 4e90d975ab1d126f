#!/bin/sh
# npm modern-gif 2.1.0
#
# Expected: decodeFrames returns the whole picture of each frame as it is shown. A frame with the disposal "restore to
# previous" (3) is taken away before the next one is drawn, and what was there before comes back (GIF89a section 23).
# Behaviour: what was there before does not come back: the pixels outside of the next frame are transparent. With
# disposal 1 ("do not dispose") in all frames the result is correct. No error is reported.
# Workaround: put the frames together yourself, from the patches of gifuct-js or omggif.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
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
  const { decodeFrames } = await import("modern-gif");
  const shown = (middle) => {
    // Red and red, then green at the left, then blue at the right.
    const file = gif([{ disposal: 1, left: 0, pixels: [0, 0] }, { disposal: middle, left: 0, pixels: [1] },
      { disposal: 1, left: 1, pixels: [2] }]);
    const data = file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
    return decodeFrames(data).map((frame) => Buffer.from(frame.data).toString("hex", 0, 4) + " " +
      Buffer.from(frame.data).toString("hex", 4)).at(-1);
  };
  const [kept, restored] = [shown(1), shown(3)];
  console.log("third frame, if the second stays:       expected 00ff00ff 0000ffff, seen", kept);
  console.log("third frame, if the second is restored: expected ff0000ff 0000ffff, seen", restored);
  if (kept !== "00ff00ff 0000ffff") throw new Error("frames that stay are wrong too");
  if (restored === "ff0000ff 0000ffff") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the picture below a restored frame is lost");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "modern-gif@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm modern-gif $version, node $(node --version)"
node main.cjs
