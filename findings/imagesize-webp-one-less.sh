#!/bin/sh
# imagesize 1.4.1 for Python, Debian 12 package python3-imagesize 1.4.1-1
#
# Expected: get returns the size of a WebP in pixels. In the chunk VP8X, the width and the height are stored minus one.
# Behaviour: the one is not added: a WebP of 64 x 48 pixels with Exif, XMP, a colour profile, transparency (lossy) or an
# animation is 63 x 47. Without them, the size is right. No error is reported. The thumbnail of 1 x 1 is 0 x 0.
# Workaround: add one if the bytes 12 to 15 of the file are VP8X.
#
# Needs /usr/bin/python3 of Debian 12, apt-get, dpkg and the Debian 12 archive: webp makes the pictures.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.4.1-1
webp=1.2.4-0.2+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import subprocess, sys

import imagesize

def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

with open("a.ppm", "wb") as f:
    f.write(b"P6\n64 48\n255\n" + bytes(range(256)) * 36)
with open("a.xmp", "wb") as f:
    f.write(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
run("cwebp", "a.ppm", "-o", "plain.webp")
run("webpmux", "-set", "xmp", "a.xmp", "plain.webp", "-o", "xmp.webp")
info = subprocess.run(["webpmux", "-info", "xmp.webp"], capture_output=True, text=True, check=True).stdout
plain, xmp = imagesize.get("plain.webp"), imagesize.get("xmp.webp")
print("webpmux says: %s" % info.splitlines()[0])
print("plain: expected (64, 48), seen %s" % (plain,))
print("with XMP: expected (64, 48), seen %s" % (xmp,))
if plain != (64, 48) or not info.startswith("Canvas size: 64 x 48"):
    print("error: the plain picture is not right either")
    sys.exit(2)
if xmp != (63, 47):
    print("changed")
    sys.exit(1)
print("behaviour: the size is one less")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "python3-imagesize=$version" "webp=$webp" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: python3-imagesize $version, webp $webp"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
export PYTHONPATH
/usr/bin/python3 main.py
