#!/bin/sh
# ExifTool 12.57, Debian 12 package libimage-exiftool-perl 12.57+dfsg-1
#
# Expected: ExifTool shows both the Exif data (chunk eXIf) and the Content Credential (chunk caBX, JUMBF) of a PNG.
# Behaviour: it shows only what is first, with the warning "IFD0 pointer references previous JUMBFBox directory" or the
# other way round, as both usually begin at the offset 8 of their chunk. With eXIf first, a signed picture seems to have
# no credential; with caBX first, it has no orientation, and -tagsfromfile copies none. If the directory of the Exif
# data begins at another offset, both are shown.
# Workaround: exiv2 reads the Exif data of such a file.
#
# Needs python3, perl, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=12.57+dfsg-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import json, struct, subprocess, sys, zlib

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def exif(at):
    return chunk(b"eXIf", b"II*\0" + struct.pack("<I", at) + b"\0" * (at - 8) +
        struct.pack("<HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0))

def shown(*parts):
    with open("a.png", "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + b"".join(parts) +
            chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))
    out = subprocess.run(["exiftool", "-j", "-Orientation", "-JUMDLabel", "-Warning", "a.png"],
        capture_output=True, text=True)
    tags = json.loads(out.stdout)[0]
    names = {"Orientation": "Exif", "JUMDLabel": "credential"}
    return ", ".join(name for tag, name in names.items() if tag in tags), tags.get("Warning", "no warning")

store = chunk(b"caBX", bytes.fromhex("000000266a756d62" "0000001e6a756d64" "6332706100110010800000aa00389b71" "03") +
    b"c2pa\0")
seen = []
for about, parts in (("eXIf alone", [exif(8)]), ("caBX alone", [store]), ("eXIf, caBX", [exif(8), store]),
        ("caBX, eXIf", [store, exif(8)]), ("caBX, eXIf at another offset", [store, exif(10)])):
    found, warning = shown(*parts)
    seen.append(found)
    print("%s: seen %s (%s)" % (about, found or "nothing", warning))
if seen[0] != "Exif" or seen[1] != "credential" or seen[4] != "Exif, credential":
    print("error: a chunk alone is not read either")
    sys.exit(2)
print("expected of both orders: Exif, credential")
if seen[2:4] != ["Exif", "credential"]:
    print("changed")
    sys.exit(1)
print("behaviour: only the first of the two is shown")
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
echo "version: libimage-exiftool-perl $version"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PERL5LIB=$dir/root/usr/share/perl5
export PERL5LIB
python3 main.py
