#!/bin/sh
# npm @cheap-glitch/mi-cron 1.0.1
#
# Expected: parseCron.nextDate "Takes a cron schedule or expression and returns the next date that matches" (README).
# "0 0 31 * *" matches months with 31 days only, and "0 0 29 2 *" leap years only (crontab(5)).
# Behaviour: a day that a month does not have is carried over to the next month: the job of the 31st runs on 3 March, 1
# May and 1 July, and that of 29 February on 1 March: days that parseCron itself does not list. No error is reported.
# Workaround: compare each date with parseCron(expression).days, or use croner.
#
# Needs node and the npm registry; croner 11.0.1 computes the same dates.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.1
croner=11.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { parseCron } = require("@cheap-glitch/mi-cron");
const { Cron } = require("croner");

const day = (date) => date.toISOString().slice(0, 10);

// seen returns the first days after 31 January 2026 of an expression.
function seen(expression) {
  const days = [];
  for (let at = new Date("2026-01-31T12:00:00Z"); days.length < 4; days.push(day(at))) {
    at = parseCron.nextDate(expression, at);
  }
  return days.join(" ");
}

// expected returns those of croner.
const expected = (expression) => new Cron(expression, { timezone: "UTC" })
  .nextRuns(4, new Date("2026-01-31T12:00:00Z")).map(day).join(" ");

async function main() {
  let present = true;
  for (const [expression, behaviour] of [["0 0 28 * *", undefined],
    ["0 0 31 * *", "2026-03-03 2026-03-31 2026-05-01 2026-05-31"],
    ["0 0 29 2 *", "2026-03-01 2027-03-01 2028-02-29 2029-03-01"]]) {
    const [right, got] = [expected(expression), seen(expression)];
    console.log(`${expression}: days ${parseCron(expression).days}`);
    console.log(`  expected (and croner) ${right}\n  seen                  ${got}`);
    if (behaviour === undefined && got !== right) throw new Error("a day of each month is wrong too");
    present &&= got === (behaviour ?? right);
  }
  if (!present) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: a day that is not in a month becomes one of the next month");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@cheap-glitch/mi-cron@$version" "croner@$croner" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @cheap-glitch/mi-cron $version, node $(node --version)"
node main.cjs
