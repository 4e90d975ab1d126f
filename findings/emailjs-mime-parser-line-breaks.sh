#!/bin/sh
# npm emailjs-mime-parser 2.0.7
#
# Expected: the content of an attachment is the bytes that were sent, whatever its Content-Transfer-Encoding is. A line
# break in a mail is CR LF (RFC 5322 section 2.1), also in a part that is sent as it is (7bit, 8bit).
# Behaviour: each CR LF of an attachment without base64 becomes LF, so that its bytes and its hash are not those that
# were sent; and a boundary line with spaces at its end, which RFC 2046 section 5.1.1 tells readers to accept, is not
# found: its attachments are missing. An attachment in base64 is correct. mimeparser 0.3.8 is of the same code, and does
# both. No error is reported.
# Workaround: use mailparser, or hash attachments only if they were sent in base64.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.0.7
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { default: parse } = require("emailjs-mime-parser");

// attachment returns the bytes of the first attachment of a mail with one part, or undefined.
function attachment(encoding, body, padding = "") {
  const mail = ["MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=limit", "", `--limit${padding}`,
    "Content-Type: application/octet-stream", "Content-Disposition: attachment; filename=a.csv",
    `Content-Transfer-Encoding: ${encoding}`, "", body, "--limit--", ""].join("\r\n");
  const content = parse(Uint8Array.from(Buffer.from(mail))).childNodes[0]?.content;
  return content && JSON.stringify(Buffer.from(content).toString());
}

async function main() {
  const bytes = "a,b\r\nc,d";
  const encoded = attachment("base64", Buffer.from(bytes).toString("base64"));
  const plain = attachment("7bit", bytes);
  const padded = attachment("base64", Buffer.from(bytes).toString("base64"), "  ");
  console.log("base64:                      expected and seen", encoded);
  console.log(`7bit:                        expected ${JSON.stringify(bytes)}, seen`, plain);
  console.log(`base64, spaces at the limit: expected ${JSON.stringify(bytes)}, seen`, padded);
  if (encoded !== JSON.stringify(bytes)) throw new Error("an attachment in base64 is wrong too");
  if (!plain.startsWith('"a,b\\nc,d') || padded !== undefined) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the line breaks of an attachment are changed, and a padded limit hides one");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "emailjs-mime-parser@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm emailjs-mime-parser $version, node $(node --version)"
node main.cjs
