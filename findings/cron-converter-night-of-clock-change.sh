#!/bin/sh
# npm cron-converter 2.1.0
#
# Expected: the next times of a crontab line are those at which cron runs it. By cron(8) of Debian, a job of a fixed
# time runs once in the night in which the clock is set back, and "soon after" the change if its time was skipped. By
# crontab(5), a line with a day of the month and a day of the week runs "when either field matches".
# Behaviour: the job of 02:30 in Berlin runs twice on 25 October 2026 and not at all on 29 March. The line 0 0 1 * 1
# runs on a first of a month that is a Monday only, and not on each Monday. No error is reported.
# Workaround: a time that no change of clocks skips or repeats, such as 04:30, and two lines for the two kinds of days.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { getSchedule, stringToArray } = require("cron-converter");

// times gives the next times in a time zone.
const times = (line, from, zone, count = 3) => {
  const schedule = getSchedule(stringToArray(line), new Date(from), zone);
  return Array.from({ length: count }, () => schedule.next().toISO().slice(0, 16)).join(", ");
};
const tell = (title, expected, seen) => console.log(`${title}\n  expected ${expected}\n  seen     ${seen}`) ?? seen;

const good = times("30 4 * * *", "2026-10-23T12:00:00Z", "Europe/Berlin");
if (good !== "2026-10-24T04:30, 2026-10-25T04:30, 2026-10-26T04:30") {
  console.log("error: 04:30 is", good);
  process.exit(2);
}
const seen = [
  tell("02:30, clock set back on 25 October:", "2026-10-24T02:30, 2026-10-25T02:30, 2026-10-26T02:30",
    times("30 2 * * *", "2026-10-23T12:00:00Z", "Europe/Berlin")),
  tell("02:30, clock set forward on 29 March:", "2026-03-28T02:30, 2026-03-29T03:00 (or 03:30), 2026-03-30T02:30",
    times("30 2 * * *", "2026-03-27T12:00:00Z", "Europe/Berlin")),
  tell("0 0 1 * 1:", "2026-02-01T00:00, 2026-02-02T00:00, 2026-02-09T00:00",
    times("0 0 1 * 1", "2026-01-30T12:00:00Z", "UTC")),
];
if (seen[0] === "2026-10-24T02:30, 2026-10-25T02:30, 2026-10-25T02:30" &&
  seen[1] === "2026-03-28T02:30, 2026-03-30T02:30, 2026-03-31T02:30" &&
  seen[2] === "2026-06-01T00:00, 2027-02-01T00:00, 2027-03-01T00:00") {
  console.log("behaviour: a nightly job runs twice or not at all, and both kinds of days have to match");
} else {
  console.log("changed");
  process.exitCode = 1;
}
JS

if ! npm install --no-audit --no-fund "cron-converter@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm cron-converter $version, node $(node --version)"
TZ=UTC node main.cjs
