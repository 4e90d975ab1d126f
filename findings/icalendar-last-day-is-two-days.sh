#!/bin/sh
# npm icalendar 0.7.1
#
# Expected: RRule.next returns the times of a recurrence rule; the parts that are not done are listed in the README.
# BYMONTHDAY, BYMONTH and COUNT are not among them. BYMONTHDAY=-1 is the last day of the month (RFC 5545, 3.3.10).
# toString writes parameters that have a colon or a semicolon in quotes (RFC 5545, 3.2).
# Behaviour: BYMONTHDAY=-1 is the last but one and the first day of each month, and BYMONTH=1,7 of a yearly rule has
# January only. A calendar that was read and is written has its parameters without quotes: other programs then take a
# part of the parameter for the value. No error is reported.
# Workaround: ical.js for files, rrule for rules.
#
# Needs node and the npm registry; rrule 2.8.1 expands the same rules, ical.js 2.2.1 reads the files.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.7.1
rrule=2.8.1
ical=2.2.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const icalendar = require("icalendar");
const { rrulestr } = require("rrule");
const ICAL = require("ical.js").default ?? require("ical.js");

const text = (dates) => dates.slice(0, 4).map((date) => date.toISOString().slice(0, 10)).join(" ");

// seen returns the first days of a rule.
function seen(value) {
  const rule = new icalendar.RRule(icalendar.RRule.parse(value), new Date("2026-01-13T09:00:00Z"));
  const days = [];
  for (let at = new Date("2026-01-13T09:00:00Z"); days.length < 4; days.push(at)) at = rule.next(at);
  return text(days);
}

// place returns the place of the first event of a calendar.
const place = (calendar) => new ICAL.Component(ICAL.parse(calendar)).getFirstSubcomponent("vevent")
  .getFirstPropertyValue("location");

async function main() {
  let present = true;
  for (const [value, behaviour] of [["FREQ=MONTHLY;BYMONTHDAY=15", undefined],
    ["FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-30 2026-02-27 2026-03-01 2026-03-30"],
    ["FREQ=YEARLY;BYMONTH=1,7", "2027-01-13 2028-01-13 2029-01-13 2030-01-13"]]) {
    const all = rrulestr(`DTSTART:20260113T090000Z\nRRULE:${value}`);
    const expected = text(all.between(new Date("2026-01-13T09:00:01Z"), new Date("2031-01-01T00:00:00Z")));
    const got = seen(value);
    console.log(`${value}\n  expected (and rrule) ${expected}\n  seen                 ${got}`);
    if (behaviour === undefined && got !== expected) throw new Error("a positive day is wrong too");
    present &&= got === (behaviour ?? expected);
  }
  const file = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN", "BEGIN:VEVENT", "UID:1",
    "DTSTAMP:20260101T000000Z", "DTSTART:20260105T090000Z", 'LOCATION;ALTREP="http://example.org/a:b":Room 5',
    "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
  const written = place(icalendar.parse_calendar(file).toString());
  console.log(`place: expected ${place(file)}, in the file that was written ${written}`);
  if (!present || written === "Room 5") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the last day is two other days, and quotes around parameters are lost");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "icalendar@$version" "rrule@$rrule" "ical.js@$ical" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm icalendar $version, node $(node --version)"
node main.cjs
