#!/bin/sh
# npm mbox-parser 1.0.1
#
# Expected: mboxParser(stream, {pageSize, pageNumber}) returns "a specific page of a specific size in your mbox file";
# pageSize is the "number of mail to return" and pageNumber the "index of the page you want" (README, example 2).
# Three mails in pages of one mail are three pages.
# Behaviour: at most one page is counted for each chunk of the stream, and one at its end, however many mails a chunk
# has. A mailbox that is read in one chunk, as each file below 64 KiB is, has two pages only: the third one is rejected
# with "Unable to find mail in this file corresponding the given options". Without paging all mails are returned.
# Workaround: read all mails without paging and take a slice of them.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { Readable } = require("node:stream");
const { mboxParser } = require("mbox-parser");

const mails = [1, 2, 3, 4, 5].map((n) => "From ada@example.org Sat Jan  3 01:05:34 2026\n" +
  `From: ada@example.org\nSubject: mail ${n}\n\nText ${n}.\n\n`);

// page gives the subjects of a page of a mailbox, or the error.
const page = (chunks, options) => mboxParser(Readable.from(chunks.map((text) => Buffer.from(text))), options).then(
  (found) => found.map((mail) => mail.subject).join(", "), (err) => `error: ${err.message}`);

async function main() {
  const all = await page([mails.join("")]);
  if (all !== "mail 1, mail 2, mail 3, mail 4, mail 5") throw new Error(`without paging: ${all}`);
  const seen = [];
  for (const [count, pageSize, pageNumber] of [[3, 1, 1], [3, 1, 2], [3, 1, 3], [5, 2, 2], [5, 2, 3]]) {
    const text = mails.slice(0, count);
    const from = (pageNumber - 1) * pageSize;
    const expected = text.slice(from, from + pageSize).map((_, i) => `mail ${from + i + 1}`).join(", ");
    const found = await page([text.join("")], { pageSize, pageNumber });
    console.log(`page ${pageNumber} of ${count} mails, ${pageSize} a page:`);
    console.log(`  expected ${expected}\n  seen     ${found}`);
    seen.push(found === expected ? "right" : found.startsWith("error: Unable to find mail") ? "refused" : found);
  }
  if (seen.join() === "right,right,refused,right,refused") {
    return console.log("behaviour: a mailbox in one chunk has no third page");
  }
  console.log("changed:", seen.join(", "));
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "mbox-parser@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm mbox-parser $version, node $(node --version)"
node main.cjs
