#!/bin/sh
# npm @dfinity/cbor 0.2.3
#
# Expected: encode(1.5) returns the float f93e00 (RFC 8949, appendix A) or reports an error. The section "Not
# implemented" of the README has tags and strings of indefinite length, and does not name floats.
# Behaviour: a number with a fraction is written as the integer that is left without it: 1.5 as 1, -4.1 as -4, 0.1 as 0,
# also inside of objects. Floats that others wrote are refused. No error is reported by encode.
# Workaround: npm cborg or cbor-x.
#
# Needs node and the npm registry; npm cborg 6.1.5 reads what was written.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.3
cborg=6.1.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { encode } from "@dfinity/cbor";
import * as cborg from "cborg";

const through = (value) => JSON.stringify(cborg.decode(encode(value)));
if (through({ n: 2 }) !== '{"n":2}' || through(-5) !== "-5") {
  console.log("error: integers are not written either");
  process.exit(2);
}
const seen = [];
for (const value of [1.5, -4.1, 0.1, { width: 2.75 }]) {
  let got;
  try {
    got = through(value);
  } catch (err) {
    got = "an error";
  }
  console.log(`expected ${JSON.stringify(value)} or an error, seen ${got}`);
  seen.push(got);
}
if (seen.join(" ") !== '1 -4 0 {"width":2}') {
  console.log("changed");
  process.exit(1);
}
console.log("behaviour: numbers lose their fractions");
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@dfinity/cbor@$version" "cborg@$cborg" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @dfinity/cbor $version, cborg $cborg, node $(node --version)"
node main.mjs
