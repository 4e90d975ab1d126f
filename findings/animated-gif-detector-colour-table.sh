#!/bin/sh
# npm animated-gif-detector 1.2.0
#
# Expected: a GIF of two frames is animated, with and without the extension NETSCAPE2.0, which only says how often the
# frames are repeated.
# Behaviour: a GIF of two frames is reported as still if its colour table does not end with a zero byte and no extension
# is between it and the first frame. The detector counts graphic control extensions, and takes one for such only after a
# zero byte, the end of another block; but the first one follows the colour table. With a black last colour, or with
# NETSCAPE2.0, the result is correct.
# Workaround: use is-animated or gify-parse.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const animated = require("animated-gif-detector");

// gif returns a GIF of two frames of one pixel, whose colour table has this last colour.
function gif(last) {
  const frame = [0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
  return Buffer.from([...Buffer.from("GIF89a"), 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, ...last, ...frame, ...frame, 0x3b]);
}

async function main() {
  const [black, white] = [animated(gif([0, 0, 0])), animated(gif([255, 255, 255]))];
  console.log("two frames, colours red and black: expected true, seen", black);
  console.log("two frames, colours red and white: expected true, seen", white);
  if (!black) throw new Error("a table that ends with black is wrong too");
  if (white) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: an animated GIF is reported as still");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "animated-gif-detector@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm animated-gif-detector $version, node $(node --version)"
node main.cjs
