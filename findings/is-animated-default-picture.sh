#!/bin/sh
# npm is-animated 3.0.0
#
# Expected: isAnimated of an APNG is true. Its first picture (IDAT) is a part of the animation only if an fcTL is before
# it; if not, programs that know APNG do not show it at all, and the animation is what follows (PNG, third edition,
# section 4.9).
# Behaviour: an APNG whose default picture is not a part of the animation is reported as still, although it has an acTL
# for two frames, both of them with fcTL and fdAT. An APNG with fcTL before IDAT is correct.
# Workaround: use is-apng, which looks for acTL.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.0.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const zlib = require("zlib");

const chunk = (type, data = Buffer.alloc(0)) => {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length);
  out.write(type, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(zlib.crc32(out.subarray(4, -4)), 8 + data.length);
  return out;
};
const number = (n) => Buffer.from([0, 0, 0, n]);
const pixel = zlib.deflateSync(Buffer.from([0, 128]));
const control = (n) => chunk("fcTL", Buffer.concat([...[n, 1, 1, 0, 0].map(number), Buffer.from([0, 1, 0, 10, 0, 0])]));
const frame = (n) => chunk("fdAT", Buffer.concat([number(n), pixel]));

// apng returns a picture of one grey pixel with these chunks before and after its IDAT, and two frames.
function apng(before, after) {
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", Buffer.concat([number(1), number(1), Buffer.from([8, 0, 0, 0, 0])])),
    chunk("acTL", Buffer.concat([number(2), number(0)])), ...before, chunk("IDAT", pixel), ...after, chunk("IEND")]);
}

async function main() {
  const imported = await import("is-animated");
  const isAnimated = imported.isAnimated ?? imported.default;
  const part = isAnimated(apng([control(0)], [control(1), frame(2)]));
  const alone = isAnimated(apng([], [control(0), frame(1), control(2), frame(3)]));
  console.log("two frames, the first is IDAT:    expected true, seen", part);
  console.log("two frames, neither is IDAT:      expected true, seen", alone);
  if (!part) throw new Error("an animation that begins with IDAT is wrong too");
  if (alone) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: an animation without its default picture is reported as still");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "is-animated@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm is-animated $version, node $(node --version)"
node main.cjs
