#!/bin/sh
# puremagic 1.14, Debian 12 package python3-puremagic 1.14-1
#
# Expected: from_string, or from_file of a file without an extension, returns the type that the bytes show: a WebP
# begins with RIFF, a size and WEBP (RFC 9649, 2.4), and an AVIF has the brand avif in its ftyp box.
# Behaviour: a WebP is a 4X Movie (.4xm) without a MIME type, and an AVIF is video/mp4. The library knows the signatures
# of both, but finds them only in files that have the extension already. A WAV, which is a RIFF as well, is found. No
# error is reported.
# Workaround: python3-filetype or python3-magic.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive; python3-filetype 1.2.0 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.14-1
other=1.2.0-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import sys
import filetype, puremagic

pad = bytes(100)
files = {
    "audio/x-wav": b"RIFF\x54\0\0\0WAVEfmt " + pad,
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + pad,
    "image/webp": b"RIFF\x54\0\0\0WEBPVP8 \x48\0\0\0\xb0\x03\0\x9d\x01\x2a\x40\0\x30\0" + pad,
    "image/avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + pad,
}
seen = {}
for kind, data in files.items():
    with open("download", "wb") as f:
        f.write(data)
    seen[kind] = (puremagic.from_file("download", mime=True), puremagic.from_file("download"))
    other = filetype.guess_mime(data)
    print("expected %s, filetype %s, seen %r %s" % (kind, other, *seen[kind]))
    if other != kind:
        print("error: filetype returns another type")
        sys.exit(2)
if seen["audio/x-wav"][0] != "audio/x-wav" or seen["image/png"][0] != "image/png":
    print("error: other types are not found either")
    sys.exit(2)
if seen["image/webp"] != ("", ".4xm") or seen["image/avif"] != ("video/mp4", ".mp4"):
    print("changed")
    sys.exit(1)
print("behaviour: WebP and AVIF without an extension are films")
PY

if ! { apt-get download "python3-puremagic=$version" "python3-filetype=$other" &&
	for package in *.deb; do dpkg-deb -x "$package" root || exit 2; done ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: python3-puremagic $version, python3-filetype $other, $(python3 --version)"
PYTHONPATH=root/usr/lib/python3/dist-packages python3 main.py
