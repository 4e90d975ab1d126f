#!/bin/sh
# GraphicsMagick 1.3.40, Debian 12 package graphicsmagick 1.4+really1.3.40-4+deb12u1
#
# Expected: a JPEG with other pixels has no Content Credential of the old ones: its hash is over the old bytes, so a
# program that encodes other pixels without signing anew drops it, as libvips does.
# Behaviour: gm convert copies the credential (APP11) into the JPEG that it encodes, also if the picture was turned,
# resized or cropped. For a validator the copy is not a picture without a credential, but one that was tampered with.
# Nothing is reported. Exif and XMP are kept as well, which is what most people expect of them.
# Workaround: gm convert +profile APP11.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; cjpeg of libjpeg-turbo-progs 2.1.5 makes the picture.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.4+really1.3.40-4+deb12u1
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
        if jpeg[at + 1] == 0xEB:
            found.append("a credential" if store in jpeg[at + 4:at + 2 + length] else "APP11")
        at += 2 + length
    return "%d x %d with %s" % (*struct.unpack(">HH", jpeg[at + 5:at + 9])[::-1], ", ".join(found) or "no credential")

store = bytes.fromhex("000000266a756d62" "0000001e6a756d64" "6332706100110010800000aa00389b71" "03") + b"c2pa\0"
with open("grey.pgm", "wb") as f:
    f.write(b"P5 16 8 255\n" + bytes(range(128)))
picture = subprocess.run(["cjpeg", "grey.pgm"], stdout=subprocess.PIPE, check=True).stdout
header = 4 + struct.unpack(">H", picture[4:6])[0]  # the end of JFIF
with open("a.jpg", "wb") as f:
    f.write(picture[:header] + segment(0xEB, b"JP" + struct.pack(">HI", 1, 1) + store) + picture[header:])
print("before:             ", described(open("a.jpg", "rb").read()))
seen = []
for change in (["-resize", "8x4"], ["-rotate", "90"], ["-resize", "8x4", "+profile", "APP11"]):
    run = subprocess.run(["gm", "convert", "a.jpg"] + change + ["b.jpg"], capture_output=True, text=True)
    if run.returncode:
        print("error:", run.stderr)
        sys.exit(2)
    seen.append(described(open("b.jpg", "rb").read()))
    print("gm convert %s: seen %s" % (" ".join(change), seen[-1]))
print("expected: no credential beside other pixels")
if seen[2] != "8 x 4 with no credential":
    print("error: the workaround does not work")
    sys.exit(2)
if seen[:2] != ["8 x 4 with a credential", "8 x 16 with a credential"]:
    print("changed")
    sys.exit(1)
print("behaviour: the credential of the old pixels stays beside the new ones")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "graphicsmagick=$version" "libjpeg-turbo-progs=$turbo" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: graphicsmagick $version, libjpeg-turbo-progs $turbo"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
