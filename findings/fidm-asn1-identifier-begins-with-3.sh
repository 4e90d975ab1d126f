#!/bin/sh
# npm @fidm/asn1 1.0.4
#
# Expected: 06 03 88 37 03 is the object identifier 2.999.3, the example of X.690, 8.19.5. The first number that is
# encoded is 40 times the first component plus the second one; as the first component is at most 2, all numbers from 80
# on belong to 2.
# Behaviour: the number is divided by 40: 2.999.3 is returned as 3.16.55.3, and 2.100.3 as 3.9.52.3. Only the first
# byte is used, and the rest of the number becomes components of its own. Identifiers below 2.40, such as 2.5.4.3, are
# correct. No error is reported. @fidm/x509 returns the names of extensions and attributes so.
# Workaround: asn1js.
#
# Needs node and the npm registry; npm asn1js 3.0.6 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.4
other=3.0.6
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { ASN1 } = require("@fidm/asn1");
const asn1js = require("asn1js");

const identifiers = { "1.2.840.113549": "06062a864886f70d", "2.5.4.3": "0603550403", "2.100.3": "0603813403",
  "2.999.3": "0603883703" };
const seen = {};
for (const [expected, hex] of Object.entries(identifiers)) {
  const der = Buffer.from(hex, "hex");
  const other = asn1js.fromBER(Uint8Array.from(der).buffer).result.valueBlock.toString();
  seen[expected] = ASN1.fromDER(der).value;
  console.log(`${hex}: expected ${expected}, asn1js ${other}, seen ${seen[expected]}`);
  if (other !== expected) {
    console.log("error: asn1js returns another identifier");
    process.exit(2);
  }
}
if (seen["1.2.840.113549"] !== "1.2.840.113549" || seen["2.5.4.3"] !== "2.5.4.3") {
  console.log("error: other identifiers are wrong too");
  process.exit(2);
}
if (seen["2.100.3"] !== "3.9.52.3" || seen["2.999.3"] !== "3.16.55.3") {
  console.log("changed");
  process.exit(1);
}
console.log("behaviour: identifiers below 2 with a large second number become others");
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@fidm/asn1@$version" "asn1js@$other" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @fidm/asn1 $version, asn1js $other, node $(node --version)"
node main.cjs
