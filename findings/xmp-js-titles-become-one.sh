#!/bin/sh
# npm xmp-js 0.0.5
#
# Expected: parse returns one title of a picture that has it in several languages, such as the one for x-default (XMP
# part 1, section 8.2.2.4), or a list, as it does for dc:subject.
# Behaviour: the titles are put together to one text without a space, "A harbourEin Hafen". A title in one language is
# correct. No error is reported.
# Workaround: use exifr, and take x-default.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.0.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const XMP = require("xmp-js");

// picture returns the head of a JPEG with this XMP.
function picture(properties) {
  const xmp = Buffer.from(`http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
    xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/">${properties}</rdf:Description></rdf:RDF></x:xmpmeta>`);
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe1, (xmp.length + 2) >> 8, (xmp.length + 2) & 255]), xmp,
    Buffer.from([0xff, 0xd9])]);
}

const title = `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A harbour</rdf:li>
  <rdf:li xml:lang="de">Ein Hafen</rdf:li></rdf:Alt></dc:title>`;

async function main() {
  const read = (properties) => {
    const file = picture(properties);
    return new XMP(file.buffer.slice(file.byteOffset, file.byteOffset + file.length)).parse();
  };
  const one = read('<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A harbour</rdf:li></rdf:Alt></dc:title>').title;
  const two = read(title).title;
  console.log("title in one language:  expected and seen", JSON.stringify(one));
  console.log("title in two languages: expected \"A harbour\", seen", JSON.stringify(two));
  if (one !== "A harbour") throw new Error("a title in one language is wrong too");
  if (!/^A harbour\s*Ein Hafen/.test(two)) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the titles become one text");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "xmp-js@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm xmp-js $version, node $(node --version)"
node main.cjs
