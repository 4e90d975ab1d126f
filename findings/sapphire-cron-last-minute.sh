#!/bin/sh
# npm @sapphire/cron 1.2.1
#
# Expected: next(date) of a Cron returns the first time after date that matches.
# Behaviour: in the last minute of a day it returns a time that is over: at 23:59:30 the next run of "0 9 * * *" is
# that of 9:00 on the same day, and for "59 23 * * *" next(next(date)) is the same time for ever. A list of the next
# runs that is made with it has one run many times, and a timer made of it fires at once. No error is reported. At
# other times of the day the result is correct.
# Workaround: if the result is not after date, call next again with the start of the next day; or use croner.
#
# Needs node and the npm registry; croner 11.0.1 computes the same times.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.2.1
croner=11.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { Cron } = require("@sapphire/cron");
const croner = require("croner");

const text = (date) => date.toISOString().slice(0, 16);

async function main() {
  const seen = [];
  for (const [expression, from] of [["0 9 * * *", "2026-03-10T23:58:30Z"], ["0 9 * * *", "2026-03-10T23:59:30Z"],
    ["59 23 * * *", "2026-03-10T23:59:00Z"]]) {
    const at = new Date(from);
    const expected = text(new croner.Cron(expression, { timezone: "UTC" }).nextRun(at));
    const next = text(new Cron(expression).next(at));
    console.log(`"${expression}" after ${from}: expected (and croner) ${expected}, seen ${next}`);
    seen.push(next);
  }
  if (seen[0] !== "2026-03-11T09:00") throw new Error("the time one minute before is wrong too");
  if (seen[1] !== "2026-03-10T09:00" || seen[2] !== "2026-03-10T23:59") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the next run is one of the past");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@sapphire/cron@$version" "croner@$croner" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @sapphire/cron $version, node $(node --version)"
node main.cjs
