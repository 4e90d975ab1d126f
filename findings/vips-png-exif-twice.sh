#!/bin/sh
# libvips 8.14.1, Debian 12 package libvips-tools 8.14.1-3+deb12u3
#
# Expected: vips copy writes the Exif data of a PNG once: "only one eXIf chunk is allowed in a PNG datastream" (PNG,
# third edition, 11.3.3.1).
# Behaviour: the chunk eXIf is in the file twice, before and after the pixels. pngcheck calls the file invalid, and
# ExifTool refuses to write a tag into it: "IFD0 pointer references previous IFD0 directory". vips reports nothing, and
# pictures without Exif data are correct.
# Workaround: pngcrush, which drops both, or sharp 0.35.5, whose libvips 8.18 writes one.
#
# Needs python3, perl, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=8.14.1-3+deb12u3
exiftool=12.57+dfsg-1
pngcheck=3.0.3-1
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

def run(*command):
    return subprocess.run(command, capture_output=True, text=True)

exif = chunk(b"eXIf", b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0))
rows = b"".join(b"\0" + bytes(range(8 * y, 8 * y + 8)) for y in range(4))
seen = {}
for name, more in (("plain.png", b""), ("exif.png", exif)):
    with open(name, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 0, 0, 0, 0)) + more +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    copied = run("vips", "copy", name, "copy-" + name)
    if copied.returncode:
        print("error:", copied.stderr)
        sys.exit(2)
    count = sum(part == "eXIf" for part, _ in chunks("copy-" + name))
    check = run("pngcheck", "copy-" + name)
    write = run("exiftool", "-overwrite_original", "-Artist=Ada", "copy-" + name)
    seen[name] = (count, check.returncode == 0, write.returncode == 0)
    print("%s: eXIf chunks in the copy: expected %d, seen %d" % (name, bool(more), count))
    print("  pngcheck: %s" % check.stdout.strip().splitlines()[0].strip())
    print("  ExifTool: %s" % (write.stderr.strip().splitlines() or [write.stdout.strip()])[-1].strip())
if seen["plain.png"] != (0, True, True):
    print("error: a picture without Exif data is not right either")
    sys.exit(2)
if seen["exif.png"] != (2, False, False):
    print("changed")
    sys.exit(1)
print("behaviour: the Exif data is written twice, and other programs refuse the file")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "libvips-tools=$version" "libimage-exiftool-perl=$exiftool" \
	"pngcheck=$pngcheck" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: libvips-tools $version, libimage-exiftool-perl $exiftool, pngcheck $pngcheck"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PERL5LIB=$dir/root/usr/share/perl5
export PERL5LIB
python3 main.py
