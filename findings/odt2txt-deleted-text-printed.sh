#!/bin/sh
# odt2txt 0.5, Debian 12 package odt2txt 0.5-7
#
# Expected: the text of the document is printed, as other programs show it. A <text:s text:c="3"/> is three spaces. What
# was deleted while changes were recorded is kept in <text:tracked-changes>, and is not shown in its place
# (OpenDocument 1.2, 5.5 and 6.1.3). CDATA is text as any (XML 1.0, 2.7).
# Behaviour: deleted text is printed, with the name of the author and the date joined to it. Repeated spaces are lost,
# also the only one that separates two words. Text in CDATA is lost. No error is reported.
# Workaround: pandoc, or soffice --convert-to txt.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.5-7
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import subprocess, sys, zipfile

names = {"office": "office:1.0", "text": "text:1.0"}
spaces = " ".join('xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s"' % n for n in names.items())

def text(body):
    with zipfile.ZipFile("letter.odt", "w") as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        z.writestr("content.xml", '<?xml version="1.0" encoding="UTF-8"?><office:document-content %s '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"><office:body><office:text>%s'
            '</office:text></office:body></office:document-content>' % (spaces, body))
    run = subprocess.run(["root/usr/bin/odt2txt.odt2txt", "--encoding=UTF-8", "letter.odt"], capture_output=True,
        check=True, encoding="utf-8")
    return run.stdout.strip()

deleted = ('<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>Ada'
    '</dc:creator><dc:date>2026-11-30T12:00:00</dc:date></office:change-info><text:p>old words</text:p></text:deletion>'
    '</text:changed-region></text:tracked-changes><text:p>we keep <text:change text:change-id="c1"/>this</text:p>')
cases = [
    ("<text:p>we keep this</text:p>", "we keep this"),
    (deleted, "we keep this"),
    ('<text:p>price:<text:s text:c="3"/>12</text:p>', "price:   12"),
    ("<text:p>a <![CDATA[1 < 2]]> b</text:p>", "a 1 < 2 b"),
]
seen = []
for body, expected in cases:
    seen.append(text(body))
    print("expected %r, seen %r" % (expected, seen[-1]))
if seen[0] != "we keep this":
    print("error: a plain paragraph is not printed")
    sys.exit(2)
if ("2026-11-30T12:00:00old words" not in seen[1] or not seen[1].endswith("we keep this") or seen[2] != "price:12" or
        "1 < 2" in seen[3]):
    print("changed")
    sys.exit(1)
print("behaviour: deleted text is printed, and spaces and CDATA are lost")
PY

if ! { apt-get download "odt2txt=$version" && dpkg-deb -x odt2txt*.deb root ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: odt2txt $version"
python3 main.py
