#!/bin/sh
# npm ts-ics 2.4.6
#
# Expected: extendByRecurrenceRule returns the times of a recurrence rule. BYMONTHDAY=-1 is "the last day of the month"
# and BYYEARDAY=-1 the last of the year (RFC 5545, 3.3.10); a rule without BYHOUR has the time of DTSTART.
# Behaviour: -1 is the day before the last one: 30 January, 27 February. A rule with BYDAY=1FR or another number has
# midnight (UTC) for its time, whatever the start is. No error is reported. Positive days are correct.
# Workaround: compute the times with rrule or rrule-temporal.
#
# Needs node and the npm registry; rrule 2.8.1 expands the same rules.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.4.6
rrule=2.8.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { rrulestr } = require("rrule");

async function main() {
  const { convertIcsRecurrenceRule, extendByRecurrenceRule } = await import("ts-ics");
  const text = (dates) => dates.slice(0, 3).map((date) => date.toISOString().slice(0, 16)).join(" ");
  const start = new Date("2026-01-13T09:00:00Z");
  let present = true;
  for (const [value, behaviour] of [
    ["FREQ=MONTHLY;COUNT=3;BYMONTHDAY=15", undefined],
    ["FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-1", "2026-01-30T09:00 2026-02-27T09:00 2026-03-30T09:00"],
    ["FREQ=YEARLY;COUNT=3;BYYEARDAY=100,-1", "2026-04-10T09:00 2026-12-30T09:00 2027-04-10T09:00"],
    ["FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "2026-02-06T00:00 2026-03-06T00:00 2026-04-03T00:00"],
  ]) {
    const expected = text(rrulestr(`DTSTART:20260113T090000Z\nRRULE:${value}`).all());
    const seen = text(extendByRecurrenceRule(convertIcsRecurrenceRule(undefined, { value }), { start }));
    console.log(`${value}\n  expected (and rrule) ${expected}\n  seen                 ${seen}`);
    if (behaviour === undefined && seen !== expected) throw new Error("a positive day is wrong too");
    present &&= seen === (behaviour ?? expected);
  }
  if (!present) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the last day is the one before it, and a weekday with a number is at midnight");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "ts-ics@$version" "rrule@$rrule" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm ts-ics $version, node $(node --version)"
node main.cjs
