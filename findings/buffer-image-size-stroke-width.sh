#!/bin/sh
# npm buffer-image-size 0.6.4
#
# Expected: the size of a picture in a buffer. The width of an SVG is the attribute width of its root (SVG 2, section
# 8.4); stroke-width is another attribute.
# Behaviour: the first attribute whose name ends with "width" counts: the root of an icon with stroke-width="2", which
# icon sets write before or after the size, is 2 pixels wide. The height is right, so that the ratio is wrong too. No
# error is reported. image-size 2.0.2, of which it is a fork, returns the right size.
# Workaround: image-size.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.6.4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
async function main() {
  const sizeOf = require("buffer-image-size");
  const { imageSize } = await import("image-size");
  const icon = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" stroke-width="2" width="24" height="24"/>');
  const text = ({ width, height }) => `${width} x ${height}`;
  const other = text(imageSize(new Uint8Array(icon)));
  if (other !== "24 x 24") throw new Error(`image-size: ${other}`);
  const seen = text(sizeOf(icon));
  console.log(`expected (and image-size) ${other}\nseen                      ${seen}`);
  if (seen === "2 x 24") return console.log("behaviour: the width is that of the stroke");
  console.log("changed");
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "buffer-image-size@$version" image-size@2.0.2 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm buffer-image-size $version, node $(node --version)"
node main.cjs
