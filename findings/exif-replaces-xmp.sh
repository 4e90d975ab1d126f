#!/bin/sh
# exif 0.6.22, Debian 12 package exif 0.6.22-3
#
# Expected: exif --set-value writes the Exif data of a JPEG and keeps all other segments. XMP is in an APP1 segment too,
# and is told from Exif data by the name at its start (XMP specification, part 3, 1.1.3).
# Behaviour: the segment of XMP becomes a second, empty Exif segment: title, rating and digitalSourceType, which tells
# that a picture was made by AI, are gone. --remove does that too. Exit status 0, and no warning is printed. exiv2 keeps
# XMP when it writes the same field.
# Workaround: exiv2 or exiftool.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive. exiv2 0.27.6 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.6.22-3
other=0.27.6-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import base64, shutil, struct, subprocess, sys

SOURCE = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = b"http://ns.adobe.com/xap/1.0/\0" + b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType="%s"/></rdf:RDF>
</x:xmpmeta>""" % SOURCE
# A grey picture of 8 x 8 pixels.
PICTURE = base64.b64decode("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERX"
    "RTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI"
    "AQEAAD8AP//Z")

def segment(data):
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data

def app1(path):
    """app1 returns the APP1 segments of a JPEG as their names and sizes."""
    data, at, found = open(path, "rb").read(), 2, []
    while data[at + 1] != 0xda:
        size = struct.unpack(">H", data[at + 2:at + 4])[0]
        if data[at + 1] == 0xe1:
            found.append("%s (%d bytes)" % (data[at + 4:at + 2 + size].split(b"\0")[0].decode(), size))
        at += 2 + size
    return ", ".join(found)

artist = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHI4sI", 1, 0x13b, 2, 4, b"Ada\0", 0)
with open("in.jpg", "wb") as f:
    f.write(PICTURE[:20] + segment(artist) + segment(XMP) + PICTURE[20:])
quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
shutil.copy("in.jpg", "exiv2.jpg")
try:
    subprocess.run(["exiv2", "-M", "set Exif.Image.Artist Bob", "exiv2.jpg"], **quiet)
    subprocess.run(["exif", "--ifd=0", "--tag=Artist", "--set-value=Bob", "-o", "set.jpg", "in.jpg"], **quiet)
    subprocess.run(["exif", "--remove", "-o", "removed.jpg", "in.jpg"], **quiet)
except (OSError, subprocess.CalledProcessError) as err:
    print("error:", err)
    sys.exit(2)
for name in ("in", "exiv2", "set", "removed"):
    print("%-8s %s" % (name + ":", app1(name + ".jpg")))
if SOURCE not in open("exiv2.jpg", "rb").read():
    print("error: exiv2 does not keep XMP")
    sys.exit(2)
print("expected: XMP in all of them")
kept = [name for name in ("set", "removed") if SOURCE in open(name + ".jpg", "rb").read()]
if kept or app1("set.jpg").count("Exif") != 2:
    print("changed:", kept)
    sys.exit(1)
print("behaviour: exif replaces XMP by an empty Exif segment")
PY

# fetch unpacks packages, and those of their dependencies that are not installed, into the folder root.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "exif=$version" "exiv2=$other" >log 2>&1; then
	cat log
	exit 2
fi
PATH=$dir/root/usr/bin:$PATH
LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export LD_LIBRARY_PATH
echo "version:  exif $version, exiv2 $other"
python3 main.py
