#!/bin/sh
# npm human-interval 2.0.1
#
# Expected: humanInterval, the parser of times in the job schedulers Agenda and Bree, "understands" minute, one minute,
# 1.5 minutes, and numbers in words (README). "a year" is a year, or refused as a word that is not understood.
# Behaviour: a, an, every and half make the number before a unit 0: "a year", "an hour", "half a day" and "every day"
# are 0, although "year" alone is a year. A half that follows is dropped: "three and a half days" is 3 days, "one and a
# half hours" is 1 hour. A comma is too: "1,5 hours" is 1 hour. A rule that keeps files for "a year" keeps them for 0
# ms. No error is reported, and the value is not NaN.
# Workaround: write digits and a unit only, such as "1 year" or "3.5 days", and refuse a result of 0.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const interval = require("human-interval");
const hour = 3600e3, day = 24 * hour, year = 365 * day;

const good = [["year", year], ["one year", year], ["3.5 days", 3.5 * day], ["1.5 hours", 1.5 * hour]];
for (const [text, expected] of good) {
  if (interval(text) !== expected) {
    console.log("error:", text, "is", interval(text), "ms");
    process.exit(2);
  }
}
const seen = [
  ["a year", year], ["an hour", hour], ["half a day", day / 2], ["every day", day],
  ["three and a half days", 3.5 * day], ["one and a half hours", 1.5 * hour], ["1,5 hours", 1.5 * hour],
].map(([text, expected]) => {
  const found = interval(text);
  console.log(`${text}: expected ${expected / hour} hours, seen ${found / hour}`);
  return found / hour;
});
if (seen.join() === "0,0,0,0,72,1,1") {
  console.log("behaviour: a unit after a, an, half or every is 0, and a half that follows is dropped");
} else {
  console.log("changed");
  process.exitCode = 1;
}
JS

if ! npm install --no-audit --no-fund "human-interval@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm human-interval $version, node $(node --version)"
node main.cjs
