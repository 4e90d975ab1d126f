#!/bin/sh
# pypdf 3.4.1, Debian 12 package python3-pypdf 3.4.1-1+deb12u1, and PyPDF2 2.12.1, python3-pypdf2 2.12.1-3+deb12u1
#
# Expected: the images of a page are its pictures. A picture in DeviceGray with 8 bits has one byte a pixel, from 0 for
# black to 255 for white, and one in DeviceCMYK has four (ISO 32000-2, 8.6.4 and 8.9.5).
# Behaviour: both are returned as a PNG with a palette of which no colour is brighter than 1: a grey scan is black, and
# so is white in CMYK. A picture in DeviceRGB is correct. No error is reported.
# Workaround: pdfimages -png of poppler-utils.
#
# Needs python3 3.11, apt-get, dpkg and the Debian 12 archive; python3-pil 9.4.0 reads the pictures.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.4.1-1+deb12u1
other=2.12.1-3+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import io, sys, zlib
import PIL.Image, PyPDF2, pypdf

# pdf returns a document with one picture of 3 x 1 pixels.
def pdf(space, pixels):
    data = zlib.compress(bytes(pixels))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R/Resources<</XObject<</I 4 0 R>>>>>>",
        b"<</Type/XObject/Subtype/Image/Width 3/Height 1/ColorSpace/%s/BitsPerComponent 8/Filter/FlateDecode"
            b"/Length %d>>stream\n%s\nendstream" % (space, len(data), data),
        b"<</Length 24>>stream\n9 0 0 3 0 3 cm /I Do    \nendstream",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, o in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, o)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table

cases = {
    b"DeviceRGB": ([255, 0, 0, 0, 255, 0, 0, 0, 255], [(255, 0, 0), (0, 255, 0), (0, 0, 255)]),
    b"DeviceGray": ([0, 128, 255], [(0, 0, 0), (128, 128, 128), (255, 255, 255)]),
    b"DeviceCMYK": ([0, 0, 0, 0] * 3, [(255, 255, 255)] * 3),
}
black = True
for library in (PyPDF2, pypdf):
    for space, (pixels, expected) in cases.items():
        picture = list(library.PdfReader(io.BytesIO(pdf(space, pixels))).pages[0].images)[0]
        seen = list(PIL.Image.open(io.BytesIO(picture.data)).convert("RGB").getdata())
        print("%s, %s: expected %s, seen %s" % (library.__name__, space.decode(), expected, seen))
        if space == b"DeviceRGB" and seen != expected:
            print("error: a picture in RGB is not returned")
            sys.exit(2)
        if space != b"DeviceRGB" and max(max(colour) for colour in seen) > 1:
            black = False
if not black:
    print("changed")
    sys.exit(1)
print("behaviour: pictures in grey and CMYK are black")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "python3-pypdf=$version" "python3-pypdf2=$other" python3-pil >log 2>&1; then
	cat log
	exit 2
fi
echo "version: python3-pypdf $version, python3-pypdf2 $other, $(python3 --version)"
LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export LD_LIBRARY_PATH
PYTHONPATH=root/usr/lib/python3/dist-packages python3 main.py
