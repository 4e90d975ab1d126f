#!/bin/sh
# npm xmp-reader 0.0.3
#
# Expected: three stars of Windows, MicrosoftPhoto:Rating 50, are a rating of 3, as the package computes stars from this
# percentage; and the title of a picture that has one in several languages is the one for x-default (XMP part 1, section
# 8.2.2.4), "A harbour".
# Behaviour: the rating is 51, as 12 is divided by 25 before it is added to the percentage. It is correct only if an
# xmp:Rating comes later in the file. The title is the last one in the file, "Ein Hafen". No error is reported.
# Workaround: use exifr, and take x-default.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.0.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { fromBuffer } = require("xmp-reader");

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
  const stars = await fromBuffer(picture("<xmp:Rating>3</xmp:Rating>"));
  const percent = await fromBuffer(picture("<MicrosoftPhoto:Rating>50</MicrosoftPhoto:Rating>"));
  const titles = await fromBuffer(picture(title));
  console.log("xmp:Rating 3:             expected and seen", stars.rating);
  console.log("MicrosoftPhoto:Rating 50: expected 3, seen", percent.rating);
  console.log("title in two languages:   expected A harbour, seen", titles.title);
  if (stars.rating !== 3) throw new Error("a rating in stars is wrong too");
  if (percent.rating !== 51 || titles.title !== "Ein Hafen") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: three stars are 51, and the title is of another language");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "xmp-reader@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm xmp-reader $version, node $(node --version)"
node main.cjs
