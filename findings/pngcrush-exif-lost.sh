#!/bin/sh
# pngcrush 1.8.13 and pngquant 2.17.0, Debian 12 packages pngcrush 1.8.13-0.1 and pngquant 2.17.0-1
#
# Expected: a smaller PNG keeps the Exif data (chunk eXIf, which is safe to copy), as it keeps its texts and XMP. Both
# have an option of their own to remove metadata.
# Behaviour: both drop eXIf without a message, and pngcrush does so even with -keep eXIf, while texts and XMP stay. A
# portrait photo loses its orientation and lies on its side.
# Workaround: exiftool -tagsfromfile OLD -exif:all NEW.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
crush=1.8.13-0.1
quant=2.17.0-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys, zlib

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def names(file):
    with open(file, "rb") as f:
        data, at, found = f.read(), 8, []
    while at < len(data):
        found.append(data[at + 4:at + 8].decode())
        at += 12 + struct.unpack(">I", data[at:at + 4])[0]
    return found

exif = b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0)
rows = b"".join(b"\0" + bytes((x * y * 3 + i) % 256 for x in range(64) for i in range(3)) for y in range(48))
with open("a.png", "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)) +
        chunk(b"eXIf", exif) + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>") + chunk(b"tEXt", b"Title\0Harbour") +
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
seen = []
for command in (["pngcrush", "-q", "a.png", "b.png"], ["pngcrush", "-q", "-keep", "eXIf", "a.png", "c.png"],
        ["pngquant", "--output", "d.png", "64", "a.png"]):
    output = command[2] if command[0] == "pngquant" else command[-1]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = names(output)
    seen.append("eXIf" in found)
    print("%s: expected eXIf, iTXt and tEXt, seen %s" % (" ".join(command[:-1]), " ".join(found)))
    if "iTXt" not in found or "tEXt" not in found:
        print("error: other metadata is lost too")
        sys.exit(2)
if any(seen):
    print("changed")
    sys.exit(1)
print("behaviour: the Exif data is lost")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "pngcrush=$crush" "pngquant=$quant" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: pngcrush $crush, pngquant $quant"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
