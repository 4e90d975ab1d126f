#!/bin/sh
# GraphicsMagick 1.3.40, Debian 12 package graphicsmagick 1.4+really1.3.40-4+deb12u1
#
# Expected: gm convert keeps the XMP of a JPEG, also if it is longer than 64 KiB: then it is in several segments, each
# with a header that says where its part belongs (Extended XMP; XMP specification, part 3).
# Behaviour: the parts are joined, and cut anew at about 64 KiB without regard to their headers: a segment begins with
# plain text that no reader knows. ExifTool reports "Incomplete extended XMP", and what was there is lost; the main part
# still refers to it. The exit status is 0.
# Workaround: exiftool -tagsfromfile OLD -XMP:all NEW afterwards.
#
# Needs python3, perl, apt-get, dpkg and the Debian 12 archive; cjpeg of libjpeg-turbo-progs makes the picture.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.4+really1.3.40-4+deb12u1
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

def read(path):
    out = subprocess.run(["exiftool", "-s3", "-XMP:Source", path], capture_output=True, text=True).stdout
    return out.count("harbour")

def begins(path):
    jpeg, at, found = open(path, "rb").read(), 2, []
    while jpeg[at + 1] not in (0xC0, 0xC2):
        if jpeg[at + 1] == 0xE1:
            found.append(jpeg[at + 4:at + 38].split(b"\0")[0].decode())
        at += 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
    return found

with open("a.jpg", "wb") as f:
    f.write(picture[:header] + extended() + picture[header:])
run = subprocess.run(["gm", "convert", "a.jpg", "b.jpg"], capture_output=True, text=True)
if run.returncode:
    print("error:", run.stderr)
    sys.exit(2)
for path in ("a.jpg", "b.jpg"):
    print("%s: segments that begin with %s" % (path, ", ".join(begins(path))))
warning = subprocess.run(["exiftool", "-s3", "-Warning", "b.jpg"], capture_output=True, text=True).stdout.strip()
print("texts that ExifTool reads: before %d, expected after 9000, seen %d; warning: %s" %
    (read("a.jpg"), read("b.jpg"), warning))
if read("a.jpg") != 9000:
    print("error: the picture is not right")
    sys.exit(2)
if read("b.jpg") != 0 or "Incomplete extended XMP" not in warning:
    print("changed")
    sys.exit(1)
print("behaviour: the Extended XMP cannot be read any more")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "graphicsmagick=$version" "libimage-exiftool-perl=$exiftool" "libjpeg-turbo-progs=$turbo" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: graphicsmagick $version, libimage-exiftool-perl $exiftool"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PERL5LIB=$dir/root/usr/share/perl5
export PERL5LIB
python3 main.py
