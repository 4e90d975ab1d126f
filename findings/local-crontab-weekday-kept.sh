#!/bin/sh
# npm local-crontab 0.1.8
#
# Expected: "convert a crontab in a local timezone into a set of UTC crontabs" (README): each run in UTC is at the same
# instant as the local one. 22:00 on a Friday in New York is 03:00 on Saturday in UTC (02:00 in summer), and 10:45 in
# Kolkata (UTC+05:30) is 05:15.
# Behaviour: only minutes and hours are converted. The day of the week and the day of the month stay, also if the
# hour passes midnight: the job of Friday evening runs on Thursday evening, and that of the first on the last day of the
# month before. An hour that the minutes carry is lost: 10:45 in Kolkata becomes 04:15. No error is reported.
# Workaround: the line CRON_TZ=America/New_York in a crontab of cronie, or a systemd timer with the time zone in
# OnCalendar.
#
# Needs node and the npm registry; Intl of node gives the local time of each instant.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.1.8
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { localCrontabToUtcCrontabs } = require("local-crontab");

const ranges = (field) => field.split(",").map((part) => part.split("-").map(Number));
const matches = (field, value) => field === "*" ||
  ranges(field).some(([first, last = first]) => first <= value && value <= last);

// due reports whether a crontab line runs at an instant, in UTC. One of its two fields for days is *.
function due(line, at) {
  const [minute, hour, day, month, weekday] = line.split(" ");
  return matches(minute, at.getUTCMinutes()) && matches(hour, at.getUTCHours()) && matches(day, at.getUTCDate()) &&
    matches(month, at.getUTCMonth() + 1) && matches(weekday, at.getUTCDay());
}

// first gives the local time of the first run after the start of February of this year.
function first(lines, zone) {
  const start = Date.UTC(new Date().getUTCFullYear(), 1, 2);
  for (let minutes = 0; minutes < 40 * 24 * 60; minutes++) {
    const at = new Date(start + minutes * 60000);
    if (!lines.some((line) => due(line, at))) continue;
    const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", day: "numeric",
      hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(at);
    return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  }
  throw new Error("no run in 40 days");
}

const cases = [
  ["0 10 * * 5", "America/New_York", "10:00 on Fri", (t) => `${t.hour}:${t.minute} on ${t.weekday}`],
  ["0 22 * * 5", "America/New_York", "22:00 on Fri", (t) => `${t.hour}:${t.minute} on ${t.weekday}`],
  ["0 22 15 * *", "America/New_York", "22:00 on the day 15", (t) => `${t.hour}:${t.minute} on the day ${t.day}`],
  ["15 10 * * *", "Asia/Kolkata", "10:15", (t) => `${t.hour}:${t.minute}`],
  ["45 10 * * *", "Asia/Kolkata", "10:45", (t) => `${t.hour}:${t.minute}`],
];

try {
  const wrong = cases.filter(([crontab, zone, expected, show]) => {
    const lines = localCrontabToUtcCrontabs(crontab, zone);
    const seen = show(first(lines, zone));
    console.log(`${crontab} in ${zone} became ${lines.join(" and ")}`);
    console.log(`  expected ${expected}\n  seen     ${seen}`);
    return seen !== expected;
  }).map(([crontab]) => crontab);
  if (wrong.join(", ") === "0 22 * * 5, 0 22 15 * *, 45 10 * * *") {
    console.log("behaviour: a run that passes midnight is a day early, and one that passes an hour is an hour early");
  } else {
    console.log("changed: converted wrongly:", wrong.join(", ") || "none");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund "local-crontab@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm local-crontab $version, node $(node --version)"
node main.cjs
