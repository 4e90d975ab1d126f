#!/bin/sh
# npm ts-node-iptc 1.0.11 and npm node-iptc 1.0.5, on which it is based
#
# Expected: each dataset of the IPTC data has a tag marker 0x1C, a record number, a dataset number, a length of two
# bytes and that many bytes of data (IPTC-NAA Information Interchange Model 4.2, 1.6). The parser returns the text of
# that length.
# Behaviour: the parser does not read the length. It ends a field at the next byte 0x1C, and the length 28 is such a
# byte: a text of exactly 28 bytes is returned as an empty one, and so is each text whose length has a byte of 28, such
# as 284 (0x011C). No error is reported.
# Workaround: another reader, as exifr with the option iptc.
#
# Needs node and the npm registry; npm exifr 7.1.3 reads the same files.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.11
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { IptcParser } = require("ts-node-iptc");
const nodeIptc = require("node-iptc");
const exifr = require("exifr");

const uint16 = (n) => Buffer.from([n >> 8, n & 0xff]);
const dataset = (number, data) => Buffer.concat([Buffer.from([0x1c, 2, number]), uint16(data.length), data]);

// A JPEG with IPTC data in the Photoshop segment APP13: a caption (2:120) between the title and the copyright notice.
function picture(caption) {
  const iptc = Buffer.concat([dataset(5, Buffer.from("A title")), dataset(120, Buffer.from(caption)),
    dataset(116, Buffer.from("A notice"))]);
  const resource = Buffer.concat([Buffer.from("Photoshop 3.0\0" + "8BIM" + "\x04\x04" + "\0\0" + "\0\0"),
    uint16(iptc.length), iptc, Buffer.alloc(iptc.length % 2)]);
  return Buffer.concat([Buffer.from("ffd8ffed", "hex"), uint16(resource.length + 2), resource,
    Buffer.from("ffda0008010100003f003fffd9", "hex")]);
}

async function main() {
  const empty = [];
  for (const length of [27, 28, 29, 283, 284]) {
    const file = picture("caption ".repeat(40).slice(0, length));
    const others = [nodeIptc(file), IptcParser.parse(file)];
    const reference = (await exifr.parse(file, { iptc: true, tiff: false })).Caption;
    if (others.some((tags) => tags.object_name !== "A title" || tags.copyright_notice !== "A notice")) {
      throw new Error("the texts beside the caption are not read");
    }
    const [old, seen] = others.map((tags) => tags.caption.length);
    console.log(`caption of ${length} bytes: expected (and exifr) ${reference.length}, seen ${seen}, node-iptc ${old}`);
    if (seen === 0 && old === 0 && reference.length === length) empty.push(length);
    else if (seen !== length) throw new Error("the caption has another length");
  }
  if (empty.join() === "28,284") {
    return console.log("behaviour: a text whose length has a byte of 28 is returned as an empty one");
  }
  console.log("changed: lengths with an empty text:", empty.join() || "none");
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message || err);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund "ts-node-iptc@$version" node-iptc@1.0.5 exifr@7.1.3 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm ts-node-iptc $version, node-iptc 1.0.5, node $(node --version)"
node main.cjs
