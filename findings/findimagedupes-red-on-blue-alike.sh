#!/bin/sh
# findimagedupes 2.20.1, Debian 12 package findimagedupes 2.20.1-2
#
# Expected: findimagedupes "compares a list of files for visual similarity": a circle and bars of one colour on another
# are not similar, as they are not if both are black on white.
# Behaviour: any two drawings of red (200,30,30) on blue (30,30,200) have the same fingerprint, of 255 or 256 ones, and
# are reported as similar, together with a white picture. The saturation is removed first, and both colours have the
# same lightness: nothing of the drawing is left. A photo that is deleted by this list may have no copy. There is no
# warning, and the exit status is 0.
# Workaround: compare the files of a group by their pixels; leave out fingerprints of ones or zeros only.
#
# Needs python3, perl, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.20.1-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys, zlib

def png(name, colour):
    rows = b"".join(b"\0" + b"".join(bytes(colour(x, y)) for x in range(160)) for y in range(120))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    with open(name, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 160, 120, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

def similar(*names):
    run = subprocess.run([sys.argv[1], *names], capture_output=True, text=True)
    if run.returncode or run.stderr:
        print("error:", run.stderr.strip())
        sys.exit(2)
    return " ".join(sorted(path.rsplit("/", 1)[-1] for path in run.stdout.split())) or "none"

shapes = {
    "circle": lambda x, y: (x - 80) ** 2 + (y - 60) ** 2 < 2000,
    "bars": lambda x, y: x // 20 % 2 == 0,
    "half": lambda x, y: x < 80,
}
inks = {"black": ((0, 0, 0), (255, 255, 255)), "red": ((200, 30, 30), (30, 30, 200))}
for ink, (fore, back) in inks.items():
    for shape, inside in shapes.items():
        png("%s-%s.png" % (ink, shape), lambda x, y: fore if inside(x, y) else back)
png("white.png", lambda x, y: (255, 255, 255))
black = similar(*("black-%s.png" % shape for shape in shapes))
red = similar(*("red-%s.png" % shape for shape in shapes), "white.png")
print("similar of black on white: expected none, seen", black)
print("similar of red on blue:    expected none, seen", red)
if black != "none":
    print("error: all pictures are similar")
    sys.exit(2)
if red != "red-bars.png red-circle.png red-half.png white.png":
    print("changed")
    sys.exit(1)
print("behaviour: any two drawings of red on blue are similar, and to white")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "findimagedupes=$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: findimagedupes $version"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
PERL5LIB=$(find "$dir/root/usr" -path '*/perl5' -type d | paste -sd: -)
for each in "$dir"/root/usr/lib/*/perl5/*; do PERL5LIB=$PERL5LIB:$each; done
HOME=$dir
export LD_LIBRARY_PATH PERL5LIB HOME
python3 main.py "$dir/root/usr/bin/findimagedupes"
