#!/bin/sh
# npm exifr 7.1.3
#
# Expected: parse returns the text of an XMP property as it is in the file: dc:identifier,
# photoshop:TransmissionReference and similar properties have the type Text (XMP specification, part 2). XML entities in
# it are decoded, as in every XML reader. The README calls the parser "minimalistic", and states that it "may alter or
# simplify the data structure"; it mentions no change of values.
# Behaviour: a text that looks like a number becomes one and loses digits: the identifier 00121 is 121, 1e3 is 1000, and
# 12345678901234567890 is 12345678901234567000. The text true becomes a boolean. "Tom &amp; Jerry" keeps its &amp;. No
# error is reported, and the only option against it is to read the raw XML (xmp: {parse: false}).
# Workaround: take the raw XML and read it with an XML parser.
#
# Needs node and the npm registry; npm exifreader 4.46.0 reads the same file for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=7.1.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const exifr = require("exifr");
const reader = require("exifreader");

// A JPEG of 1 x 1 pixels, to which the XMP packet is added as segment APP1. The quantisation tables are all 1.
const table = Buffer.alloc(64, 1);
const plain = Buffer.concat([
  Buffer.from("ffd8ffdb004300", "hex"), table, // start, quantisation table
  Buffer.from("ffc0000b080001000101011100", "hex"), // frame: 8 bits, 1 x 1, one component
  Buffer.from("ffc40014000100000000000000000000000000000000", "hex"), // Huffman table DC: one code
  Buffer.from("ffc40014100100000000000000000000000000000000", "hex"), // Huffman table AC: one code
  Buffer.from("ffda0008010100003f003fffd9", "hex"), // scan, end
]);
const values = { Identifier: "00121", Reference: "1e3", Source: "12345678901234567890", Headline: "true",
  Credit: "Tom &amp; Jerry" };
const expected = { ...values, Credit: "Tom & Jerry" };
const attributes = Object.entries(values).map(([name, value]) => `n:${name}="${value}"`).join(" ");
const packet = Buffer.from("http://ns.adobe.com/xap/1.0/\0" +
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  `<rdf:Description rdf:about="" xmlns:n="http://example.com/n/" ${attributes}/></rdf:RDF></x:xmpmeta>`);
const head = Buffer.from([0xff, 0xe1, (packet.length + 2) >> 8, (packet.length + 2) & 0xff]);
const file = Buffer.concat([plain.subarray(0, 2), head, packet, plain.subarray(2)]);

exifr.parse(file, { xmp: true, tiff: false }).then((seen) => {
  const other = reader.load(file);
  let changed = 0;
  for (const [name, value] of Object.entries(expected)) {
    if (other[name].value !== value) throw new Error(`exifreader reads ${name} as ${other[name].value}`);
    const [right, found] = [JSON.stringify(value), JSON.stringify(seen[name])];
    console.log(`${name.padEnd(10)} expected (and exifreader) ${right}, seen ${found}`);
    if (seen[name] !== value) changed++;
  }
  if (changed === 5) return console.log("behaviour: texts become numbers or booleans, and entities stay");
  console.log("changed: values that are not as in the file:", changed);
  process.exitCode = 1;
}).catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "exifr@$version" exifreader@4.46.0 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm exifr $version, node $(node --version)"
node main.cjs
