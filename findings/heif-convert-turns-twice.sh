#!/bin/sh
# heif-convert of libheif 1.15.1, Debian 12 package libheif-examples 1.15.1-1+deb12u1
#
# Expected: the JPEG that heif-convert makes shows the same picture as the AVIF or HEIC. There the rotation is the
# property irot (ISO/IEC 23008-12, 6.5.10), which libheif applies to the pixels. Once they are turned, the orientation
# in the Exif data of a JPEG must be 1, normal.
# Behaviour: heif-convert turns the pixels and copies the Exif data with the old orientation, 6 for a portrait photo. A
# viewer that follows Exif turns the JPEG a second time. No error is reported. The file has both because avifenc writes
# the orientation of a JPEG as irot and keeps its Exif data.
# Workaround: exiftool -Orientation=normal on the result.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; avifenc 0.11.1 (libavif-bin) makes the AVIF.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.15.1-1+deb12u1
avif=0.11.1-1+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

def look(path):
    """The size of a JPEG and the orientation in its Exif data."""
    data, at, size, orientation = open(path, "rb").read(), 2, None, 1
    while data[at + 1] != 0xDA:  # start of scan
        n = struct.unpack(">H", data[at + 2:at + 4])[0]
        body = data[at + 4:at + 2 + n]
        if data[at + 1] in (0xC0, 0xC2):
            height, width = struct.unpack(">HH", body[1:5])
            size = (width, height)
        if data[at + 1] == 0xE1 and body[:6] == b"Exif\0\0":
            tiff = body[6:]
            order = ">" if tiff[:2] == b"MM" else "<"
            first = struct.unpack(order + "I", tiff[4:8])[0]
            for i in range(struct.unpack(order + "H", tiff[first:first + 2])[0]):
                entry = tiff[first + 2 + 12 * i:first + 14 + 12 * i]
                if struct.unpack(order + "H", entry[:2])[0] == 0x112:
                    orientation = struct.unpack(order + "H", entry[8:10])[0]
        at += 2 + n
    return size, orientation

def shown(size, orientation):
    return size[::-1] if orientation >= 5 else size

# A grey JPEG of 64 x 32 pixels that is to be turned by 90 degrees (orientation 6): a portrait of 32 x 64.
exif = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0)
with open("photo.jpg", "wb") as f:
    f.write(b"\xff\xd8" + segment(0xE1, exif) + segment(0xDB, b"\0" + b"\1" * 64) +
        segment(0xC0, bytes.fromhex("080020004001011100")) + segment(0xC4, b"\0\1" + bytes(16)) +
        segment(0xC4, b"\x10\1" + bytes(16)) + segment(0xDA, bytes.fromhex("010100003f00")) + bytes(8) + b"\xff\xd9")
quiet = {"check": True, "stdout": subprocess.DEVNULL}
try:
    subprocess.run(["avifenc", "-s", "10", "photo.jpg", "photo.avif"], **quiet)
    subprocess.run(["heif-convert", "photo.avif", "back.jpg"], **quiet)
except (OSError, subprocess.CalledProcessError) as err:
    print("error:", err)
    sys.exit(2)
results = {}
for name in ("photo.jpg", "back.jpg"):
    size, orientation = look(name)
    results[name] = (size, orientation)
    numbers = size + (orientation,) + shown(size, orientation)
    print("%-10s %d x %d, orientation %d: shown as %d x %d" % ((name,) + numbers))
print("expected:  back.jpg is shown as 32 x 64")
if results["photo.jpg"] != ((64, 32), 6):
    print("error: the photo is of another form")
    sys.exit(2)
if results["back.jpg"] == ((32, 64), 6):
    print("behaviour: the pixels are turned, and the orientation that turns them is still there")
else:
    print("changed: the photo is shown as %d x %d" % shown(*results["back.jpg"]))
    sys.exit(1)
PY

# fetch unpacks packages, and those of their dependencies that are not installed, into the folder root.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! { fetch "libheif-examples=$version" "libheif1=$version" "libavif-bin=$avif" "libavif15=$avif" ; } >log 2>&1; then
	cat log
	exit 2
fi
PATH=$dir/root/usr/bin:$PATH
LD_LIBRARY_PATH=$(dirname "$(find "$dir/root" -name 'libheif.so.1')")
export LD_LIBRARY_PATH
echo "version:   libheif-examples $version, libavif-bin $avif"
python3 main.py
