#!/bin/sh
# pandoc 2.17.1.1, Debian 12 package pandoc 2.17.1.1-2~deb12u1
#
# Expected: pandoc --extract-media writes the pictures of an EPUB, and the output shows them. Programs wrap a picture
# that is to fill its page in SVG: <svg><image xlink:href="map.png"/></svg>.
# Behaviour: the picture in the SVG is not extracted, and an ODT or another output that is made of the book lacks it.
# HTML gets the SVG with the address inside the EPUB, which does not exist outside. There is no error and no warning. A
# picture in <img> is extracted, and so is one that is marked as the cover of the book.
# Workaround: take the pictures out of the EPUB with unzip.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.17.1.1-2~deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import os, subprocess, sys, zipfile

def page(title, body):
    return ("<html xmlns='http://www.w3.org/1999/xhtml' xmlns:epub='http://www.idpf.org/2007/ops'><head>"
        "<title>%s</title></head><body>%s</body></html>" % (title, body))

files = {
    "META-INF/container.xml": "<container version='1.0' xmlns='urn:oasis:names:tc:opendocument:xmlns:container'>"
        "<rootfiles><rootfile full-path='EPUB/a.opf' media-type='application/oebps-package+xml'/></rootfiles>"
        "</container>",
    "EPUB/a.opf": "<package xmlns='http://www.idpf.org/2007/opf' version='3.0' unique-identifier='id'>"
        "<metadata xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:identifier id='id'>urn:x:1</dc:identifier>"
        "<dc:title>Harbour</dc:title><dc:language>en</dc:language>"
        "<meta property='dcterms:modified'>2026-11-30T12:00:00Z</meta></metadata><manifest>"
        "<item id='nav' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>"
        "<item id='map' href='map.xhtml' media-type='application/xhtml+xml' properties='svg'/>"
        "<item id='one' href='one.xhtml' media-type='application/xhtml+xml'/>"
        "<item id='c' href='map.png' media-type='image/png'/>"
        "<item id='p' href='plain.png' media-type='image/png'/></manifest>"
        "<spine><itemref idref='map'/><itemref idref='one'/></spine></package>",
    "EPUB/nav.xhtml": page("nav", "<nav epub:type='toc'><ol><li><a href='one.xhtml'>1</a></li></ol></nav>"),
    "EPUB/map.xhtml": page("map", "<svg xmlns='http://www.w3.org/2000/svg' width='100%' height='100%' "
        "viewBox='0 0 8 4' xmlns:xlink='http://www.w3.org/1999/xlink'><image width='8' height='4' "
        "xlink:href='map.png'/></svg>"),
    "EPUB/one.xhtml": page("one", "<p>boats <img src='plain.png' alt='boats'/></p>"),
    "EPUB/map.png": "the map",
    "EPUB/plain.png": "a picture",
}
with zipfile.ZipFile("a.epub", "w") as z:
    z.writestr("mimetype", "application/epub+zip")
    for name, data in files.items():
        z.writestr(name, data)
pandoc = ["pandoc", "--data-dir", sys.argv[1], "a.epub"]
run = subprocess.run(pandoc + ["--extract-media=media", "-t", "html"], capture_output=True, text=True)
odt = subprocess.run(pandoc + ["-o", "a.odt"], capture_output=True, text=True)
if run.returncode or odt.returncode:
    print("error:", run.stderr, odt.stderr)
    sys.exit(2)
written = sorted(name for _, _, names in os.walk("media") for name in names)
with zipfile.ZipFile("a.odt") as z:
    texts = [z.read(name) for name in z.namelist() if name.startswith("Pictures/")]
inside = [name for name in ("map", "plain") if files["EPUB/%s.png" % name].encode() in texts]
print("extracted: expected map.png plain.png, seen", " ".join(written))
print("in an ODT: expected map plain, seen", " ".join(inside))
print("messages:", run.stderr.strip() or "none")
if "plain.png" not in written or "plain" not in inside:
    print("error: no picture is extracted")
    sys.exit(2)
if written != ["plain.png"] or inside != ["plain"] or run.stderr:
    print("changed")
    sys.exit(1)
print("behaviour: a picture that is wrapped in SVG is lost")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "pandoc=$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: pandoc $version"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
python3 main.py "$dir/root/usr/share/pandoc/data"
