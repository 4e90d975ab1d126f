#!/bin/sh
# Exiv2 0.27.6, Debian 12 package exiv2 0.27.6-1
#
# Expected: Exiv2 changes one tag of a PNG and leaves the Exif data where it was, in the chunk eXIf, which PNG has had
# since 2017 and which Exiv2 reads.
# Behaviour: it removes eXIf and writes the data as text, in a zTXt chunk "Raw profile type exif". Exiv2 itself and
# ExifTool read it there; libvips, and so sharp, does not: a portrait photo to which an artist was added lies on its
# side from then on. The exit status is 0.
# Workaround: exiftool -Artist=NAME, which keeps eXIf.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; vips of libvips-tools 8.14.1 shows the picture.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.27.6-1
vips=8.14.1-3+deb12u3
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

def shown(path):
    subprocess.run(["vips", "autorot", path, "shown.ppm"], check=True, capture_output=True)
    with open("shown.ppm", "rb") as f:
        fields = b" ".join(line for line in f.read(200).split(b"\n")[:4] if not line.startswith(b"#")).split()
    return "%s x %s" % (fields[1].decode(), fields[2].decode())

def names(path):
    return " ".join(name for name, _ in chunks(path))

exif = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0)
rows = b"".join(b"\0" + bytes(range(8 * y, 8 * y + 8)) for y in range(4))
with open("a.png", "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 0, 0, 0, 0)) + chunk(b"eXIf", exif) +
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
try:
    before = (names("a.png"), shown("a.png"))
    subprocess.run(["exiv2", "-M", "set Exif.Image.Artist Ada", "a.png"], check=True)
    after = (names("a.png"), shown("a.png"))
    own = subprocess.run(["exiv2", "-g", "Orientation", "-Pv", "a.png"], capture_output=True, text=True).stdout.strip()
except (OSError, subprocess.CalledProcessError) as err:
    print("error:", err)
    sys.exit(2)
print("before: chunks %s; vips shows %s" % before)
print("after, expected: the same chunks; vips shows 4 x 8")
print("after, seen:     chunks %s; vips shows %s; Exiv2 reads orientation %s" % (*after, own))
if before != ("IHDR eXIf IDAT IEND", "4 x 8") or own != "6":
    print("error: the picture is not turned before, or Exiv2 lost the orientation")
    sys.exit(2)
if after != ("IHDR zTXt IDAT IEND", "8 x 4"):
    print("changed")
    sys.exit(1)
print("behaviour: the Exif data became a text, and the picture is not turned any more")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "exiv2=$version" "libvips-tools=$vips" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: exiv2 $version, libvips-tools $vips"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
