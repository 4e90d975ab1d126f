#!/bin/sh
# npm jpeg-js 0.4.4
#
# Expected: decode returns the colours of a JPEG. The APP14 segment "Adobe" tells what they are: transform 0 of three
# components is RGB, 1 is YCbCr (ITU-T T.872, 6.5.3). By default, colorTransform means to "respect the default behavior
# encoded in metadata" (README).
# Behaviour: only a transform that is not 0 is used, and without it YCbCr is assumed: red, green and blue of a picture
# that was saved as RGB (cjpeg -rgb, Photoshop) are taken for luminance and chroma. The colour 200,100,50 becomes
# 90,255,150. No error is reported. A YCbCr picture is correct.
# Workaround: decode with { colorTransform: false } if the transform of APP14 is 0.
#
# Needs node and the npm registry; jpg-stream 1.1.2 decodes the same pictures.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.4.4
other=1.1.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const JPEGDecoder = require("jpg-stream/decoder");
const jpeg = require("jpeg-js");

// Both are of 8 x 8 pixels of the colour 200,100,50, as cjpeg 2.1.5 writes them.
const pictures = {
  YCbCr:
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoK" +
    "BggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK" +
    "Cgr/wAARCAAIAAgDAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAA" +
    "AAAAAAAAAAAI/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8APFc2H//Z",
  RGB:
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYI" +
    "CwwLCgwJCgoK/8AAEQgACAAIA1IRAEcRAEIRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAkH/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAwD" +
    "UgBHAEIAAD8ASBDxjv/Z",
};

// other returns the first pixel, as jpg-stream decodes it.
function other(bytes) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const decoder = new JPEGDecoder();
    decoder.on("data", (chunk) => chunks.push(chunk));
    decoder.on("end", () => resolve([...Buffer.concat(chunks).subarray(0, 3)]));
    decoder.on("error", reject);
    decoder.end(bytes);
  });
}

const near = (a, b) => a.every((sample, i) => Math.abs(sample - b[i]) < 4);

async function main() {
  const seen = {};
  for (const [kind, text] of Object.entries(pictures)) {
    const bytes = Buffer.from(text, "base64");
    const expected = await other(bytes);
    seen[kind] = [...jpeg.decode(bytes, { useTArray: true }).data.subarray(0, 3)];
    console.log(`${kind}: expected (and jpg-stream) ${expected}, seen ${seen[kind]}`);
    if (!near(expected, [200, 100, 50])) throw new Error("jpg-stream returns another colour");
  }
  if (!near(seen.YCbCr, [200, 100, 50])) throw new Error("a YCbCr picture is wrong too");
  if (near(seen.RGB, [200, 100, 50])) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: RGB is taken for YCbCr");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "jpeg-js@$version" "jpg-stream@$other" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm jpeg-js $version, node $(node --version)"
node main.cjs
