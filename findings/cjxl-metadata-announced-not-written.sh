#!/bin/sh
# cjxl of libjxl 0.7.0, Debian 12 package libjxl-tools 0.7.0-10+deb12u1
#
# Expected: "Encoding [Container | Modular, lossless, effort: 7 | 26-byte Exif | 197-byte XMP]", as cjxl prints for a
# PNG with both, says that the file has them; the option --container is to "strip Exif/XMP" only if it is 0.
# Behaviour: the file has neither, and no container: it has one box with the picture. A JXL that cjxl makes of a PNG has
# lost its rating and its digitalSourceType. The exit status is 0. Only a JPEG that is packed without loss keeps its
# metadata.
# Workaround: none in this version; keep the metadata in a file of its own.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.7.0-10+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import re, struct, subprocess, sys, zlib

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def boxes(path):
    data, at, found = open(path, "rb").read(), 0, []
    if data[:2] == b"\xff\x0a":
        return ["codestream"]
    while at < len(data):
        size = struct.unpack(">I", data[at:at + 4])[0] or len(data) - at
        name = data[at + 4:at + 8].decode()
        found.append(name + " of " + data[at + 8:at + 12].decode() if name == "brob" else name)
        at += size
    return found

exif = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0)
xmp = (b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='3'/></rdf:RDF></x:xmpmeta>")
rows = b"".join(b"\0" + bytes(range(8 * y, 8 * y + 8)) for y in range(4))
with open("a.png", "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 0, 0, 0, 0)) +
        chunk(b"eXIf", exif) + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) +
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
run = subprocess.run(["cjxl", "-v", "-q", "100", "a.png", "a.jxl"], capture_output=True, text=True)
said = re.search(r"Encoding \[.*\]", run.stdout + run.stderr)
print("cjxl says:", said and said.group(0))
if run.returncode or not said or "26-byte Exif" not in said.group(0) or "%d-byte XMP" % len(xmp) not in said.group(0):
    print("error: cjxl did not read the metadata", run.stderr)
    sys.exit(2)
seen = boxes("a.jxl")
print("expected: boxes for Exif and XMP, plain (Exif, xml) or compressed (brob)")
print("seen:    ", ", ".join(seen))
if seen not in (["JXL ", "ftyp", "jxlc"], ["codestream"]):
    print("changed")
    sys.exit(1)
print("behaviour: neither Exif nor XMP is in the file")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "libjxl-tools=$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: libjxl-tools $version"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py
