#!/bin/sh
# EbookLib 0.18, Debian 12 package python3-ebooklib 0.18-2
#
# Expected: a page of an EPUB is XHTML, which is XML and case-sensitive (EPUB 3.3, 6.1). write_epub keeps the SVG in the
# page, whose attributes are viewBox and preserveAspectRatio (SVG 2, 8.6 and 8.7). Cover pages consist of such an SVG
# with one image.
# Behaviour: write_epub writes viewbox and preserveaspectratio, which have no meaning in SVG: the picture loses its
# scaling. EbookLib reads the page with lxml's HTML parser, which lowers all names, and writes the result as XML. A book
# that is only read and written again is changed in the same way. No error is reported.
# Workaround: add the page as an EpubItem with media type application/xhtml+xml, which is written unchanged.
#
# Needs python3 of Debian 12 (3.11) at /usr/bin, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.18-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import re, sys, zipfile
from ebooklib import epub

page = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>cover</title></head><body>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
  viewBox="0 0 600 800" preserveAspectRatio="xMidYMid meet"><image width="600" height="800" xlink:href="a.png"/></svg>
<p>one</p></body></html>"""

def attributes(path):
    with zipfile.ZipFile(path) as z:
        text = z.read("EPUB/cover.xhtml").decode()
    return re.findall(r"viewbox|preserveaspectratio", text, re.IGNORECASE)

book = epub.EpubBook()
book.set_identifier("one")
book.set_title("one")
book.set_language("en")
cover = epub.EpubHtml(title="cover", file_name="cover.xhtml", content=page)
book.add_item(cover)
book.toc = (epub.Link("cover.xhtml", "cover", "cover"),)
book.spine = [cover]
book.add_item(epub.EpubNcx())
book.add_item(epub.EpubNav())
epub.write_epub("written.epub", book)

# The same book with the page as it is, then read and written again.
with zipfile.ZipFile("written.epub") as old, zipfile.ZipFile("right.epub", "w") as new:
    for entry in old.infolist():
        new.writestr(entry, page if entry.filename == "EPUB/cover.xhtml" else old.read(entry))
again = epub.read_epub("right.epub")
again.toc = (epub.Link("cover.xhtml", "cover", "cover"),)
epub.write_epub("again.epub", again)

expected = ["viewBox", "preserveAspectRatio"]
seen, rewritten = attributes("written.epub"), attributes("again.epub")
print("written:               expected %s, seen %s" % (expected, seen))
print("read and written again: before %s, after %s" % (attributes("right.epub"), rewritten))
if seen == rewritten == ["viewbox", "preserveaspectratio"]:
    print("behaviour: the attributes of SVG are written in lower case")
elif seen == rewritten == expected:
    print("changed: the attributes are kept")
    sys.exit(1)
else:
    print("changed: other attributes")
    sys.exit(1)
PY

PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
export PYTHONPATH
if ! { apt-get download "python3-ebooklib=$version" python3-lxml python3-six &&
	for package in *.deb; do dpkg-deb -x "$package" root || exit 2; done &&
	/usr/bin/python3 -c 'from ebooklib import epub' ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: python3-ebooklib $version, $(/usr/bin/python3 --version)"
/usr/bin/python3 main.py 2>log || { status=$?; cat log; exit $status; }
