#!/bin/sh
# npm cbor-js 0.1.0
#
# Expected: f983ff is -0.0000609755516, the negative of f903ff: a half float with an exponent of zero has a sign as any
# other has (RFC 8949, section 3.3 and appendix D).
# Behaviour: the sign of such a number is lost: f983ff is returned as a positive number, as is f98001. Numbers from
# -0.000061 (f98400) away from zero keep it. No error is reported.
# Workaround: npm cbor-redux, which was made from this package, keeps the sign.
#
# Needs node and the npm registry; npm cbor-redux 1.0.0 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.1.0
redux=1.0.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import cbor from "cbor-js";
import * as redux from "cbor-redux";

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (b) => parseInt(b, 16)).buffer;
const numbers = { f903ff: 1023 * 2 ** -24, f98400: -(2 ** -14), f983ff: -1023 * 2 ** -24, f98001: -(2 ** -24) };

const seen = [];
for (const [hex, expected] of Object.entries(numbers)) {
  const got = cbor.decode(bytes(hex));
  console.log(`${hex}: expected (and cbor-redux) ${expected}, seen ${got}`);
  if (redux.decode(bytes(hex)) !== expected) {
    console.log("error: cbor-redux returns another number");
    process.exit(2);
  }
  seen.push(got / expected);
}
if (seen[0] !== 1 || seen[1] !== 1) {
  console.log("error: other half floats are wrong too");
  process.exit(2);
}
if (seen[2] !== -1 || seen[3] !== -1) {
  console.log("changed");
  process.exit(1);
}
console.log("behaviour: small negative half floats become positive");
JS

if ! npm install --no-audit --no-fund --ignore-scripts "cbor-js@$version" "cbor-redux@$redux" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm cbor-js $version, cbor-redux $redux, node $(node --version)"
node main.mjs
