#!/bin/sh
# npm node-forge 1.4.3
#
# Expected: asn1.generalizedTimeToDate returns the moment of a GeneralizedTime. The difference to UTC is written +hhmm
# (X.680 section 46.3 c): "20260430120000+0545", the time of Nepal, is 06:15 UTC.
# Behaviour: the minutes of the difference are read one place too far, as if a colon were before them: +0545 is taken
# for 5 hours and 5 minutes, +0530 and +0130 for full hours. The time is 30 to 40 minutes off, with no error. A time
# with full hours, or with Z, is right.
# Workaround: convert the difference yourself, and pass the rest with Z.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.4.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { asn1 } = require("node-forge");

try {
  const cases = [["+0200", "10:00"], ["+0545", "06:15"], ["+0530", "06:30"], ["-0330", "15:30"]];
  const seen = cases.map(([offset, expected]) => {
    const time = asn1.generalizedTimeToDate(`20260430120000${offset}`).toISOString().slice(11, 16);
    console.log(`12:00 ${offset}: expected ${expected} UTC, seen ${time}`);
    return time;
  });
  if (seen[0] !== "10:00") throw new Error("full hours are wrong too");
  if (cases.slice(1).every(([, expected], i) => seen[i + 1] !== expected)) {
    console.log("behaviour: the minutes of the difference are lost");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund "node-forge@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm node-forge $version, node $(node --version)"
node main.cjs
