#!/bin/sh
# heif-enc of libheif 1.15.1, Debian 12 package libheif-examples 1.15.1-1+deb12u1
#
# Expected: the HEIC that heif-enc makes from a JPEG shows the same picture as the JPEG. The property irot (ISO/IEC
# 23008-12, 6.5.10) turns a HEIC; avifenc writes one for a JPEG whose Exif data has an orientation.
# Behaviour: heif-enc writes no irot and leaves the orientation to the Exif data, which it copies. libheif itself does
# not read it there: it reports the HEIC of a portrait photo of 32 x 64 as 64 x 32. No error is reported.
# Workaround: turn the pixels of the JPEG first (exiftran -a).
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; avifenc 0.11.1 (libavif-bin) is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.15.1-1+deb12u1
avif=0.11.1-1+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import re, struct, subprocess, sys

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

def reported(path):
    """The size of the picture by heif-info, after its transformations, and whether the file has an irot."""
    text = subprocess.run(["heif-info", path], check=True, stdout=subprocess.PIPE).stdout.decode()
    size = re.search(r"^image: (\d+)x(\d+)", text, re.MULTILINE).groups()
    return tuple(map(int, size)), b"irot" in open(path, "rb").read(), "Exif" in text

# A grey JPEG of 64 x 32 pixels that is to be turned by 90 degrees (orientation 6): a portrait of 32 x 64.
exif = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0)
with open("photo.jpg", "wb") as f:
    f.write(b"\xff\xd8" + segment(0xE1, exif) + segment(0xDB, b"\0" + b"\1" * 64) +
        segment(0xC0, bytes.fromhex("080020004001011100")) + segment(0xC4, b"\0\1" + bytes(16)) +
        segment(0xC4, b"\x10\1" + bytes(16)) + segment(0xDA, bytes.fromhex("010100003f00")) + bytes(8) + b"\xff\xd9")
quiet = {"check": True, "stdout": subprocess.DEVNULL}
results = {}
try:
    subprocess.run(["avifenc", "-s", "10", "photo.jpg", "photo.avif"], **quiet)
    subprocess.run(["heif-enc", "-q", "80", "photo.jpg", "-o", "photo.heic"], **quiet)
    for name in ("photo.avif", "photo.heic"):
        results[name] = reported(name)
except (OSError, subprocess.CalledProcessError, AttributeError) as err:
    print("error:", err)
    sys.exit(2)
print("photo.jpg  64 x 32, orientation 6: shown as 32 x 64")
for name, (size, irot, exif) in results.items():
    print("%-10s expected 32 x 64; seen %d x %d, irot: %s, Exif: %s" % ((name,) + size + (irot, exif)))
if results["photo.avif"][:2] != ((32, 64), True):
    print("error: avifenc does not turn the photo either")
    sys.exit(2)
if results["photo.heic"] == ((64, 32), False, True):
    print("behaviour: the orientation is in the Exif data only, and the photo lies on its side")
else:
    print("changed: the HEIC is of another form")
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
