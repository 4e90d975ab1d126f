#!/bin/sh
# npm exif-date 2.1.1
#
# Expected: parse("2016:02:10 21:33:20") is 10 February 2016, as the README shows for a day in July, on each day that it
# is called. The digits behind the point are the fraction of a second: .5 is 500 milliseconds (ISO 8601:2004, 4.2.2.4).
# exiftool writes the field SubSecTime of Exif in this form.
# Behaviour: parse starts from the current day and sets year, month and day one after the other. On the 29th, 30th or
# 31st, a month that lacks this day becomes the next one: on 31 January 2026 the photo is of 10 March. exif-parser and
# exif-reader had and corrected the same error. The digits behind the point are taken for milliseconds: .5 is 5 of them.
# format writes hundredths without their zero, so that 50 milliseconds become .5. No error is reported.
# Workaround: exifr, which returns a Date for each time; or Date.UTC with the parts of the text.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { format, parse } = require("exif-date");

const RealDate = Date;

// on calls parse on another day: a Date without arguments is then that day.
function on(day, text) {
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      super(...(args.length === 0 ? [day] : args));
    }
  };
  try {
    return parse(text).toISOString();
  } finally {
    globalThis.Date = RealDate;
  }
}

try {
  const cases = [
    ["2026-01-15T12:00:00Z", "2016:02:10 21:33:20", "2016-02-10T21:33:20.000Z", "2016-02-10T21:33:20.000Z"],
    ["2026-01-31T12:00:00Z", "2016:02:10 21:33:20", "2016-02-10T21:33:20.000Z", "2016-03-10T21:33:20.000Z"],
    ["2026-01-31T12:00:00Z", "2016:11:30 21:33:20", "2016-11-30T21:33:20.000Z", "2016-12-30T21:33:20.000Z"],
    ["2026-01-15T12:00:00Z", "2016:07:11 21:33:20.5", "2016-07-11T21:33:20.500Z", "2016-07-11T21:33:20.005Z"],
  ];
  let present = true;
  for (const [day, text, expected, behaviour] of cases) {
    const seen = on(day, text);
    console.log(`parse("${text}") on ${day.slice(0, 10)}:\n  expected ${expected}\n  seen     ${seen}`);
    present &&= seen === behaviour;
  }
  const fraction = format(new Date("2016-07-11T21:33:20.050Z"), true);
  console.log(`format of 50 milliseconds:\n  expected 2016:07:11 21:33:20.05\n  seen     ${fraction}`);
  if (present && fraction === "2016:07:11 21:33:20.5") {
    console.log("behaviour: on a 31st the month is the next one, and a fraction is read and written wrongly");
  } else {
    console.log("changed: other times are returned");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund "exif-date@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm exif-date $version, node $(node --version)"
node main.cjs
