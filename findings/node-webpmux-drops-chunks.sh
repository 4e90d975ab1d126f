#!/bin/sh
# npm node-webpmux 3.2.1
#
# Expected: load and save keep chunks that are unknown to the library, such as the C2PA chunk of a Content Credential: a
# writer "SHOULD preserve them in their original order" (RFC 9649, 2.7.1.6, Unknown Chunks). The library calls itself "a
# mostly-complete pure Javascript re-implementation of webpmux" (README); webpmux keeps the chunk.
# Behaviour: save writes only the picture, EXIF, XMP and the colour profile. Adding Exif, or a save without any change,
# removes the C2PA chunk and every other unknown chunk from the file. No error is reported.
# Workaround: webpmux of libwebp.
#
# Needs node, the npm registry, apt-get, dpkg and the Debian 12 archive (for webpmux, for comparison).
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.2.1
other=1.2.4-0.2+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { execFileSync } = require("node:child_process");
const { readFileSync, writeFileSync } = require("node:fs");
const webp = require("node-webpmux");

// chunk gives a chunk of RIFF with its padding.
function chunk(name, data) {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

// names lists the chunks of a file.
function names(file) {
  const found = [];
  for (let at = 12; at < file.length; at += 8 + file.readUInt32LE(at + 4) + file.readUInt32LE(at + 4) % 2) {
    found.push(file.toString("latin1", at, at + 4).trim());
  }
  return found.join(" ");
}

async function main() {
  const pixel = Buffer.from("2f00000010071011118888fe07", "hex"); // VP8L, 1 x 1, with alpha
  const size = Buffer.alloc(10); // VP8X, 1 x 1
  size[0] = 0x10; // alpha
  const chunks = Buffer.concat([Buffer.from("WEBP"), chunk("VP8X", size), chunk("VP8L", pixel),
    chunk("C2PA", Buffer.from("a manifest store")), chunk("mine", Buffer.from("of another program"))]);
  const head = Buffer.from("RIFF\0\0\0\0", "latin1");
  head.writeUInt32LE(chunks.length, 4);
  const file = Buffer.concat([head, chunks]);
  const exif = Buffer.from("II*\0\x08\0\0\0\0\0\0\0\0\0", "latin1");
  writeFileSync("in.webp", file);
  writeFileSync("exif", exif);
  execFileSync("webpmux", ["-set", "exif", "exif", "in.webp", "-o", "out.webp"], { stdio: "ignore" });

  const image = new webp.Image();
  await image.load(file);
  const same = names(await image.save(null));
  image.exif = exif;
  const tagged = names(await image.save(null));
  console.log("file:                   ", names(file));
  console.log("saved as it is: expected", names(file));
  console.log("                seen    ", same);
  console.log("Exif added:     webpmux ", names(readFileSync("out.webp")));
  console.log("                seen    ", tagged);
  if (!/C2PA.*mine/.test(names(readFileSync("out.webp")))) throw new Error("webpmux drops the chunks as well");
  if (!/C2PA|mine/.test(same + tagged)) return console.log("behaviour: unknown chunks are dropped");
  console.log("changed: a chunk is kept");
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! { npm install --no-audit --no-fund "node-webpmux@$version" &&
	apt-get download "webp=$other" "libwebpmux3=$other" "libwebpdemux2=$other" "libwebp7=$other" &&
	for package in *.deb; do dpkg-deb -x "$package" root || exit 2; done ; } >log 2>&1; then
	cat log
	exit 2
fi
PATH=$dir/root/usr/bin:$PATH
LD_LIBRARY_PATH=$(dirname "$(find "$dir/root" -name 'libwebpmux.so.3')")
export LD_LIBRARY_PATH
echo "version: npm node-webpmux $version, node $(node --version), webp $other"
node main.cjs
