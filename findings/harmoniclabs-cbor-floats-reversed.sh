#!/bin/sh
# npm @harmoniclabs/cbor 2.0.1
#
# Expected: Cbor.parse returns the floats of RFC 8949, whose bytes are in network order: fb3ff199999999999a is 1.1
# (appendix A).
# Behaviour: floats of 32 and 64 bits are read with their bytes in the other order: 1.1 becomes -1.54e-180, and 100000
# becomes 7.4e-39. Floats of 16 bits and integers are correct. No error is reported. A float that the package writes
# itself is in the same wrong order, so that only other programs notice.
# Workaround: use another decoder, such as cborg or cbor2.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { Cbor, CborSimple } = require("@harmoniclabs/cbor");

async function main() {
  const read = (hex) => Cbor.parse(Uint8Array.from(Buffer.from(hex, "hex"))).simple;
  const vectors = [["f93e00", 1.5], ["fa47c35000", 100000], ["fb3ff199999999999a", 1.1], ["fbc010666666666666", -4.1]];
  const seen = vectors.map(([hex, expected]) => {
    console.log(`${hex}: expected ${expected}, seen ${read(hex)}`);
    return read(hex) === expected;
  });
  const written = Buffer.from(Cbor.encode(new CborSimple(1.1, "float64"))).toString("hex");
  console.log(`1.1 as float64: expected fb3ff199999999999a, seen ${written}`);
  if (!seen[0]) throw new Error("a float of 16 bits is wrong too");
  if (seen.slice(1).some((right) => right)) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the bytes of a float are read in the other order");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@harmoniclabs/cbor@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @harmoniclabs/cbor $version, node $(node --version)"
node main.cjs
