#!/bin/sh
# npm @lunapaint/png-codec 0.2.0
#
# Expected: decodePng returns the pixels of a PNG of 1, 2 or 4 bits a pixel, whichever filter each row has. The filters
# work on bytes; a pixel of less than a byte counts as one byte (PNG section 9.2).
# Behaviour: the rows with the filter Average (3) have other pixels, and the errors go on to the right and to the rows
# below. The other four filters are correct, and so is Average in pictures of 8 bits. No error is reported.
# Workaround: use another decoder for pictures of less than 8 bits, such as pngjs.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const zlib = require("zlib");
const { decodePng } = require("@lunapaint/png-codec");

// filtered returns a row of one byte to the left and above, filtered by None (0), Sub (1), Up (2) or Average (3).
function filtered(filter, row, above) {
  return [filter, ...row.map((value, i) => {
    const left = i ? row[i - 1] : 0;
    return value - [0, left, above[i], (left + above[i]) >> 1][filter] & 255;
  })];
}

// png returns a grey PNG of 4 bits a pixel with these rows of bytes.
function png(rows, filter) {
  const chunk = (type, data) => {
    const out = Buffer.alloc(12 + data.length);
    out.writeUInt32BE(data.length);
    out.write(type, 4, "latin1");
    data.copy(out, 8);
    out.writeUInt32BE(zlib.crc32(out.subarray(4, -4)), 8 + data.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(2 * rows[0].length);
  header.writeUInt32BE(rows.length, 4);
  header[8] = 4;
  const data = zlib.deflateSync(Buffer.concat(rows.map((row, y) =>
    Buffer.from(filtered(filter, row, y ? rows[y - 1] : row.map(() => 0))))));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0))]);
}

async function main() {
  const rows = [[0x01, 0x23, 0x45, 0x67], [0x89, 0xab, 0xcd, 0xef], [0xfe, 0xdc, 0xba, 0x98]];
  const right = rows.map((row) => Buffer.from(row).toString("hex")).join(" ");
  const seen = [];
  for (const filter of [0, 1, 2, 3]) {
    const file = png(rows, filter);
    const { image } = await decodePng(new Uint8Array(file), { force32: true });
    const digits = [...image.data].filter((_, i) => i % 4 === 0).map((grey) => (grey / 17).toString(16)).join("");
    seen.push(digits.replace(/(.{8})(?=.)/g, "$1 "));
    console.log(`${["None   ", "Sub    ", "Up     ", "Average"][filter]}: expected ${right}, seen ${seen.at(-1)}`);
  }
  if (seen.slice(0, 3).some((digits) => digits !== right)) throw new Error("the other filters are wrong too");
  if (seen[3] === right) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: rows with the filter Average have other pixels");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@lunapaint/png-codec@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @lunapaint/png-codec $version, node $(node --version)"
node main.cjs
