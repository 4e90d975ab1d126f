#!/bin/sh
# npm tiff 7.1.3
#
# Expected: decode returns the samples of a tiled colour TIFF in the order of its PlanarConfiguration. With 1 (chunky),
# which is what nearly all files have, a tile is R G B R G B, like a strip (TIFF 6.0, PlanarConfiguration).
# Behaviour: the samples of a tile are spread as if each tile were of one plane, so that two of three samples of the
# result are 0, and two thirds of those of the file are lost. Pixel 0 has only red, and the red of pixel 1 is the green
# of pixel 0. No error is reported. A grey picture in tiles is correct, and so is a colour picture in strips.
# Workaround: use another decoder for tiled pictures, such as geotiff or utif2.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=7.1.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
// tiff returns a TIFF, most significant byte first, with these fields and these strips (or tiles) of pixels.
function tiff(fields, offsetsField, parts) {
  const starts = parts.map((_, i) => 8 + Buffer.concat(parts.slice(0, i)).length);
  const all = [...fields, [offsetsField, 4, starts], [offsetsField === 273 ? 279 : 325, 4, parts.map((p) => p.length)]];
  all.sort((a, b) => a[0] - b[0]);
  const directory = Buffer.alloc(2 + 12 * all.length + 4);
  const at = 8 + Buffer.concat(parts).length;
  const long = [];
  directory.writeUInt16BE(all.length);
  all.forEach(([tag, type, values], i) => {
    const size = type === 3 ? 2 : 4;
    const value = Buffer.alloc(Math.max(4, size * values.length));
    values.forEach((v, k) => value.writeUIntBE(v, k * size, size));
    directory.writeUInt16BE(tag, 2 + 12 * i);
    directory.writeUInt16BE(type, 4 + 12 * i);
    directory.writeUInt32BE(values.length, 6 + 12 * i);
    if (value.length === 4) return value.copy(directory, 10 + 12 * i);
    directory.writeUInt32BE(at + directory.length + Buffer.concat(long).length, 10 + 12 * i);
    long.push(value);
  });
  const header = Buffer.from("MM\0*\0\0\0\0", "latin1");
  header.writeUInt32BE(at, 4);
  return Buffer.concat([header, ...parts, directory, ...long]);
}

const pixel = [200, 100, 50];

// head returns the first four pixels of a picture of 16 x 16 equal pixels.
function head(decode, tiled) {
  const fields = [[256, 4, [16]], [257, 4, [16]], [258, 3, [8, 8, 8]], [259, 3, [1]], [262, 3, [2]], [277, 3, [3]],
    [284, 3, [1]]];
  const pixels = Buffer.from(Array(16 * 16).fill(pixel).flat());
  const file = tiled ? tiff([...fields, [322, 4, [16]], [323, 4, [16]]], 324, [pixels])
    : tiff([...fields, [278, 4, [16]]], 273, [pixels]);
  return [...decode(file)[0].data.subarray(0, 12)].join();
}

async function main() {
  const { decode } = await import("tiff");
  const right = Array(4).fill(pixel).join();
  console.log("four pixels of a picture in one strip: expected and seen", head(decode, false));
  console.log("of the same picture in one tile: expected", right);
  console.log("                                 seen    ", head(decode, true));
  if (head(decode, false) !== right) throw new Error("a picture in strips is wrong too");
  if (head(decode, true) !== "200,0,0,100,0,0,50,0,0,200,0,0") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: two of three samples are 0");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "tiff@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm tiff $version, node $(node --version)"
node main.cjs
