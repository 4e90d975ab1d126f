#!/bin/sh
# npm duration-fns 3.0.2
#
# Expected: between(a, b) is the duration from a to b, so that apply(a, between(a, b)) is b. normalize(duration, a) is
# the same duration from a in larger units; the README has { days: 31 } from 1 February 2020 as { months: 1, days: 2 }.
# Behaviour: from a day that the later month lacks, one month too many is counted, and days are taken off it. 31 January
# to 1 March is 2 months and -30 days. To noon of 28 February it is 1 month, -3 days and 12 hours; apply makes 25
# February of that, three days too early. normalize returns 13 months, 31 days and 25 hours from 31 January as a
# duration that is a day shorter. No error is reported.
# Workaround: count in days, or between two first days of a month.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.0.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { apply, between, normalize, toString } = require("duration-fns");

const date = (day) => new Date(`${day}Z`);
const iso = (value) => new Date(value).toISOString().slice(0, 16);

// reached gives the date that apply makes of the duration between two dates.
const reached = (from, to) => {
  const found = between(date(from), date(to));
  const end = iso(apply(date(from), found));
  console.log(`${from} to ${to}: between is ${toString(found)}; applied: expected ${to}, seen ${end}`);
  return `${toString(found)} ${end}`;
};
const good = reached("2026-02-01T00:00", "2026-03-03T12:00");
const seen = [reached("2026-01-31T00:00", "2026-03-01T00:00"), reached("2026-01-31T00:00", "2026-02-28T12:00")];
const long = { months: 13, days: 31, hours: 25 }, from = "2026-01-31T00:00";
const ends = [long, normalize(long, date(from))].map((each) => iso(apply(date(from), each)));
console.log(`P13M31DT25H from ${from}: expected ${ends[0]}, normalized ${ends[1]}`);
if (good !== "P1M2DT12H 2026-03-03T12:00") {
  console.log("error: no duration is right");
  process.exitCode = 2;
} else if (seen[0] === "P2M-30D 2026-03-01T00:00" && seen[1] === "P1M-3DT12H 2026-02-25T12:00" &&
  ends.join() === "2027-04-01T01:00,2027-03-31T01:00") {
  console.log("behaviour: a duration from the end of a month leads to another day");
} else {
  console.log("changed");
  process.exitCode = 1;
}
JS

if ! npm install --no-audit --no-fund "duration-fns@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm duration-fns $version, node $(node --version)"
TZ=UTC node main.cjs
