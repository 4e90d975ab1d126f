#!/bin/sh
# npm png.js 0.2.1
#
# Expected: getPixel of a PNG with 16 bits a sample returns the colour, as 8 or as 16 bits: the first two bytes of a
# pixel are its red (PNG section 7.2, most significant byte first).
# Behaviour: the bytes are returned as if each were a sample: red is the first byte of red, green the second byte of red,
# blue the first byte of green, and the transparency of a pixel with one is the second byte of green. The picture keeps
# its shapes and has other colours. No error is reported, although the package refuses other depths that it cannot read.
# Workaround: use another decoder for pictures of 16 bits, such as pngjs.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.2.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const zlib = require("zlib");

// png returns a PNG with these rows of samples, each packed into bytes already.
function png(width, depth, colour, rows) {
  const chunk = (type, data) => {
    const out = Buffer.alloc(12 + data.length);
    out.writeUInt32BE(data.length);
    out.write(type, 4, "latin1");
    data.copy(out, 8);
    out.writeUInt32BE(zlib.crc32(out.subarray(4, -4)), 8 + data.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(rows.length, 4);
  header[8] = depth;
  header[9] = colour;
  const data = zlib.deflateSync(Buffer.concat(rows.map((row) => Buffer.from([0, ...row]))));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0))]);
}

async function main() {
  const PNGReader = require("png.js");
  const pixel = (file) => new Promise((resolve, reject) => {
    new PNGReader(file).parse((err, picture) => (err ? reject(err) : resolve(picture.getPixel(0, 0).join())));
  });
  const eight = await pixel(png(1, 8, 6, [[200, 100, 50, 128]]));
  const sixteen = await pixel(png(1, 16, 6, [[200, 7, 100, 8, 50, 9, 128, 0]]));
  console.log("200,100,50 and half transparent, as 8 bits:  expected and seen", eight);
  console.log("the same colour, a little off, as 16 bits:   expected 200,100,50,128, seen", sixteen);
  if (eight !== "200,100,50,128") throw new Error("a picture of 8 bits is wrong too");
  if (sixteen !== "200,7,100,8") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the second byte of red is returned as green");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "png.js@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm png.js $version, node $(node --version)"
node main.cjs
