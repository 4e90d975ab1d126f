#!/bin/sh
# piexif 1.1.3, Debian 12 package python3-piexif 1.1.3-2
#
# Expected: insert(exif_bytes, file) "insert[s] exif into JPEG" (documentation, "Functions") in the place of the
# existing Exif data: a JPEG has one APP1 segment with Exif (Exif 2.32, 4.7.1). Its ports to JavaScript, piexifjs and
# piexif-ts, do so (versions 1.0.6 and 2.1.0, tested separately).
# Behaviour: insert replaces the old segment only if it is the first one, or the second one after JFIF. If XMP (APP1) or
# a C2PA manifest (APP11) is before it, the new segment is put in front and the old one stays. The file then has two,
# and the data to be overwritten, a place or a name, is still in it. piexif.load reads the new one, so a check with
# piexif itself finds nothing. No error is reported.
# Workaround: piexif.remove first, which removes all Exif segments and nothing else.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.1.3-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import io, struct, sys
import piexif

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

def exif_segments(jpeg):
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:  # start of scan
        size = struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        if jpeg[at + 1] == 0xE1 and jpeg[at + 4:at + 10] == b"Exif\0\0":
            found.append(piexif.load(jpeg[at + 4:at + 2 + size])["0th"][piexif.ImageIFD.Artist].decode())
        at += 2 + size
    return found

# A JPEG of 1 x 1 pixels.
picture = (segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC0, bytes.fromhex("080001000101011100")) +
    segment(0xC4, b"\0\1" + bytes(16)) + segment(0xC4, b"\x10\1" + bytes(16)) +
    segment(0xDA, bytes.fromhex("010100003f00")) + b"\x3f\xff\xd9")
old = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"Jane Doe"}})
new = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"nobody"}})
xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>")
c2pa = segment(0xEB, bytes.fromhex("4a50000100000001" "00000026" "6a756d62" "0000001e" "6a756d64") +
    bytes.fromhex("63327061001100108000" "00aa00389b71" "03") + b"c2pa\0")
seen = {}
for name, before in (("Exif first", b""), ("XMP before it", xmp), ("APP11 before it", c2pa)):
    out = io.BytesIO()
    piexif.insert(new, b"\xff\xd8" + before + segment(0xE1, old) + picture, out)
    seen[name] = exif_segments(out.getvalue())
    print("%-16s expected ['nobody'], seen %s; piexif.load reads %s" %
        (name + ":", seen[name], piexif.load(out.getvalue())["0th"][piexif.ImageIFD.Artist].decode()))
if list(seen.values()) == [["nobody"], ["nobody", "Jane Doe"], ["nobody", "Jane Doe"]]:
    print("behaviour: the old Exif segment stays where another segment stands before it")
else:
    print("changed: one Exif segment is left")
    sys.exit(1)
PY

if ! { apt-get download "python3-piexif=$version" && dpkg-deb -x python3-piexif_*.deb root &&
	PYTHONPATH=root/usr/lib/python3/dist-packages python3 -c 'import piexif' ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: python3-piexif $version, $(python3 --version)"
PYTHONPATH=root/usr/lib/python3/dist-packages python3 main.py
