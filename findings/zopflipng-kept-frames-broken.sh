#!/bin/sh
# zopflipng 1.0.3, Debian 12 package zopfli 1.0.3-1
#
# Expected: zopflipng makes a PNG smaller without loss; --keepchunks=acTL,fcTL,fdAT keeps the chunks of an animation,
# which it drops otherwise. All frames of an animated PNG have the colour type of IHDR.
# Behaviour: with these chunks kept, zopflipng still chooses another colour type for the first frame: RGB becomes a
# palette of 1 bit, and the other frames, which are copied as they are, are still RGB. They cannot be decoded any more.
# It reports that the result is smaller, and the exit status is 0. optipng leaves the colour type of such a file alone.
# Workaround: optipng.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.3-1
optipng=0.7.7-2+b1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys, zlib

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def chunks(path):
    data, at, found = open(path, "rb").read(), 8, []
    while at < len(data):
        size = struct.unpack(">I", data[at:at + 4])[0]
        found.append((data[at + 4:at + 8].decode(), data[at + 8:at + 8 + size]))
        at += size + 12
    return found

def control(number):
    return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, 64, 48, 0, 0, 1, 10, 0, 0))

def flat(*colour):
    return zlib.compress((b"\0" + bytes(colour) * 64) * 48)

# second returns whether the second frame has as many bytes as 48 rows of 64 pixels have by IHDR.
def second(path):
    parts = dict(chunks(path))
    depth, colour = parts["IHDR"][8:10]
    row = (64 * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] + 7) // 8 + 1
    size = len(zlib.decompress(parts["fdAT"][4:]))
    print("%-14s colour type %d of %d bits: the second frame is to have %d bytes, and has %d" %
        (path + ":", colour, depth, 48 * row, size))
    return size == 48 * row

with open("a.png", "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)) +
        chunk(b"acTL", struct.pack(">II", 2, 0)) + control(0) + chunk(b"IDAT", flat(200, 10, 10)) + control(1) +
        chunk(b"fdAT", struct.pack(">I", 2) + flat(10, 10, 200)) + chunk(b"IEND", b""))
quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
try:
    subprocess.run(["optipng", "-out", "optipng.png", "a.png"], **quiet)
    subprocess.run(["zopflipng", "-y", "--keepchunks=acTL,fcTL,fdAT", "a.png", "zopflipng.png"], **quiet)
except (OSError, subprocess.CalledProcessError) as err:
    print("error:", err)
    sys.exit(2)
if not second("a.png") or not second("optipng.png"):
    print("error: the picture is not right, or optipng breaks it too")
    sys.exit(2)
if second("zopflipng.png"):
    print("changed")
    sys.exit(1)
print("behaviour: the frames that zopflipng keeps do not fit its IHDR")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "zopfli=$version" "optipng=$optipng" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: zopfli $version, optipng $optipng"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
