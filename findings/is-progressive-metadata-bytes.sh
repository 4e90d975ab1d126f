#!/bin/sh
# npm is-progressive 3.0.0
#
# Expected: isProgressive.buffer(file) tells a JPEG that has a SOF2 marker from one that has not. Metadata is in
# segments with a length (T.81 section B.1.1.4), so that bytes inside of a segment are not markers.
# Behaviour: the bytes ff c2 anywhere are taken for the marker: a baseline JPEG is reported as progressive if its
# metadata has them. A Content Credential in APP11 has thousands of bytes of hashes and signatures, and a progressive
# Exif thumbnail has these two always. fileSync behaves alike.
# Workaround: go from segment to segment, as jpeg-js or exiftool do.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.0.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
async function main() {
  const { default: isProgressive } = await import("is-progressive");
  const segment = (marker, data) => Buffer.concat([Buffer.from([0xff, marker, 0, data.length + 2]), data]);
  // The head of a picture of 1 x 1 pixels, grey, baseline (SOF0), with or without a segment APP11 before it.
  const head = (...before) => Buffer.concat([Buffer.from([0xff, 0xd8]), ...before,
    segment(0xc0, Buffer.from([8, 0, 1, 0, 1, 1, 1, 0x11, 0]))]);
  const plain = isProgressive.buffer(head());
  const harmless = isProgressive.buffer(head(segment(0xeb, Buffer.from("JP and a manifest"))));
  const metadata = isProgressive.buffer(head(segment(0xeb, Buffer.from("JP and a hash: \xff\xc2\x10", "latin1"))));
  console.log("baseline:                             expected and seen", plain);
  console.log("baseline with APP11:                  expected and seen", harmless);
  console.log("baseline with APP11 that has ff c2:   expected false, seen", metadata);
  if (plain || harmless) throw new Error("a picture without these bytes is wrong too");
  if (!metadata) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: two bytes of metadata make a baseline JPEG progressive");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "is-progressive@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm is-progressive $version, node $(node --version)"
node main.cjs
