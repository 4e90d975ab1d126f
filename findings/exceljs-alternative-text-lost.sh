#!/bin/sh
# npm exceljs 4.4.0
#
# Expected: a workbook that exceljs reads and writes again shows the same pictures, with the same texts for people who
# do not see them; what exceljs does not know is kept, or named in its README.
# Behaviour: a picture loses its alternative text (descr) and the mark that it is decorative, a text box is gone, and so
# is the picture of the page's header, whose file stays in the archive without a use. No error is reported. Pictures and
# their links are kept. openpyxl, of Debian 12, keeps the alternative text.
# Workaround: excelize (Go), which keeps what it does not change.
#
# Needs node, the npm registry, python3, apt-get, dpkg and the Debian 12 archive: XlsxWriter writes the workbook.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=4.4.0
jszip=3.10.1
xlsxwriter=3.0.2-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import ExcelJS from "exceljs";
import JSZip from "jszip";
import { readFileSync } from "node:fs";

// found returns which of these the drawings and sheets of a workbook have.
async function found(name) {
  const zip = await JSZip.loadAsync(readFileSync(name));
  let xml = "";
  for (const path of Object.keys(zip.files).filter((p) => /^xl\/(drawings|worksheets)\/[^/]*\.xml$/.test(p))) {
    xml += await zip.file(path).async("string");
  }
  const has = { picture: "<xdr:pic>", "alternative text": 'descr="boats"', "text box": "a notice in a box",
    "picture of the header": "legacyDrawingHF" };
  return Object.entries(has).filter(([, part]) => xml.includes(part)).map(([what]) => what).join(", ");
}

try {
  const before = await found("a.xlsx");
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile("a.xlsx");
  await workbook.xlsx.writeFile("b.xlsx");
  const after = await found("b.xlsx");
  console.log("before:  ", before);
  console.log("expected:", before);
  console.log("seen:    ", after);
  if (before !== "picture, alternative text, text box, picture of the header") throw new Error("the workbook is wrong");
  if (after === "picture") {
    console.log("behaviour: the alternative text, the text box and the picture of the header are lost");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

cat > book.py <<'PY'
import struct, sys, zlib

sys.path.insert(0, "root/usr/lib/python3/dist-packages")
import xlsxwriter

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

with open("a.png", "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 0, 0, 0, 0)) +
        chunk(b"IDAT", zlib.compress(bytes(36))) + chunk(b"IEND", b""))
book = xlsxwriter.Workbook("a.xlsx")
sheet = book.add_worksheet()
sheet.insert_image("B2", "a.png", {"description": "boats"})
sheet.insert_textbox("D2", "a notice in a box")
sheet.set_header("&L&G", {"image_left": "a.png"})
book.close()
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! { npm install --no-audit --no-fund --ignore-scripts "exceljs@$version" "jszip@$jszip" &&
	fetch "python3-xlsxwriter=$xlsxwriter" && python3 book.py ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm exceljs $version, python3-xlsxwriter $xlsxwriter, node $(node --version)"
node main.mjs
