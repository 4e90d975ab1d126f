#!/bin/sh
# exiftran 2.10, Debian 12 package exiftran 2.10-4+b1
#
# Expected: exiftran -a turns a picture by its Exif orientation, and "updates the exif informations if needed (image
# dimension, orientation)" (manual). All other data stays as it is.
# Behaviour: if XMP is before the Exif data, the picture is not turned, and the XMP is replaced by an empty Exif
# segment: a digitalSourceType and a rating are lost, and the file has two Exif segments. The exit status is 0. With
# Exif first, the same picture is turned and keeps its XMP. The program exif has the same fault (exif-replaces-xmp.sh).
# Workaround: jhead -autorot, or exiftool to put Exif first.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; cjpeg of libjpeg-turbo-progs 2.1.5 makes the picture.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.10-4+b1
turbo=1:2.1.5-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

def described(jpeg):
    found, at = [], 2
    while jpeg[at + 1] not in (0xC0, 0xC2):
        length = struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        data = jpeg[at + 4:at + 2 + length]
        if jpeg[at + 1] == 0xE1:
            found.append("Exif" if data.startswith(b"Exif") else "XMP" if data.startswith(b"http:") else "other")
        at += 2 + length
    height, width = struct.unpack(">HH", jpeg[at + 5:at + 9])
    return "%d x %d with %s" % (width, height, ", ".join(found))

with open("grey.pgm", "wb") as f:
    f.write(b"P5 16 8 255\n" + bytes(range(128)))
picture = subprocess.run(["cjpeg", "grey.pgm"], stdout=subprocess.PIPE, check=True).stdout[2:]
exif = segment(0xE1, b"Exif\0\0" + b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0))
xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    b"xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='3'/></rdf:RDF></x:xmpmeta>")
seen = {}
for name, rest in (("Exif first", exif + xmp + picture), ("XMP first", xmp + exif + picture)):
    with open("photo.jpg", "wb") as f:
        f.write(b"\xff\xd8" + rest)
    run = subprocess.run(["exiftran", "-ai", "photo.jpg"], capture_output=True)
    seen[name] = described(open("photo.jpg", "rb").read())
    print("%s: expected 8 x 16 with Exif and XMP, seen %s, exit status %d" % (name, seen[name], run.returncode))
    if run.returncode:
        print("changed" if name == "XMP first" else "error: exiftran fails")
        sys.exit(1 if name == "XMP first" else 2)
if seen["Exif first"] != "8 x 16 with Exif, XMP":
    print("error: a picture with Exif first is not turned either")
    sys.exit(2)
if seen["XMP first"] != "16 x 8 with Exif, Exif":
    print("changed")
    sys.exit(1)
print("behaviour: XMP before Exif is lost, and the picture is not turned")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "exiftran=$version" "libjpeg-turbo-progs=$turbo" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: exiftran $version, libjpeg-turbo-progs $turbo"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
