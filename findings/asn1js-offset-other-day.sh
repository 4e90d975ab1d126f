#!/bin/sh
# npm asn1js 4.0.0
#
# Expected: toDate of a GeneralizedTime returns its moment. "20260430123456+0200" is local time with its difference to
# UTC (X.680 section 46.3 c): 10:34:56 UTC on 30 April.
# Behaviour: the result is another day, in the first days of the month: 30 April becomes 6 April, and 15 November
# becomes 2 November. The difference is added instead of subtracted, so that the hour is wrong too: 14:34:56. No error
# is reported. A time that ends with Z, as RFC 5280 and RFC 3161 require, is right.
# Workaround: read valueBlock yourself, or refuse times that do not end with Z.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=4.0.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
async function main() {
  const asn1js = await import("asn1js");
  const seen = [["20260430123456Z", "2026-04-30T12:34:56.000Z"], ["20260430123456+0200", "2026-04-30T10:34:56.000Z"],
    ["20261115080000-0500", "2026-11-15T13:00:00.000Z"]].map(([text, expected]) => {
    const der = Uint8Array.from([0x18, text.length, ...Buffer.from(text)]);
    const time = asn1js.fromBER(der.buffer).result.toDate().toISOString();
    console.log(`${text}:\n  expected ${expected}\n  seen     ${time}`);
    return time === expected;
  });
  if (!seen[0]) throw new Error("a time in UTC is wrong too");
  if (!seen[1] && !seen[2]) return console.log("behaviour: a time with a difference to UTC is of another day");
  console.log("changed: a time with a difference is right");
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "asn1js@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm asn1js $version, node $(node --version)"
node main.cjs
