#!/bin/sh
# npm fast-mhtml 2.1.0
#
# Expected: parse, rewrite and spit split a saved page into files, and "rewrites local URLS so that links inside the
# page keep working" (README). In an HTML attribute & is written &amp; (HTML, "Attributes"), as Chromium writes it in
# each page that it saves.
# Behaviour: the attribute is compared with the Content-Location as it is written. A picture whose address has an & is
# stored as a file, but the page still links to the web: offline it is missing, and online the server learns of each
# view. A picture without & is linked to its file. No error is reported.
# Workaround: replace &amp; by & in the attributes of the page before parse.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
try {
  const { Parser } = require("fast-mhtml");
  const part = (url) => ["--b1", "Content-Type: image/png", "Content-Transfer-Encoding: base64",
    `Content-Location: ${url}`, "", "iVBORw0KGgo=", ""];
  const plain = "https://example.org/a.png";
  const query = "https://example.org/b.png?x=1&y=2";
  const page = `<html><body><img src="${plain}"><img src="${query.replace("&", "&amp;")}"></body></html>`;
  const saved = ["MIME-Version: 1.0", 'Content-Type: multipart/related; type="text/html"; boundary="b1"', "", "",
    "--b1", "Content-Type: text/html", "Content-Transfer-Encoding: 8bit", "Content-Location: https://example.org/p", "",
    page, "", ...part(plain), ...part(query), "--b1--", ""].join("\r\n");
  const files = new Parser({}).parse(Buffer.from(saved)).rewrite().spit();
  const html = files[0].content.toString();
  console.log("files:", files.map((f) => f.filename).join(", "));
  console.log("page: ", html.trim());
  if (files.length !== 3 || html.includes(plain)) throw new Error("the picture without & is not linked to its file");
  if (html.includes(query.replace("&", "&amp;"))) {
    console.log("behaviour: the picture with & is still linked to the web");
  } else {
    console.log("changed: it is linked to its file");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund "fast-mhtml@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm fast-mhtml $version, node $(node --version)"
node main.cjs
