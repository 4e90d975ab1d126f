#!/bin/sh
# npm eml-parse-js 1.1.15
#
# Expected: readEml returns attachments with a filename. In filename*=UTF-8''Bild%20%C3%BC.png the part before the
# quotes is the character set, not a part of the name (RFC 2231 section 4), and names of fields are case-insensitive
# (RFC 5322 section 1.2.2).
# Behaviour: the name of the character set is glued to the name of the file: "UTF-8Bild ü.png". A mail whose parts
# have their fields in lower case, as several programs write them, has attachments without a name and without a type.
# No error is reported.
# Workaround: use postal-mime 4.0.0, which returns both as expected.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.1.15
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { readEml } = require("eml-parse-js");

const mail = (type, disposition, encoding) => ["From: ada@example.org", "To: bob@example.org", "Subject: picture",
  "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b1"', "", "--b1", "Content-Type: text/plain", "",
  "Hello", "--b1", type, disposition, encoding, "", "iVBORw0KGgo=", "--b1--", ""].join("\r\n");
const encoded = "attachment; filename*=UTF-8''Bild%20%C3%BC.png";
const cases = [
  [mail("Content-Type: image/png", `Content-Disposition: ${encoded}`, "Content-Transfer-Encoding: base64"),
    "Bild ü.png image/png", "UTF-8Bild ü.png image/png"],
  [mail("content-type: image/png", 'content-disposition: attachment; filename="a.png"',
    "content-transfer-encoding: base64"), "a.png image/png", "undefined undefined"],
];

async function main() {
  const PostalMime = (await import("postal-mime")).default;
  console.warn = () => {}; // it warns of the part without a type
  let present = 0;
  for (const [text, expected, behaviour] of cases) {
    const other = (await PostalMime.parse(text)).attachments[0];
    if (`${other.filename} ${other.mimeType}` !== expected) throw new Error(`postal-mime: ${other.filename}`);
    const found = readEml(text).attachments[0];
    const seen = `${found.name ?? found.filename} ${found.contentType}`.replaceAll("null", "undefined");
    console.log(`expected (and postal-mime) ${expected}\nseen                       ${seen}`);
    if (seen === behaviour) present++;
  }
  if (present === cases.length) return console.log("behaviour: the name has the character set, or is lost");
  console.log("changed:", present, "of", cases.length, "are as described");
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "eml-parse-js@$version" postal-mime@4.0.0 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm eml-parse-js $version, node $(node --version)"
node main.cjs
