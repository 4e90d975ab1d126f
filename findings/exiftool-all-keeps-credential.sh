#!/bin/sh
# ExifTool 12.57, Debian 12 package libimage-exiftool-perl 12.57+dfsg-1
#
# Expected: "exiftool -all= dst.jpg" is to "delete all meta information from an image" (manual, examples). A Content
# Credential (C2PA), which names the signer and the program, is meta information: ExifTool deletes it from a JPEG.
# Behaviour: the Content Credential stays in a PNG (chunk caBX) and in a WebP (chunk C2PA), byte for byte; Exif, XMP and
# texts are deleted. ExifTool reports that the image was updated, and its exit status is 0. It shows the credential of
# a PNG, but cannot delete it: JUMBF is "not a deletable group".
# Workaround: copy the PNG without the chunk, for example by pngcrush -rem caBX, or save the picture anew.
#
# Needs python3, perl, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=12.57+dfsg-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys, zlib

store = bytes.fromhex("000000266a756d62" "0000001e6a756d64" "6332706100110010800000aa00389b71" "03") + b"c2pa\0"
exif = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0)
# A JPEG of 1 x 1 grey pixel, from its quantisation table on.
grey = bytes.fromhex("ffdb004300" + 64 * "01" + "ffc0000b080001000101011100" +
    "ffc40014000100000000000000000000000000000000" +
    "ffc4001410010000000000000000000000000000000000" + "ffda0008010100003f003fffd9")

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

def part(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

still = bytes.fromhex("2f000000100710111188880808")  # 1 x 1 pixel
webp = b"WEBP" + part(b"VP8X", bytes([8, 0, 0, 0, 0, 0, 0, 0, 0, 0])) + part(b"VP8L", still) + part(b"EXIF", exif)
webp += part(b"C2PA", store)
files = {
    "a.jpg": b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + exif) +
        segment(0xEB, b"JP" + struct.pack(">HI", 1, 1) + store) + grey,
    "a.png": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
        chunk(b"caBX", store) + chunk(b"eXIf", exif) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""),
    "a.webp": b"RIFF" + struct.pack("<I", len(webp)) + webp,
}
left = {}
for name, data in files.items():
    with open(name, "wb") as f:
        f.write(data)
    run = subprocess.run(["exiftool", "-overwrite_original", "-all=", name], capture_output=True, text=True)
    after = open(name, "rb").read()
    if exif in after:
        print("error: the Exif data is left in", name, run.stdout, run.stderr)
        sys.exit(2)
    left[name] = store in after
    print("%-7s expected no credential, seen %s; exit status %d, %s" %
        (name + ":", "it" if left[name] else "none", run.returncode, run.stdout.strip()))
    if run.returncode:
        print("changed" if left[name] else "error")
        sys.exit(1 if left[name] else 2)
if left["a.jpg"]:
    print("error: a JPEG keeps it too")
    sys.exit(2)
if not (left["a.png"] and left["a.webp"]):
    print("changed")
    sys.exit(1)
print("behaviour: -all= leaves the Content Credential in a PNG and in a WebP")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "libimage-exiftool-perl=$version" >log 2>&1; then
	cat log
	exit 2
fi
PATH="$dir/root/usr/bin:$PATH"
PERL5LIB=$dir/root/usr/share/perl5
export PATH PERL5LIB
echo "version: libimage-exiftool-perl $version, ExifTool $(exiftool -ver)"
python3 main.py
