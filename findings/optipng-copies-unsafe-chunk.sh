#!/bin/sh
# optipng 0.7.7, Debian 12 package optipng 0.7.7-2+b1
#
# Expected: a chunk whose name ends in a capital letter is unsafe to copy: a program that does not know it and that
# changes critical chunks, such as IDAT, leaves it out (PNG specification, Third Edition, 5.4, table of the property
# bits, and 14.2). caBX, the chunk of a Content Credential, is such a chunk, because it signs the bytes of the file.
# Behaviour: optipng compresses IDAT again and keeps the chunk: the picture then carries a credential that cannot match,
# and appears to be forged. pngcrush and pngquant leave it out and keep a chunk with a small last letter, as the
# specification requires. No error is reported.
# Workaround: optipng -strip all, which removes all ancillary chunks.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive. pngcrush 1.8.13 and pngquant 2.17.0 are used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.7.7-2+b1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import struct, subprocess, sys, zlib

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def chunks(path):
    data, at, found = open(path, "rb").read(), 8, []
    while at < len(data):
        size = struct.unpack(">I", data[at:at + 4])[0]
        found.append((data[at + 4:at + 8].decode(), data[at + 8:at + 8 + size]))
        at += size + 12
    return found

store = bytes.fromhex("000000266a756d62" "0000001e6a756d64" "6332706100110010800000aa00389b71" "03") + b"c2pa\0"
rows = b"".join(b"\0" + bytes((3 * x + 5 * y) % 256 for x in range(64) for _ in "rgb") for y in range(64))
with open("in.png", "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)) +
        chunk(b"caBX", store) + chunk(b"prVt", b"safe to copy") + chunk(b"IDAT", zlib.compress(rows, 1)) +
        chunk(b"IEND", b""))
quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
try:
    subprocess.run(["optipng", "-out", "optipng.png", "in.png"], **quiet)
    subprocess.run(["pngcrush", "in.png", "pngcrush.png"], **quiet)
    subprocess.run(["pngquant", "-o", "pngquant.png", "in.png"], **quiet)
except (OSError, subprocess.CalledProcessError) as err:
    print("error:", err)
    sys.exit(2)
old = dict(chunks("in.png"))
print("in.png:  ", " ".join(name for name, _ in chunks("in.png")))
kept = {}
for tool in ("pngcrush", "pngquant", "optipng"):
    new = dict(chunks(tool + ".png"))
    print("%-9s %s; IDAT %s" % (tool + ":", " ".join(name for name, _ in chunks(tool + ".png")),
        "is the same" if new["IDAT"] == old["IDAT"] else "is another"))
    if new["IDAT"] == old["IDAT"] or "prVt" not in new:
        print("error:", tool, "did something else")
        sys.exit(2)
    kept[tool] = "caBX" in new
print("expected: no caBX beside another IDAT")
if kept == {"pngcrush": False, "pngquant": False, "optipng": True}:
    print("behaviour: optipng keeps the chunk that is unsafe to copy")
else:
    print("changed: caBX is kept:", kept)
    sys.exit(1)
PY

# fetch unpacks packages, and those of their dependencies that are not installed, into the folder root.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "optipng=$version" pngcrush=1.8.13-0.1 pngquant=2.17.0-1 >log 2>&1; then
	cat log
	exit 2
fi
PATH=$dir/root/usr/bin:$PATH
LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export LD_LIBRARY_PATH
echo "version:  optipng $version"
python3 main.py
