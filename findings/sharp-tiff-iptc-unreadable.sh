#!/bin/sh
# npm sharp 0.35.5, with libvips 8.18.7
#
# Expected: keepMetadata() keeps "all metadata (EXIF, ICC, XMP, IPTC) from the input image". In a TIFF, the tag 33723
# has IPTC records, which begin with 0x1c.
# Behaviour: the tag gets what the JPEG had around them, from "Photoshop 3.0" on, which belongs in a JPEG only. ExifTool
# reports a bad IPTC data tag, and finds neither the caption nor the keywords. A JPEG made of the JPEG is right. sharp
# reports no error.
# Workaround: exiftool -tagsfromfile OLD -IPTC:all NEW.
#
# Needs node, the npm registry, perl, apt-get, dpkg and the Debian 12 archive: ExifTool 12.57 reads.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.35.5
exiftool=12.57+dfsg-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import sharp from "sharp";

function segment(marker, data) {
  const out = Buffer.from([0xff, marker, 0, 0]);
  out.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([out, data]);
}

// read returns what ExifTool says of a file.
function read(name, file) {
  writeFileSync(name, file);
  const [tags] = JSON.parse(execFileSync("exiftool", ["-j", "-IPTC:Caption-Abstract", "-Warning", name], {
    stdio: ["ignore", "pipe", "ignore"],
  }));
  return { caption: tags["Caption-Abstract"], warning: tags.Warning };
}

try {
  const caption = Buffer.from("\x1c\x02\x78\x00\x07Harbour", "latin1");
  const size = Buffer.from([0, 0, 0, caption.length]);
  const block = Buffer.concat([Buffer.from("Photoshop 3.0\x008BIM\x04\x04\0\0", "latin1"), size, caption]);
  const blank = sharp({ create: { width: 8, height: 8, channels: 3, background: "#204060" } });
  const picture = await blank.jpeg().toBuffer();
  const jpeg = Buffer.concat([picture.subarray(0, 2), segment(0xed, block), picture.subarray(2)]);
  const before = read("a.jpg", jpeg);
  const same = read("b.jpg", await sharp(jpeg).keepMetadata().jpeg().toBuffer());
  const tiff = read("c.tif", await sharp(jpeg).keepMetadata().tiff().toBuffer());
  console.log("caption before:", before.caption, "- in a JPEG:", same.caption);
  console.log("in a TIFF: expected Harbour, seen", tiff.caption, "- warning:", tiff.warning);
  if (before.caption !== "Harbour" || same.caption !== "Harbour") throw new Error("a JPEG is not right either");
  if (tiff.caption === undefined && /Bad IPTC data/.test(tiff.warning)) {
    console.log("behaviour: the IPTC data of the TIFF cannot be read");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! { npm install --no-audit --no-fund --ignore-scripts "sharp@$version" &&
	fetch "libimage-exiftool-perl=$exiftool" ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm sharp $version, libimage-exiftool-perl $exiftool, node $(node --version)"
PATH="$dir/root/usr/bin:$PATH"
PERL5LIB=$dir/root/usr/share/perl5
export PATH PERL5LIB
node main.mjs
