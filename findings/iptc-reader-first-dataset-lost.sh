#!/bin/sh
# npm iptc-reader 1.0.1
#
# Expected: the caption of IPTC records is returned, wherever it is among them.
# Behaviour: the first dataset is skipped, whatever it is: a caption that is first is lost, and so is a keyword.
# ExifTool writes a version (2:00) before it; without one, no error tells that the caption is missing. A last dataset
# with a value that is longer than its other bytes ends in an error: "Invalid IPTC directory".
# Workaround: prepend the dataset 1c 02 00 00 02 00 04, and append 65536 zero bytes.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import read from "iptc-reader";

// dataset returns a dataset of record 2.
function dataset(number, value) {
  return Buffer.concat([Buffer.from([0x1c, 2, number, value.length >> 8, value.length & 255]), Buffer.from(value)]);
}

try {
  const version = dataset(0, "\0\x04");
  const caption = dataset(0x78, "Harbour");
  const keywords = [dataset(0x19, "blue"), dataset(0x19, "boat")];
  const rest = Buffer.alloc(64);
  const result = (...parts) => JSON.stringify(read(Buffer.concat(parts)));
  const before = result(version, caption, ...keywords, rest);
  const first = result(caption, ...keywords, rest);
  let last = "";
  try {
    last = result(version, ...keywords, caption);
  } catch (err) {
    last = err.message;
  }
  console.log("with a version before: seen", before);
  console.log("caption first: expected the same, seen", first);
  console.log("caption last: expected the same, seen", last);
  if (before !== '{"caption":"Harbour","keywords":["blue","boat"]}') throw new Error("the caption is not read at all");
  if (first === '{"keywords":["blue","boat"]}' && last === "Invalid IPTC directory") {
    console.log("behaviour: the first dataset is lost");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "iptc-reader@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm iptc-reader $version, node $(node --version)"
node main.mjs
