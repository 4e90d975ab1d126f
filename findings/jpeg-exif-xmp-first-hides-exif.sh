#!/bin/sh
# npm jpeg-exif 1.1.4
#
# Expected: parseSync returns the Exif data of a JPEG. XMP is in an APP1 segment as well, told from Exif by the name at
# its start, and may be before it. A tag with several numbers has all of them: SubjectArea of a circle has three
# (Exif 2.32, 4.6.6).
# Behaviour: if XMP is first, the result is an empty object: no date and no orientation, as of a picture without Exif
# data. exif-js 2.3.0 returns false, as for such a picture too. Of several SHORT numbers jpeg-exif returns the first: a
# SubjectArea of 400,300,50 is 400. No error is reported. exif-parser finds all of it.
# Workaround: exif-parser or exifr.
#
# Needs node and the npm registry; exif-parser 0.1.12 reads the same pictures.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.1.4
exifjs=2.3.0
parser=0.1.12
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const exifjs = require("exif-js");
const fs = require("fs");
const jpegExif = require("jpeg-exif");
const parser = require("exif-parser");

// A grey picture of 8 x 8 pixels.
const picture = Buffer.from("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERX" +
  "RTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI" +
  "AQEAAD8AP//Z", "base64");

const numbers = (size, ...values) => Buffer.concat(values.map((value) => {
  const out = Buffer.alloc(size);
  out.writeUIntBE(value, 0, size);
  return out;
}));
const entry = (tag, type, count, value) => Buffer.concat([numbers(2, tag, type), numbers(4, count), value]);
const segment = (data) => Buffer.concat([numbers(2, 0xffe1, data.length + 2), data]);

// Orientation 6, and SubjectArea 400,300,50.
const exif = segment(Buffer.concat([Buffer.from("Exif\0\0MM\0*\0\0\0\x08", "latin1"), numbers(2, 2),
  entry(0x112, 3, 1, numbers(2, 6, 0)), entry(0x8769, 4, 1, numbers(4, 38)), numbers(4, 0),
  numbers(2, 1), entry(0x9214, 3, 3, numbers(4, 56)), numbers(4, 0), numbers(2, 400, 300, 50)]));
const xmp = segment(Buffer.from('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'));

function main() {
  const seen = {};
  for (const [order, segments] of [["Exif first", [exif, xmp]], ["XMP first", [xmp, exif]]]) {
    const bytes = Buffer.concat([picture.subarray(0, 20), ...segments, picture.subarray(20)]);
    fs.writeFileSync("picture.jpg", bytes);
    const { tags } = parser.create(bytes).enableSimpleValues(false).parse();
    const one = jpegExif.parseSync("picture.jpg");
    const two = exifjs.readFromBinaryFile(new Uint8Array(bytes).buffer);
    seen[order] = [one.Orientation, one.SubExif?.SubjectArea, two.Orientation].join();
    console.log(`${order}: expected (and exif-parser) orientation ${tags.Orientation}, area ${tags.SubjectArea}`);
    console.log(`  jpeg-exif: orientation ${one.Orientation}, area ${one.SubExif?.SubjectArea}`);
    console.log(`  exif-js:   orientation ${two.Orientation}`);
    if (`${tags.Orientation} ${tags.SubjectArea}` !== "6 400,300,50") throw new Error("exif-parser is wrong");
  }
  if (!/^6,.*,6$/.test(seen["Exif first"])) throw new Error("a picture with Exif first is wrong too");
  if (seen["Exif first"] !== "6,400,6" || seen["XMP first"] !== ",,") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: XMP hides Exif data that is after it, and a list of numbers is its first");
}

try {
  main();
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "jpeg-exif@$version" "exif-js@$exifjs" "exif-parser@$parser" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm jpeg-exif $version, node $(node --version)"
node main.cjs
