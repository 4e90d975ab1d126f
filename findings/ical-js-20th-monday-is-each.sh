#!/bin/sh
# npm ical.js 2.2.1
#
# Expected: the iterator of a recurrence rule returns its times. FREQ=YEARLY;BYDAY=20MO, each 20th Monday of a year, is
# an example of RFC 5545, 3.8.5.3: 19 May 1997, 18 May 1998, 17 May 1999. A yearly rule that starts on 29 February has
# leap years only, as instances with an invalid date "MUST be ignored" (3.3.10).
# Behaviour: 20MO is each Monday of the year, and 29 February is 1 March in other years. No error is reported. 1MO in a
# monthly rule is correct.
# Workaround: rrule.
#
# Needs node and the npm registry; rrule 2.8.1 expands the same rules.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.2.1
rrule=2.8.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { rrulestr } = require("rrule");

async function main() {
  const { default: ICAL } = await import("ical.js");

  // seen returns the first three days of a rule.
  const seen = (value, start) => {
    const times = ICAL.Recur.fromString(value).iterator(ICAL.Time.fromDateTimeString(start));
    return [1, 2, 3].map(() => times.next().toString().slice(0, 10)).join(" ");
  };

  let present = true;
  for (const [value, start, behaviour] of [
    ["FREQ=MONTHLY;COUNT=3;BYDAY=1MO", "1997-05-19T09:00:00Z", undefined],
    ["FREQ=YEARLY;COUNT=3;BYDAY=20MO", "1997-05-19T09:00:00Z", "1997-05-19 1997-05-26 1997-06-02"],
    ["FREQ=YEARLY;COUNT=3", "2024-02-29T09:00:00Z", "2024-02-29 2025-03-01 2026-03-01"],
  ]) {
    const lines = `DTSTART:${start.replace(/[-:]/g, "")}\nRRULE:${value}`;
    const expected = rrulestr(lines).all().map((date) => date.toISOString().slice(0, 10)).join(" ");
    const got = seen(value, start);
    console.log(`${value}, from ${start}\n  expected (and rrule) ${expected}\n  seen                 ${got}`);
    if (behaviour === undefined && got !== expected) throw new Error("a monthly rule is wrong too");
    present &&= got === (behaviour ?? expected);
  }
  if (!present) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the number of a weekday in a year is ignored, and 29 February becomes 1 March");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "ical.js@$version" "rrule@$rrule" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm ical.js $version, node $(node --version)"
node main.cjs
