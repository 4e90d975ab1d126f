#!/bin/sh
# npm exifreader 4.46.0
#
# Expected: a comment or a CDATA section in the XML of an XMP packet changes nothing. A comment is not part of the data,
# and CDATA is another way to write text (XML 1.0, 2.5 and 2.7; the RDF/XML syntax that XMP uses ignores both).
# Behaviour: a property that shares its rdf:Description with a comment is lost, and so is a property whose text is a
# CDATA section. load returns the other tags, without an error: a picture whose Iptc4xmpExt:DigitalSourceType is
# trainedAlgorithmicMedia appears to have none.
# Workaround: remove the comments and CDATA from the packet first, or read tags._raw with another XML parser.
#
# Needs node and the npm registry; npm exifr 7.1.3 reads the same files (it keeps the marks of a CDATA section).
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=4.46.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const reader = require("exifreader");
const exifr = require("exifr");

// A JPEG of 1 x 1 pixels, to which the XMP packet is added as segment APP1. The quantisation tables are all 1.
const table = Buffer.alloc(64, 1);
const plain = Buffer.concat([
  Buffer.from("ffd8ffdb004300", "hex"), table, // start, quantisation table
  Buffer.from("ffc0000b080001000101011100", "hex"), // frame: 8 bits, 1 x 1, one component
  Buffer.from("ffc40014000100000000000000000000000000000000", "hex"), // Huffman table DC: one code
  Buffer.from("ffc40014100100000000000000000000000000000000", "hex"), // Huffman table AC: one code
  Buffer.from("ffda0008010100003f003fffd9", "hex"), // scan, end
]);
const source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

function picture(content) {
  const packet = Buffer.from("http://ns.adobe.com/xap/1.0/\0" +
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description rdf:about="" xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">' +
    `${content}</rdf:Description></rdf:RDF></x:xmpmeta>`);
  const head = Buffer.from([0xff, 0xe1, (packet.length + 2) >> 8, (packet.length + 2) & 0xff]);
  return Buffer.concat([plain.subarray(0, 2), head, packet, plain.subarray(2)]);
}

async function main() {
  const forms = {
    plain: `<ext:DigitalSourceType>${source}</ext:DigitalSourceType>`,
    comment: `<!-- made by a model --><ext:DigitalSourceType>${source}</ext:DigitalSourceType>`,
    CDATA: `<ext:DigitalSourceType><![CDATA[${source}]]></ext:DigitalSourceType>`,
  };
  const seen = {};
  for (const [name, form] of Object.entries(forms)) {
    const file = picture(form);
    const tag = reader.load(file).DigitalSourceType;
    const other = await exifr.parse(file, { xmp: true, tiff: false });
    seen[name] = tag === undefined ? "no such tag" : tag.value;
    console.log(`${name}:\n  expected ${source}\n  seen     ${seen[name]}\n  exifr    ${other.DigitalSourceType}`);
  }
  if (seen.plain !== source) throw new Error("the plain form is not read either");
  if (seen.comment === "no such tag" && seen.CDATA === "no such tag") {
    return console.log("behaviour: a property beside a comment, or written as CDATA, is lost");
  }
  console.log("changed: the property is read");
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "exifreader@$version" exifr@7.1.3 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm exifreader $version, node $(node --version)"
node main.cjs
