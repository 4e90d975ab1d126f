#!/bin/sh
# npm gray-matter 4.0.3
#
# Expected: matter.stringify writes the fields of a note that were not changed as they were, or at least with the same
# meaning.
# Behaviour: dates and times come back as others. "date: 2026-11-30" becomes 2026-11-30T00:00:00.000Z, a time in UTC,
# which is the day before west of Greenwich; "start: 12:30" becomes 750, and 12:30:00 becomes 45000, as YAML 1.1 reads
# numbers to the base 60; "code: 0123" becomes 83. To YAML 1.2, of 2009, 12:30 is a text. No error is reported.
# Workaround: put such values in quotes in the note; these are kept.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=4.0.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import matter from "gray-matter";

try {
  const fields = ["date: 2026-11-30", "time: '12:30'", "start: 12:30", "end: 12:30:00", "code: 0123"];
  const note = matter(`---\n${fields.join("\n")}\n---\ntext\n`, {});
  const written = matter.stringify(note.content, note.data).split("\n").slice(1, 1 + fields.length);
  fields.forEach((field, i) => console.log(`expected ${field}; seen ${written[i]}`));
  if (!/^time: '?12:30'?$/.test(written[1])) throw new Error("a quoted time is not kept either");
  if (written[0] === "date: 2026-11-30T00:00:00.000Z" && written[2] === "start: 750" && written[3] === "end: 45000" &&
    written[4] === "code: 83") {
    console.log("behaviour: unchanged dates, times and codes are written as others");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "gray-matter@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm gray-matter $version, node $(node --version)"
node main.mjs
