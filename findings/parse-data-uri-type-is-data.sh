#!/bin/sh
# npm parse-data-uri 0.2.0
#
# Expected: mimeType of data:image/svg+xml,%3Csvg%3E is image/svg+xml (RFC 2397, section 3).
# Behaviour: without a parameter or ;base64 before the comma, the mimeType is "data:". With ;charset=utf-8 or ;base64
# it is correct. The word BASE64 in capital letters, which a URL may have, is not recognised: the data is then the
# base64 text. No error is reported.
# Workaround: npm data-urls or whatwg-mimetype; fetch of node reads data URLs.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const parse = require("parse-data-uri");

const urls = ["data:image/png;base64,aGVsbG8=", "data:image/svg+xml;charset=utf-8,hello", "data:image/svg+xml,hello",
  "data:image/png;BASE64,aGVsbG8="];

async function main() {
  const seen = [];
  for (const url of urls) {
    const answer = await fetch(url);
    const expected = answer.headers.get("content-type").split(";")[0] + " " + await answer.text();
    const { mimeType, data } = parse(url);
    console.log(`${url}: expected (and fetch) ${expected}, seen ${mimeType} ${data}`);
    seen.push(`${mimeType} ${data}` === expected ? "right" : `${mimeType} ${data}`);
  }
  if (seen[0] !== "right" || seen[1] !== "right") throw new Error("other URLs are not read either");
  if (seen[2] !== "data: hello" || seen[3] !== "image/png aGVsbG8=") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the type of a URL without parameters is data:, and BASE64 is not decoded");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "parse-data-uri@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm parse-data-uri $version, node $(node --version)"
node main.cjs
