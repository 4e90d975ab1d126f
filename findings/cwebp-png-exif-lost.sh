#!/bin/sh
# cwebp of libwebp 1.2.4, Debian 12 package webp 1.2.4-0.2+deb12u1
#
# Expected: cwebp -metadata all copies the Exif data, the ICC profile and the XMP "from the input to the output if
# present" (manual, which adds that "each input format may not support all combinations"). In a PNG, the Exif data is in
# the chunk eXIf.
# Behaviour: eXIf is not read. The WebP has the XMP and no Exif, without a warning: the orientation is lost, and a
# portrait photo lies on its side. Exif data as a text "Raw profile type exif", the form before eXIf, is copied.
# Workaround: copy the Exif data afterwards with webpmux -set exif.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.2.4-0.2+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys, zlib

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def parts(path):
    data, at, found = open(path, "rb").read(), 12, []
    while at < len(data):
        size = struct.unpack("<I", data[at + 4:at + 8])[0]
        found.append(data[at:at + 4].decode().strip())
        at += 8 + size + size % 2
    return [name for name in found if name in ("EXIF", "XMP")]

exif = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0)
raw = b"\nexif\n%8d\n%s\n" % (len(exif) + 6, (b"Exif\0\0" + exif).hex().encode())
xmp = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
rows = b"".join(b"\0" + bytes(range(8 * y, 8 * y + 8)) for y in range(4))
seen = {}
for name, data in (("eXIf", chunk(b"eXIf", exif)),
        ("Raw profile type exif", chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw)))):
    with open("a.png", "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 0, 0, 0, 0)) + data + xmp +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    run = subprocess.run(["cwebp", "-metadata", "all", "a.png", "-o", "a.webp"], capture_output=True, text=True)
    if run.returncode:
        print("error:", run.stderr)
        sys.exit(2)
    seen[name] = parts("a.webp")
    warned = any("arning" in line for line in run.stderr.splitlines())
    print("%s: expected EXIF, XMP; seen %s%s" % (name, ", ".join(seen[name]), "; a warning" if warned else ""))
if seen["Raw profile type exif"] != ["EXIF", "XMP"]:
    print("error: Exif data in a text is not copied either")
    sys.exit(2)
if seen["eXIf"] != ["XMP"]:
    print("changed")
    sys.exit(1)
print("behaviour: the Exif data of a PNG is not copied")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "webp=$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: webp $version"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
