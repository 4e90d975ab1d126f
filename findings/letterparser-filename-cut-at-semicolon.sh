#!/bin/sh
# npm letterparser 0.1.8
#
# Expected: extract returns the attachments of a mail with their filename. A filename in quotes may contain a
# semicolon (RFC 2045 section 5.1: a value is a token or a quoted-string), and "filename*" has a name in UTF-8 (RFC
# 2231 section 4, RFC 2183).
# Behaviour: a quoted filename ends at its first semicolon, so that "Bild; Kopie.png" is a file "Bild" without a type.
# An attachment that has its name as filename* only, as mail programs write each name with an umlaut, has no name at
# all. A comment in a field stays part of the media type: "image/png (a picture)". No error is reported.
# Workaround: use postal-mime 4.0.0, which returns all three as expected.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.1.8
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { extract } = require("letterparser");

const mail = (type, disposition) => ["From: ada@example.org", "To: bob@example.org", "Subject: picture",
  "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b1"', "", "--b1", "Content-Type: text/plain", "",
  "Hello", "--b1", `Content-Type: ${type}`, `Content-Disposition: attachment; ${disposition}`,
  "Content-Transfer-Encoding: base64", "", "iVBORw0KGgo=", "--b1--", ""].join("\r\n");
const cases = [
  ["image/png", 'filename="Bild; Kopie.png"', "Bild; Kopie.png image/png", "Bild image/png"],
  ["image/png", "filename*=UTF-8''Bild%20%C3%BC.png", "Bild ü.png image/png", "undefined image/png"],
  ["image/png (a picture)", 'filename="a.png"', "a.png image/png", "a.png image/png (a picture)"],
];

async function main() {
  const PostalMime = (await import("postal-mime")).default;
  let present = 0;
  for (const [type, disposition, expected, behaviour] of cases) {
    const text = mail(type, disposition);
    const other = (await PostalMime.parse(text)).attachments[0];
    if (`${other.filename} ${other.mimeType}` !== expected) throw new Error(`postal-mime: ${other.filename}`);
    const found = extract(text).attachments[0];
    const seen = `${found.filename} ${found.contentType.type}`;
    console.log(`${disposition}:\n  expected (and postal-mime) ${expected}\n  seen                       ${seen}`);
    if (seen === behaviour) present++;
  }
  if (present === cases.length) return console.log("behaviour: names are cut or lost");
  console.log("changed:", present, "of", cases.length, "are as described");
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "letterparser@$version" postal-mime@4.0.0 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm letterparser $version, node $(node --version)"
node main.cjs
