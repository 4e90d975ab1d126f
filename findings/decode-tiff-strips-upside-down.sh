#!/bin/sh
# npm decode-tiff 0.2.1
#
# Expected: decode returns the rows of a TIFF from top to bottom. The offsets of its strips are in the order of the rows
# (TIFF 6.0, StripOffsets), and a picture of more than 8 KiB should have more than one strip (RowsPerStrip).
# Behaviour: the strips of a file in little endian order (II), which most programs write, are put together from the last
# one to the first: a picture of three strips has its bottom third at the top. The rows inside a strip keep their order.
# No error is reported. A picture of one strip is correct, and so is a file in big endian order (MM).
# Workaround: use another decoder, such as utif2 or geotiff.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { decode } = require("decode-tiff");

// tiff returns a TIFF, in little or big endian order (LE, BE), with these fields and these strips of pixels.
function tiff(order, fields, parts) {
  const write = (to, value, at, size) => to[`writeUInt${order}`](value, at, size);
  const starts = parts.map((_, i) => 8 + Buffer.concat(parts.slice(0, i)).length);
  const all = [...fields, [273, 4, starts], [279, 4, parts.map((part) => part.length)]];
  all.sort((a, b) => a[0] - b[0]);
  const directory = Buffer.alloc(2 + 12 * all.length + 4);
  const at = 8 + Buffer.concat(parts).length;
  const long = [];
  write(directory, all.length, 0, 2);
  all.forEach(([tag, type, values], i) => {
    const size = type === 3 ? 2 : 4;
    const value = Buffer.alloc(Math.max(4, size * values.length));
    values.forEach((v, k) => write(value, v, k * size, size));
    write(directory, tag, 2 + 12 * i, 2);
    write(directory, type, 4 + 12 * i, 2);
    write(directory, values.length, 6 + 12 * i, 4);
    if (value.length === 4) return value.copy(directory, 10 + 12 * i);
    write(directory, at + directory.length + Buffer.concat(long).length, 10 + 12 * i, 4);
    long.push(value);
  });
  const header = Buffer.from(order === "LE" ? "II*\0\0\0\0\0" : "MM\0*\0\0\0\0", "latin1");
  write(header, at, 4, 4);
  return Buffer.concat([header, ...parts, directory, ...long]);
}

// seen returns the red of each row of a picture of 2 x 6 pixels whose rows have the reds 10, 20, 30, 40, 50 and 60.
function seen(order, rowsPerStrip) {
  const rows = [10, 20, 30, 40, 50, 60].map((red) => [red, 0, 0, red, 0, 0]);
  const strips = [];
  for (let y = 0; y < 6; y += rowsPerStrip) strips.push(Buffer.from(rows.slice(y, y + rowsPerStrip).flat()));
  const file = tiff(order, [[256, 4, [2]], [257, 4, [6]], [258, 3, [8, 8, 8]], [259, 3, [1]], [262, 3, [2]],
    [277, 3, [3]], [278, 4, [rowsPerStrip]]], strips);
  const copy = Buffer.from(new Uint8Array(file).buffer);
  return [...decode(copy).data].filter((_, i) => i % 8 === 0).join(" ");
}

async function main() {
  console.log("the red of each row, from one strip, II:    expected and seen", seen("LE", 6));
  console.log("the red of each row, from three strips, MM: expected and seen", seen("BE", 2));
  console.log("the red of each row, from three strips, II: expected 10 20 30 40 50 60");
  console.log("                                            seen    ", seen("LE", 2));
  if (seen("LE", 6) !== "10 20 30 40 50 60" || seen("BE", 2) !== seen("LE", 6)) {
    throw new Error("the other two are wrong too");
  }
  if (seen("LE", 2) !== "50 60 30 40 10 20") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the last strip is at the top");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "decode-tiff@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm decode-tiff $version, node $(node --version)"
node main.cjs
