#!/bin/sh
# npm eml-format 0.6.1
#
# Expected: read "decodes the base64, quote-printable [...] encoded content and extracts plain text, html content and
# attachments" (README). A part of a multipart message ends before the line break that precedes the next delimiter,
# and the closing delimiter is not part of it (RFC 2046 section 5.1.1). Each attachment is what was attached.
# Behaviour: the last part contains the closing delimiter. Its letters and digits are valid base64, so that the last
# attachment has bytes more than were sent: four for a boundary "b1", more for a longer one. A text as the last part
# ends with the line "--b1--". All parts before it are right. No error is reported. SHA-256 or size of the picture no
# longer match.
# Workaround: use postal-mime, which returns the same bytes; or cut the data at the end that the format of the file
# has.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.6.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { read } = require("eml-format");

const png = Buffer.from("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de", "hex");
const part = (name) => ["--b1", `Content-Type: image/png; name="${name}"`,
  `Content-Disposition: attachment; filename="${name}"`, "Content-Transfer-Encoding: base64", "",
  png.toString("base64")];
const mail = ["From: ada@example.org", "To: bob@example.org", "Subject: pictures", "MIME-Version: 1.0",
  'Content-Type: multipart/mixed; boundary="b1"', "", "--b1", "Content-Type: text/plain", "", "Hello",
  ...part("first.png"), ...part("last.png"), "--b1--", ""].join("\r\n");

read(mail, (err, found) => {
  try {
    if (err) throw err;
    const seen = found.attachments.map((a) => Buffer.from(a.data).toString("hex"));
    const expected = png.toString("hex");
    found.attachments.forEach((a, i) => console.log(`${a.name}:\n  expected ${expected}\n  seen     ${seen[i]}`));
    if (seen.length !== 2 || seen[0] !== expected) throw new Error("the first attachment is another");
    if (seen[1].startsWith(expected) && seen[1].length > expected.length) {
      return console.log("behaviour: the last attachment has bytes more, decoded from the closing delimiter");
    }
    console.log("changed: the last attachment is", seen[1] === expected ? "right" : "another");
    process.exitCode = 1;
  } catch (err) {
    console.log("error:", err.message);
    process.exitCode = 2;
  }
});
JS

if ! npm install --no-audit --no-fund "eml-format@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm eml-format $version, node $(node --version)"
node main.cjs
