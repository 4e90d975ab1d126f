#!/bin/sh
# npm enex-parser 1.1.2
#
# Expected: the default export parses an Evernote export; created and updated are Dates. Their texts, such as
# 20260420T231730Z, end with Z, which means UTC (ISO 8601).
# Behaviour: the Z is required and then ignored: the numbers are taken as the local time of the machine. A note of 20
# April, 23:17 UTC, is one of 21:17 UTC on a machine in Berlin, and of 03:17 on the next day in New York. A pass over
# the same file gives other times on a server than on a laptop. No error is reported.
# Workaround: run it with TZ=UTC.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.1.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
try {
  const parse = require("enex-parser").default ?? require("enex-parser");
  const text = '<?xml version="1.0"?><en-export><note><title>a note</title><created>20260420T231730Z</created>' +
    "<content><![CDATA[<en-note>text</en-note>]]></content></note></en-export>";
  const expected = "2026-04-20T23:17:30.000Z";
  const seen = parse(text)[0].created.toISOString();
  console.log(`in ${process.env.TZ}: expected ${expected}, seen ${seen}`);
  const local = { UTC: expected, "Europe/Berlin": "2026-04-20T21:17:30.000Z",
    "America/New_York": "2026-04-21T03:17:30.000Z" }[process.env.TZ];
  if (seen !== local) {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund "enex-parser@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm enex-parser $version, node $(node --version)"
for zone in UTC Europe/Berlin America/New_York; do
	TZ=$zone node main.cjs
done
echo "behaviour: a time in UTC is taken as local time"
