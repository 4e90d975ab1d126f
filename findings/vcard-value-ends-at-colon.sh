#!/bin/sh
# npm vcard 0.1.0
#
# Expected: the values of a vCard are returned whole: a value begins after the first colon of its line and ends at the
# end of the line (RFC 6350, 3.3). A line that begins with a space continues the one before it, and only that
# space is left out (3.2).
# Behaviour: a value ends at its second colon: the address of a web page is "http", and a note is cut. Of two telephone
# numbers the first one is returned. A line that was folded at a space loses that space too. No error is reported.
# Workaround: vcf, which has whole values.
#
# Needs node and the npm registry; vcf 2.1.2 reads the same card.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.1.0
vcf=2.1.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const VCard = require("vcard");
const Vcf = require("vcf");

const text = ["BEGIN:VCARD", "VERSION:3.0", "N:Lovelace;Ada;;;", "FN:Ada Lovelace", "TEL;TYPE=WORK:+1 555 0100",
  "TEL;TYPE=HOME:+1 555 0101", "URL:http://example.org/ada", "NOTE:the next line is", "  folded", "END:VCARD", ""]
  .join("\r\n");

async function main() {
  console.info = () => {}; // vcard prints what it reads
  const seen = await new Promise((resolve, reject) => {
    new VCard().readData(text, (err, json) => err ? reject(new Error(err)) : resolve(json));
  });
  const other = new Vcf().parse(text);
  const numbers = [].concat(seen.TEL).map((tel) => tel.value ?? tel).join(" ");
  console.log(`name: expected Ada Lovelace, seen ${seen.FN}`);
  console.log(`page: expected (and vcf) ${other.get("url").valueOf()}, seen ${seen.URL}`);
  console.log(`note: expected (and vcf) ${other.get("note").valueOf()}, seen ${seen.NOTE}`);
  console.log(`numbers: expected (and vcf) ${other.get("tel").map((tel) => tel.valueOf()).join(" ")}, seen ${numbers}`);
  if (seen.FN !== "Ada Lovelace") throw new Error("the name is wrong too");
  if (seen.URL !== "http" || seen.NOTE !== "the next line isfolded") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: a value ends at its second colon, and a folded space is lost");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "vcard@$version" "vcf@$vcf" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm vcard $version, node $(node --version)"
node main.cjs
