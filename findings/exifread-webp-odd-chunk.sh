#!/bin/sh
# exifread 3.0.0 for Python, Debian 12 package python3-exif 3.0.0-1
#
# Expected: process_file returns the Exif tags of each WebP that has them, as ExifTool does.
# Behaviour: the byte that fills a chunk of odd length is not skipped: if the pixels or the colour profile have an odd
# number of bytes, as about half of all pictures do, no tag is returned, and nothing but a line of the logger says so.
# The orientation of such a picture is lost.
# Workaround: exiftool -j FILE.
#
# Needs /usr/bin/python3 of Debian 12, perl, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.0.0-1
webp=1.2.4-0.2+deb12u1
tool=12.57+dfsg-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import logging, struct, subprocess, sys

import exifread

logging.disable(logging.CRITICAL)

def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

with open("a.exif", "wb") as f:
    f.write(b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0))
seen = {}
for width in range(16, 80):
    with open("a.ppm", "wb") as f:
        f.write(b"P6\n%d 16\n255\n" % width + bytes(i * i // 7 % 256 for i in range(48 * width)))
    run("cwebp", "-lossless", "a.ppm", "-o", "plain.webp")
    with open("plain.webp", "rb") as f:
        length = struct.unpack("<I", f.read(20)[16:])[0]
    if length % 2 in seen:
        continue
    run("webpmux", "-set", "exif", "a.exif", "plain.webp", "-o", "a.webp")
    with open("a.webp", "rb") as f:
        seen[length % 2] = str(exifread.process_file(f).get("Image Orientation"))
    right = run("exiftool", "-s3", "-Orientation", "a.webp").strip()
    print("pixels of %d bytes: ExifTool reads the orientation %s, seen %s" % (length, right, seen[length % 2]))
    if right != "Rotate 90 CW":
        print("error: ExifTool does not read it")
        sys.exit(2)
if seen.get(0) != "Rotated 90 CW" or 1 not in seen:
    print("error: an even number of bytes is not read either")
    sys.exit(2)
if seen[1] != "None":
    print("changed")
    sys.exit(1)
print("behaviour: there are no tags")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "python3-exif=$version" "webp=$webp" "libimage-exiftool-perl=$tool" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: python3-exif $version, webp $webp, libimage-exiftool-perl $tool"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PERL5LIB=$dir/root/usr/share/perl5
export PERL5LIB
PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
export PYTHONPATH
/usr/bin/python3 main.py
