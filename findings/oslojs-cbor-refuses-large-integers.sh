#!/bin/sh
# npm @oslojs/cbor 1.0.0
#
# Expected: 1a80000000 is the integer 2147483648, and 1affffffff 4294967295: an integer of four bytes has values up to
# 2^32 - 1 (RFC 8949, section 3.1).
# Behaviour: an integer of four bytes from 2^31 on is read with a sign and refused with a TypeError without a message.
# The same number in eight bytes, which is not the preferred encoding, is returned. Sizes and times since 2038 are such
# numbers.
# Workaround: npm cborg or cbor-x.
#
# Needs node and the npm registry; npm cborg 6.1.5 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.0
cborg=6.1.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { decodeCBORToNativeValueNoLeftoverBytes as decode } from "@oslojs/cbor";
import * as cborg from "cborg";

const seen = {};
for (const hex of ["1a7fffffff", "1b0000000080000000", "1a80000000", "1affffffff", "3a80000000", "a164" + "73697a65" +
  "1ab2d05e00"]) {
  const bytes = Uint8Array.from(hex.match(/../g), (b) => parseInt(b, 16));
  const expected = JSON.stringify(cborg.decode(bytes));
  try {
    seen[hex] = JSON.stringify(decode(bytes, 4)) === expected ? "right" : "wrong";
  } catch (err) {
    seen[hex] = err.constructor.name;
  }
  console.log(`${hex}: expected ${expected}, seen ${seen[hex]}`);
}
const results = Object.values(seen).join();
if (!results.startsWith("right,right,")) {
  console.log("error: other integers are not read either");
  process.exit(2);
}
if (results !== "right,right,TypeError,TypeError,TypeError,TypeError") {
  console.log("changed");
  process.exit(1);
}
console.log("behaviour: integers of four bytes from 2^31 on are refused");
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@oslojs/cbor@$version" "cborg@$cborg" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @oslojs/cbor $version, cborg $cborg, node $(node --version)"
node main.mjs
