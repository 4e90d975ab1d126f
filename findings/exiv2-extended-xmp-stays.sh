#!/bin/sh
# Exiv2 0.27.6, Debian 12 package exiv2 0.27.6-1
#
# Expected: exiv2 rm deletes all metadata of a picture that it supports, and exiv2 -d x rm its XMP. XMP of more than
# 64 KiB is in several segments of a JPEG: a main one, and those of its Extended XMP (XMP specification, part 3).
# Behaviour: only the main segment is deleted. The Extended XMP stays: histories, depth maps and whole pictures are
# stored there. The exit status is 0, and there is no warning. exiftool -XMP:all= deletes it.
# Workaround: exiftool -XMP:all=, or jhead -dx.
#
# Needs python3, perl, apt-get, dpkg and the Debian 12 archive; cjpeg of libjpeg-turbo-progs makes the picture.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.27.6-1
exiftool=12.57+dfsg-1
turbo=1:2.1.5-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import hashlib, struct, subprocess, sys

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

def properties(text):
    return (b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        b"xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmpNote='http://ns.adobe.com/xmp/note/' " + text +
        b"</rdf:Description></rdf:RDF></x:xmpmeta>")

# extended returns the segments of XMP that is too long for one: the main part refers to the rest by its MD5.
def extended():
    rest = properties(b"><dc:source>" + b"harbour " * 9000 + b"</dc:source>")
    name = hashlib.md5(rest).hexdigest().upper().encode()
    main = properties(b"xmp:Rating='3' xmpNote:HasExtendedXMP=\"" + name + b"\">")
    out = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + main)
    for at in range(0, len(rest), 60000):
        out += segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + name + struct.pack(">II", len(rest), at) +
            rest[at:at + 60000])
    return out

with open("grey.pgm", "wb") as f:
    f.write(b"P5 16 8 255\n" + bytes(range(128)))
picture = subprocess.run(["cjpeg", "grey.pgm"], stdout=subprocess.PIPE, check=True).stdout
header = 4 + struct.unpack(">H", picture[4:6])[0]  # the end of JFIF

left = {}
for command in (["exiv2", "rm"], ["exiv2", "-d", "x", "rm"], ["exiftool", "-q", "-overwrite_original", "-XMP:all="]):
    with open("a.jpg", "wb") as f:
        f.write(picture[:header] + extended() + picture[header:])
    run = subprocess.run(command + ["a.jpg"], capture_output=True, text=True)
    after = open("a.jpg", "rb").read()
    if b"xmp:Rating" in after or run.returncode:
        print("error: the main part is left", run.stderr)
        sys.exit(2)
    left[" ".join(command)] = after.count(b"harbour ")
    print("%-40s texts left of 9000: expected 0, seen %d; exit status %d" %
        (" ".join(command) + ":", after.count(b"harbour "), run.returncode))
seen = list(left.values())
if seen[2] != 0:
    print("error: exiftool leaves it too")
    sys.exit(2)
if min(seen[:2]) < 8990:
    print("changed")
    sys.exit(1)
print("behaviour: Extended XMP is not deleted")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "exiv2=$version" "libimage-exiftool-perl=$exiftool" "libjpeg-turbo-progs=$turbo" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: exiv2 $version, libimage-exiftool-perl $exiftool"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PERL5LIB=$dir/root/usr/share/perl5
export PERL5LIB
python3 main.py
