#!/bin/sh
# tiffcp of LibTIFF 4.5.0, Debian 12 package libtiff-tools 4.5.0-6+deb12u4
#
# Expected: tiffcp, which "combines one or more files" and changes their compression, keeps their tags, or warns.
# Behaviour: XMP, IPTC, the Exif tags (such as DateTimeOriginal) and the GPS position are lost without a message, also
# if nothing is to be changed. The orientation and the ICC profile are kept. A picture of an image generator has no
# digitalSourceType any more.
# Workaround: exiftool -tagsfromfile OLD -all:all NEW.
#
# Needs python3, perl, apt-get, dpkg and the Debian 12 archive: ExifTool 12.57 writes and reads the tags.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=4.5.0-6+deb12u4
tool=12.57+dfsg-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import subprocess, sys

def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True)

def read(file):
    out = run("exiftool", "-s2", "-n", "-Orientation", "-DateTimeOriginal", "-GPSLatitude", "-Caption-Abstract",
        "-DigitalSourceType", file).stdout
    return sorted(line.split(":")[0] for line in out.splitlines())

with open("a.raw", "wb") as f:
    f.write(bytes(range(256)) * 36)
run("raw2tiff", "-w", "64", "-l", "48", "-b", "3", "-p", "rgb", "a.raw", "a.tif")
run("exiftool", "-overwrite_original", "-n", "-Orientation=6", "-ExifIFD:DateTimeOriginal=2025:04:02 17:00:00",
    "-GPSLatitude=48", "-GPSLatitudeRef=N", "-IPTC:Caption-Abstract=Harbour",
    "-XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", "a.tif")
before = read("a.tif")
copied = run("tiffcp", "a.tif", "b.tif")
after = read("b.tif")
print("before: %s" % " ".join(before))
print("after: expected the same, seen %s" % " ".join(after))
print("message: %s" % ((copied.stdout + copied.stderr).strip() or "none"))
if len(before) != 5:
    print("error: the tags were not written")
    sys.exit(2)
if after != ["Orientation"] or copied.stderr:
    print("changed")
    sys.exit(1)
print("behaviour: all but the orientation is lost")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "libtiff-tools=$version" "libimage-exiftool-perl=$tool" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: libtiff-tools $version, libimage-exiftool-perl $tool"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
PERL5LIB=$dir/root/usr/share/perl5
export PERL5LIB
python3 main.py
