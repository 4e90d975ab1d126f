#!/bin/sh
# Pillow 9.4.0, Debian 12 package python3-pil 9.4.0-1.1+deb12u1
#
# Expected: Image.open reads the greys of a PSD with transparency, or with a saved selection: a second channel. In a PSD
# with 1 bit, 1 is black.
# Behaviour: only the lengths of the first channel's rows are read, so that those of the second one are taken for
# pixels: the greys are mixed and moved. That is so for packed (RLE) pictures, as Photoshop writes them, and for RGB
# with more than one channel besides it. A picture with 1 bit is a negative. No error is reported. ImageMagick 6.9 and
# psd-tools 1.9 read both.
# Workaround: read the file with psd-tools.
#
# Needs /usr/bin/python3 of Debian 12, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=9.4.0-1.1+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, sys

from PIL import Image

def psd(mode, depth, width, channels):
    """psd returns a PSD of two rows, each of which is one literal run of PackBits."""
    rows = [channel[i * len(channel) // 2:(i + 1) * len(channel) // 2] for channel in channels for i in (0, 1)]
    return (b"8BPS\0\x01\0\0\0\0\0\0" + struct.pack(">HIIHH", len(channels), 2, width, depth, mode) + bytes(12) +
        struct.pack(">H", 1) + b"".join(struct.pack(">H", len(row) + 1) for row in rows) +
        b"".join(bytes([len(row) - 1]) + row for row in rows))

def read(*about):
    with open("a.psd", "wb") as f:
        f.write(psd(*about))
    with Image.open("a.psd") as image:
        return list(image.getdata())

grey, more = bytes([0, 32, 64, 96, 128, 160, 192, 255]), b"\xff" * 8
one, two = read(1, 8, 4, [grey]), read(1, 8, 4, [grey, more])
rgb = [pixel[0] for pixel in read(3, 8, 4, [grey] * 3 + [more] * 2)]
bits = read(0, 1, 8, [b"\xf0\x0f"])
print("grey: expected %s, seen %s" % (list(grey), one))
print("grey and another channel: expected the same, seen %s" % two)
print("red of RGB and two others: expected the same, seen %s" % rgb)
print("bits 11110000: expected [0, 0, 0, 0, 255, 255, 255, 255], seen %s" % bits[:8])
if one != list(grey):
    print("error: one channel is not right either")
    sys.exit(2)
if two == list(grey) or rgb == list(grey) or bits[:8] != [255] * 4 + [0] * 4:
    print("changed")
    sys.exit(1)
print("behaviour: the greys are mixed with other bytes, and a picture with 1 bit is a negative")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "python3-pil=$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: python3-pil $version"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
export PYTHONPATH
/usr/bin/python3 main.py
