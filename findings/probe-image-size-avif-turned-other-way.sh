#!/bin/sh
# npm probe-image-size 7.5.0
#
# Expected: the orientation of an AVIF or HEIC is reported in the numbers of Exif. Its box irot has the angle "in
# anti-clockwise direction" (ISO/IEC 23008-12, 6.5.10): irot 1 is the orientation 8, and irot 3 is 6.
# Behaviour: the two are exchanged: irot 1 is reported as 6, and irot 3 as 8. A portrait photo with the orientation 6
# has it as a JPEG, and the orientation 8 as the AVIF that avifenc makes of it: who turns the picture by this number
# shows it upside down. Photos of iPhones (HEIC) are such pictures. 0 and 180 degrees are right.
# Workaround: exchange 6 and 8 if the type is avif, heic or heif.
#
# Needs node, the npm registry, apt-get, dpkg and the Debian 12 archive: avifenc and cjpeg make the pictures.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=7.5.0
avif=0.11.1-1+deb12u1
turbo=1:2.1.5-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import probe from "probe-image-size";

// angle returns the angle of the box irot, times 90 degrees anti-clockwise.
function angle(file) {
  const at = file.indexOf("irot");
  return at < 0 ? undefined : file[at + 4] & 3;
}

try {
  const header = Buffer.from("P5 16 8 255\n", "latin1");
  writeFileSync("a.pgm", Buffer.concat([header, Buffer.from(Array.from({ length: 128 }, (_, i) => 2 * i))]));
  const plain = execFileSync("cjpeg", ["a.pgm"]);
  const right = { 1: 1, 3: 3, 6: 6, 8: 8 };
  const seen = {};
  for (const orientation of Object.keys(right).map(Number)) {
    const exif = Buffer.from("ffe1002245786966000049492a0008000000010012010300010000000000000000000000", "hex");
    exif[28] = orientation;
    writeFileSync("a.jpg", Buffer.concat([plain.subarray(0, 2), exif, plain.subarray(2)]));
    execFileSync("avifenc", ["a.jpg", "a.avif"], { stdio: "ignore" });
    const [jpeg, avif] = [readFileSync("a.jpg"), readFileSync("a.avif")];
    seen[orientation] = probe.sync(avif).orientation;
    console.log(`JPEG: ${probe.sync(jpeg).orientation}; AVIF with irot ${angle(avif)}: expected ${orientation}, ` +
      `seen ${seen[orientation]}`);
    if (probe.sync(jpeg).orientation !== orientation) throw new Error("the orientation of the JPEG is not read");
  }
  if (seen[6] === 8 && seen[8] === 6 && seen[3] === 3) {
    console.log("behaviour: the orientation of an AVIF is that of a picture turned the other way");
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
if ! { npm install --no-audit --no-fund --ignore-scripts "probe-image-size@$version" &&
	fetch "libavif-bin=$avif" "libjpeg-turbo-progs=$turbo" ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm probe-image-size $version, libavif-bin $avif, node $(node --version)"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
node main.mjs
