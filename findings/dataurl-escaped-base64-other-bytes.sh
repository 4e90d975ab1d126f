#!/bin/sh
# npm dataurl 0.1.0, npm image-data-uri 2.0.1 and npm strong-data-uri 1.0.6
#
# Expected: the data of a data URL is percent-encoded, as it is part of a URL; with ;base64 the base64 is below that
# (RFC 2397, section 2; https://fetch.spec.whatwg.org/#data-urls). %2B8%3D is +8=. A picture in a style sheet
# or a link is written so, because + / = are special in a query. dataurl's "data" is "unencoded data" (README).
# Behaviour: %2B and %3D are read as base64: other bytes are returned. dataurl also returns the data of a URL without
# base64 as it is, %3Csvg%3E for <svg>. No error is reported.
# Workaround: decodeURIComponent before; fetch of node reads data URLs.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.1.0
image=2.0.1
strong=1.0.6
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const readers = {
  "dataurl": (url) => require("dataurl").parse(url).data,
  "image-data-uri": (url) => require("image-data-uri").decode(url).dataBuffer,
  "strong-data-uri": (url) => require("strong-data-uri").decode(url),
};
const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;

async function main() {
  const data = Buffer.from("89504e47fbefbefffe", "hex");
  const base64 = data.toString("base64");
  const plain = "data:image/png;base64," + base64;
  const escaped = "data:image/png;base64," + encodeURIComponent(base64);
  const svg = "data:image/svg+xml,%3Csvg%3E";
  for (const url of [plain, escaped]) {
    if (!same(await (await fetch(url)).arrayBuffer(), data)) throw new Error("fetch returns other bytes");
  }
  if (escaped === plain) throw new Error("the data has nothing to escape");
  let present = true;
  for (const [name, read] of Object.entries(readers)) {
    if (!same(read(plain), data)) throw new Error(name + " does not read base64 either");
    const got = read(escaped);
    console.log(`${name}: ${escaped}: expected ${data.toString("hex")}, seen ${Buffer.from(got).toString("hex")}`);
    present &&= !same(got, data);
  }
  const text = readers.dataurl(svg).toString();
  console.log(`dataurl: ${svg}: expected <svg>, seen ${text}`);
  if (!present || text !== "%3Csvg%3E") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: escaped data becomes other bytes");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "dataurl@$version" "image-data-uri@$image" \
	"strong-data-uri@$strong" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm dataurl $version, image-data-uri $image, strong-data-uri $strong, node $(node --version)"
node main.cjs
