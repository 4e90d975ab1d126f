#!/bin/sh
# npm iso8601-duration 2.1.4
#
# Expected: a duration with a minus is negative, or refused: "-PT15M" is the usual trigger of an alarm, 15 minutes
# before the event (RFC 5545, 3.3.6 and 3.8.6.3). "Fractions are allowed on the smallest unit in the string, e.g. P0.5D"
# (README).
# Behaviour: parse accepts the minus and returns the positive duration, so that end() is a quarter of an hour after the
# event and not before it. The README's own example P0.5D is refused. date-duration 2.0.0 loses the minus as well, and
# the fraction of PT1H30.5M and P1DT0.5H: the first is one hour, without its minutes. Both report no error for these.
# Workaround: tinyduration, which returns negative: true.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.4
other=2.0.0
tiny=3.4.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { end, parse } = require("iso8601-duration");
const tiny = require("tinyduration");

const start = new Date("2026-03-10T09:00:00Z");
const text = (date) => date.toISOString().slice(11, 19);

async function main() {
  const { default: DateDuration } = await import("date-duration");
  const [whole, before] = [text(end(parse("PT15M"), start)), text(end(parse("-PT15M"), start))];
  let fraction = "accepted";
  try {
    parse("P0.5D");
  } catch {
    fraction = "refused";
  }
  const other = (value) => text(new DateDuration(value).addTo(start));
  const others = ["PT1H30M", "-PT15M", "PT1H30.5M"].map(other).join(" ");
  console.log("iso8601-duration, 9:00 and  PT15M: expected and seen", whole);
  console.log("iso8601-duration, 9:00 and -PT15M: expected 08:45:00, seen", before, "(tinyduration has",
    `negative: ${tiny.parse("-PT15M").negative})`);
  console.log("iso8601-duration, P0.5D: expected accepted, seen", fraction);
  console.log("date-duration, 9:00 and PT1H30M, -PT15M, PT1H30.5M: expected 10:30:00 08:45:00 10:30:30, seen",
    others);
  if (whole !== "09:15:00" || !others.startsWith("10:30:00")) throw new Error("a positive duration is wrong too");
  if (before !== "09:15:00" || fraction !== "refused" || others !== "10:30:00 09:15:00 10:00:00") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the minus is accepted and lost, and a fraction with its number");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "iso8601-duration@$version" "date-duration@$other" \
	"tinyduration@$tiny" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm iso8601-duration $version, node $(node --version)"
node main.cjs
