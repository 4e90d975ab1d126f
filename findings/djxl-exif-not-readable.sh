#!/bin/sh
# djxl of libjxl 0.7.0, Debian 12 package libjxl-tools 0.7.0-10+deb12u1
#
# Expected: djxl writes the Exif data of a JXL into the PNG or JPEG that it makes. The box Exif begins with an offset of
# four bytes (ISO/IEC 18181-2), which the other formats do not have: in them, the data begins with II or MM.
# Behaviour: djxl copies the four bytes too, so that the data begins with zeros: ExifTool and Exiv2 cannot read it. The
# XMP of the same picture is readable in the PNG, and is not in the JPEG. The exit status is 0. If the JXL is a packed
# JPEG and is unpacked to the same one, the Exif data is right.
# Workaround: unpack a packed JPEG as it was; otherwise copy the Exif data from the JXL with ExifTool.
#
# Needs python3, perl, apt-get, dpkg and the Debian 12 archive: ExifTool 12.57 reads, cjpeg of libjpeg-turbo-progs and
# cjxl make the picture.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.7.0-10+deb12u1
exiftool=12.57+dfsg-1
turbo=1:2.1.5-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

def read(path):
    out = subprocess.run(["exiftool", "-s3", "-Artist", path], capture_output=True, text=True)
    return out.stdout.strip() or "none"

with open("grey.pgm", "wb") as f:
    f.write(b"P5 16 8 255\n" + bytes(range(128)))
picture = subprocess.run(["cjpeg", "grey.pgm"], stdout=subprocess.PIPE, check=True).stdout[2:]
exif = b"II*\0" + struct.pack("<IHHHI4sI", 8, 1, 0x13B, 2, 4, b"Ada\0", 0)
with open("a.jpg", "wb") as f:
    f.write(b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + exif) + picture)
quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
try:
    subprocess.run(["cjxl", "a.jpg", "a.jxl"], **quiet)
    subprocess.run(["djxl", "a.jxl", "same.jpg"], **quiet)
    subprocess.run(["djxl", "a.jxl", "out.png"], **quiet)
    subprocess.run(["djxl", "-j", "a.jxl", "out.jpg"], **quiet)
except (OSError, subprocess.CalledProcessError) as err:
    print("error:", err)
    sys.exit(2)
if open("same.jpg", "rb").read() != open("a.jpg", "rb").read():
    print("error: the JPEG is not unpacked as it was")
    sys.exit(2)
data = open("out.jpg", "rb").read()
at = data.find(b"Exif\0\0")
print("Exif of out.jpg begins with", data[at + 6:at + 14].hex(" ") if at >= 0 else "nothing")
seen = [read("out.png"), read("out.jpg")]
print("artist: expected Ada, seen in the same JPEG %s, in a PNG %s, in a JPEG of the pixels %s" %
    (read("same.jpg"), seen[0], seen[1]))
if read("same.jpg") != "Ada" or at < 0:
    print("error: the Exif data is not in the unpacked JPEG, or nowhere")
    sys.exit(2)
if seen != ["none", "none"] or data[at + 6:at + 14] != b"\0\0\0\0II*\0":
    print("changed")
    sys.exit(1)
print("behaviour: four zero bytes before the Exif data make it unreadable")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "libjxl-tools=$version" "libimage-exiftool-perl=$exiftool" "libjpeg-turbo-progs=$turbo" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: libjxl-tools $version, libimage-exiftool-perl $exiftool"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PERL5LIB=$dir/root/usr/share/perl5
export PERL5LIB
python3 main.py
