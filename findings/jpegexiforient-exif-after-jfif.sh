#!/bin/sh
# jpegexiforient and exifautotran of libjpeg-turbo 2.1.5, Debian 12 package libjpeg-turbo-progs 1:2.1.5-2
#
# Expected: jpegexiforient prints the orientation of the Exif data, and exifautotran turns a picture by it (their
# manuals). The segments of a JPEG before its picture may be in any order (ITU-T T.81, B.2.4). JFIF asks for its own as
# the first one, so that the Exif data of a file with both is behind it.
# Behaviour: only Exif data that is the first segment of all is found. If a JFIF header, XMP or a comment is before it,
# jpegexiforient prints nothing, and exifautotran leaves the picture on its side. No error is reported, and the exit
# status is 0.
# Workaround: exiftran -a, or jhead -autorot.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; exiftran 2.10 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1:2.1.5-2
other=2.10-4+b1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import os, struct, subprocess, sys

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

def size(jpeg):
    at = 2
    while jpeg[at + 1] not in (0xC0, 0xC2):
        at += 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", jpeg[at + 5:at + 9])
    return "%d x %d" % (width, height)

# A picture of 16 x 8 pixels, and Exif data with the orientation 6.
with open("grey.pgm", "wb") as f:
    f.write(b"P5 16 8 255\n" + bytes(range(128)))
jpeg = subprocess.run(["cjpeg", "grey.pgm"], stdout=subprocess.PIPE, check=True).stdout
jfif, picture = jpeg[2:20], jpeg[20:]
exif = segment(0xE1, b"Exif\0\0" + b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0))
files = {
    "Exif first": exif + picture,
    "Exif after JFIF": jfif + exif + picture,
    "Exif after a comment": segment(0xFE, b"harbour") + exif + picture,
}
assert jfif[4:8] == b"JFIF"

seen = {}
for name, rest in files.items():
    with open("photo.jpg", "wb") as f:
        f.write(b"\xff\xd8" + rest)
    orientation = subprocess.run(["jpegexiforient", "-n", "photo.jpg"], capture_output=True, encoding="ascii").stdout
    subprocess.run(["exiftran", "-a", "-o", "other.jpg", "photo.jpg"], capture_output=True, check=True)
    subprocess.run(["exifautotran", "photo.jpg"], capture_output=True, check=True)
    seen[name] = (orientation, size(open("photo.jpg", "rb").read()))
    other = size(open("other.jpg", "rb").read())
    print("%s: expected 6 and (as exiftran) %s, seen %r and %s" % (name, other, *seen[name]))
    if other != "8 x 16":
        print("error: exiftran does not turn it")
        sys.exit(2)
if seen["Exif first"] != ("6", "8 x 16"):
    print("error: Exif data that is first is not found either")
    sys.exit(2)
if any(seen[name] != ("", "16 x 8") for name in files if name != "Exif first"):
    print("changed")
    sys.exit(1)
print("behaviour: an orientation behind another segment is not found")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "libjpeg-turbo-progs=$version" "exiftran=$other" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: libjpeg-turbo-progs $version, exiftran $other"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -type d -path '*/lib/*-linux-gnu' | head -n 1)
export PATH LD_LIBRARY_PATH
python3 main.py
