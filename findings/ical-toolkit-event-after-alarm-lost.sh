#!/bin/sh
# npm ical-toolkit 1.0.9
#
# Expected: parseToJSON returns all events of a calendar. An event may have an alarm (VALARM) inside it, and several
# properties of one name, such as ATTENDEE (RFC 5545, 3.6.1). A line that begins with a tab continues the one before it,
# as one that begins with a space does (3.1).
# Behaviour: an event that follows one with an alarm is missing: a calendar of two events has a single one. Of several
# attendees the last one is returned, and a line that begins with a tab is left out. No error is reported. ical2json
# 5.0.0 returns both events and both attendees, but leaves out the line too.
# Workaround: ical.js or node-ical.
#
# Needs node and the npm registry; ical2json 5.0.0 reads the same calendars.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.9
other=5.0.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { parseToJSON } = require("ical-toolkit");

const event = (id, ...lines) => ["BEGIN:VEVENT", `UID:${id}`, "DTSTAMP:20260101T000000Z", "DTSTART:20260105T090000Z",
  ...lines, "END:VEVENT"];
const file = (...events) => ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN", ...events.flat(),
  "END:VCALENDAR", ""].join("\r\n");

// seen returns what a parser reads: the events without and with an alarm, the attendees and the text of one.
function seen(parse) {
  const events = (...list) => parse(file(...list)).VCALENDAR[0].VEVENT;
  const alarm = event("1", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:soon", "TRIGGER:-PT15M", "END:VALARM");
  const [lists] = events(event("3", "ATTENDEE:mailto:ada@example.org", "ATTENDEE:mailto:bob@example.org",
    "SUMMARY:one,", "\t two,", "  three"));
  const ids = (list) => list.map((e) => e.UID).join(" ");
  return [ids(events(event("1"), event("2"))), ids(events(alarm, event("2"))), String(lists.ATTENDEE), lists.SUMMARY];
}

async function main() {
  const { convert } = await import("ical2json");
  const names = ["two events", "the first has an alarm", "attendees", "summary"];
  const expected = ["1 2", "1 2", "mailto:ada@example.org,mailto:bob@example.org", "one, two, three"];
  const [toolkit, other] = [seen(parseToJSON), seen(convert)];
  names.forEach((name, i) => {
    console.log(`${name}: expected ${expected[i]}; ical2json ${other[i]}; ical-toolkit ${toolkit[i]}`);
  });
  if (toolkit[0] !== expected[0]) throw new Error("events without an alarm are wrong too");
  if (other.slice(0, 3).join() !== expected.slice(0, 3).join()) throw new Error("ical2json reads something else");
  if (toolkit.join() !== "1 2,1,mailto:bob@example.org,one, three") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: an event after an alarm, an attendee and a line are lost");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "ical-toolkit@$version" "ical2json@$other" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm ical-toolkit $version, node $(node --version)"
node main.cjs
