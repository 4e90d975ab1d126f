#!/bin/sh
# pandoc 2.17.1.1, Debian 12 package pandoc 2.17.1.1-2~deb12u1
#
# Expected: pandoc converts the pictures of an OpenDocument text, and --extract-media writes their files.
# Behaviour: a picture that is a link (draw:frame in draw:a, as LibreOffice writes it for a picture with a hyperlink) is
# lost with its link: it is neither in the output nor extracted. Of a text box that has text and a picture, the picture
# is kept and the text is lost. The exit status is 0, and there is no warning.
# Workaround: save the text as DOCX; pandoc keeps a linked picture of that.
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

spaces = " ".join("xmlns:%s='urn:oasis:names:tc:opendocument:xmlns:%s:1.0'" % (short, name) for short, name in (
    ("office", "office"), ("text", "text"), ("draw", "drawing"), ("manifest", "manifest")))
spaces += " xmlns:xlink='http://www.w3.org/1999/xlink' office:version='1.3'"

def picture(name):
    return "<draw:frame><draw:image xlink:href='Pictures/%s.png'/></draw:frame>" % name

content = "<office:document-content %s><office:automatic-styles/><office:body><office:text>" % spaces
content += "<text:p>first %s</text:p>" % picture("plain")
content += "<text:p>second <draw:a xlink:href='https://example.org/'>%s</draw:a></text:p>" % picture("linked")
content += "<text:p><draw:frame><draw:text-box><text:p>third %s</text:p></draw:text-box></draw:frame></text:p>" % (
    picture("boxed"))
content += "</office:text></office:body></office:document-content>"
styles = ("<office:document-styles %s><office:font-face-decls/><office:styles/><office:automatic-styles/>"
    "<office:master-styles/></office:document-styles>" % spaces)
kind = "application/vnd.oasis.opendocument.text"
entries = [("/", kind), ("content.xml", "text/xml"), ("styles.xml", "text/xml")]
names = ("plain", "linked", "boxed")
with zipfile.ZipFile("a.odt", "w") as z:
    z.writestr("mimetype", kind)
    z.writestr("content.xml", content)
    z.writestr("styles.xml", styles)
    for name in names:
        z.writestr("Pictures/%s.png" % name, "picture")
        entries.append(("Pictures/%s.png" % name, "image/png"))
    z.writestr("META-INF/manifest.xml", "<manifest:manifest manifest:version='1.3' %s>%s</manifest:manifest>" % (
        spaces.replace(" office:version='1.3'", ""), "".join("<manifest:file-entry manifest:full-path='%s' "
        "manifest:media-type='%s'/>" % entry for entry in entries)))
run = subprocess.run(["pandoc", "--data-dir", sys.argv[1], "a.odt", "--extract-media=.", "-t", "html"],
    capture_output=True, text=True)
print(run.stdout.strip(), run.stderr.strip())
if run.returncode or "first" not in run.stdout or "second" not in run.stdout:
    print("error: pandoc fails")
    sys.exit(2)
shown = [name for name in names if name + ".png" in run.stdout]
written = [name for name in names if os.path.exists("Pictures/%s.png" % name)]
print("pictures, expected: plain linked boxed")
print("pictures, seen:     %s; extracted: %s" % (" ".join(shown), " ".join(written)))
print("text of the box: expected third, seen", "third" if "third" in run.stdout else "nothing")
if "plain" not in shown:
    print("error: no picture is converted")
    sys.exit(2)
if shown != ["plain", "boxed"] or written != shown or "third" in run.stdout or run.stderr:
    print("changed")
    sys.exit(1)
print("behaviour: the linked picture and the text of the box are lost")
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
