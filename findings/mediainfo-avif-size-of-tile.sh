#!/bin/sh
# MediaInfo 23.04, Debian 12 package mediainfo 23.04-1
#
# Expected: the width and height of an AVIF or HEIC are those of the picture. A large picture is often stored as a grid
# of tiles (derived image "grid", ISO/IEC 23008-12, 6.6.2.3): photos of iPhones are, in tiles of 512 x 512 pixels.
# Behaviour: the size of the picture is nowhere in the output. MediaInfo lists the grid without a size, then the tiles,
# and the only width and height are those of the last tile: 128 x 96 for a picture of 256 x 192 in a grid of 2 x 2. The
# same picture without a grid is reported with its size.
# Workaround: ExifTool or avifdec --info, which report the size of the picture.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; avifenc of libavif-bin makes the pictures.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=23.04-1
avif=0.11.1-1+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys, zlib

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def size(path):
    out = subprocess.run(["mediainfo", "--Inform=Image;%Width%x%Height% ", path], capture_output=True, text=True)
    return " ".join(found for found in out.stdout.split() if found != "x")

rows = b"".join(b"\0" + bytes((x + y) % 256 for x in range(256)) for y in range(192))
with open("a.png", "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 256, 192, 8, 0, 0, 0, 0)) +
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
try:
    subprocess.run(["avifenc", "-s", "10", "a.png", "whole.avif"], **quiet)
    subprocess.run(["avifenc", "-s", "10", "--grid", "2x2", "a.png", "grid.avif"], **quiet)
    info = subprocess.run(["avifdec", "--info", "grid.avif"], check=True, capture_output=True, text=True).stdout
except (OSError, subprocess.CalledProcessError) as err:
    print("error:", err)
    sys.exit(2)
seen = {name: size(name) for name in ("whole.avif", "grid.avif")}
print("avifdec: ", next(line.strip() for line in info.splitlines() if "Resolution" in line))
print("without a grid: expected 256x192, seen", seen["whole.avif"])
print("in a grid:      expected 256x192, seen", seen["grid.avif"])
if seen["whole.avif"] != "256x192" or "256x192" not in info:
    print("error: the picture is not right")
    sys.exit(2)
if seen["grid.avif"] != "128x96":
    print("changed")
    sys.exit(1)
print("behaviour: the only size that MediaInfo reports is that of a tile")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "mediainfo=$version" "libavif-bin=$avif" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: mediainfo $version, libavif-bin $avif"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
