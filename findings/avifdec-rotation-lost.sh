#!/bin/sh
# avifdec and avifenc of libavif 0.11.1, Debian 12 package libavif-bin 0.11.1-1+deb12u1
#
# Expected: the PNG that avifdec makes of an AVIF shows the same picture. The property irot turns it (ISO/IEC 23008-12,
# 6.5.10), which a reader has to apply; avifenc writes one for a JPEG with an Exif orientation.
# Behaviour: avifdec writes the pixels as they are stored and no Exif data, so that nothing turns them any more: the PNG
# or JPEG of a portrait photo lies on its side, also after avifenc and avifdec. avifdec --info shows the rotation. No
# error is reported, and the manual does not name it.
# Workaround: heif-convert of libheif, or turn the PNG by what --info shows.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; cjpeg of libjpeg-turbo-progs 2.1.5 makes the picture.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.11.1-1+deb12u1
turbo=1:2.1.5-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

with open("grey.pgm", "wb") as f:
    f.write(b"P5 64 32 255\n" + bytes(range(256)) * 8)
jpeg = subprocess.run(["cjpeg", "grey.pgm"], stdout=subprocess.PIPE, check=True).stdout
seen = {}
for orientation in (1, 6):
    exif = segment(0xE1, b"Exif\0\0" + b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0))
    with open("photo.jpg", "wb") as f:
        f.write(jpeg[:2] + exif + jpeg[2:])
    subprocess.run(["avifenc", "photo.jpg", "photo.avif"], capture_output=True, check=True)
    info = subprocess.run(["avifdec", "--info", "photo.avif"], capture_output=True, check=True, text=True).stdout
    subprocess.run(["avifdec", "photo.avif", "photo.png"], capture_output=True, check=True)
    png = open("photo.png", "rb").read()
    size = "%d x %d" % struct.unpack(">II", png[16:24])
    seen[orientation] = (size, "irot" in info, b"eXIf" in png or b"Raw profile" in png or b"xif" in png)
    expected = "64 x 32" if orientation == 1 else "32 x 64 or Exif data"
    print("orientation %d: irot in the AVIF %s; PNG: expected %s, seen %s, Exif data %s" %
        (orientation, seen[orientation][1], expected, size, seen[orientation][2]))
if seen[1][:2] != ("64 x 32", False) or not seen[6][1]:
    print("error: avifenc does not write irot, or the picture that needs none is changed")
    sys.exit(2)
if seen[6] != ("64 x 32", True, False):
    print("changed")
    sys.exit(1)
print("behaviour: the rotation is lost")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "libavif-bin=$version" "libavif15=$version" "libjpeg-turbo-progs=$turbo" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: libavif-bin $version, libjpeg-turbo-progs $turbo"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
