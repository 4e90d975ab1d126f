#!/bin/sh
# npm unpdf 1.7.0
#
# Expected: extractImages returns the pictures of a page: "Extracts images from a specific page of a PDF document"
# (README). The page of a scanned document is often one picture of 1 bit.
# Behaviour: pictures of 1 bit are left out without an error: the list for such a page is empty. pdf.js returns them
# packed, 8 pixels in a byte, and unpdf skips what does not have 1, 3 or 4 bytes for each pixel. Image masks and inline
# pictures are left out too. The same picture with 8 bits is returned.
# Workaround: pdfimages of poppler-utils.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.7.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { extractImages } from "unpdf";

// pdf returns a PDF of one page that shows these pictures, each with its dictionary's entries and its bytes.
function pdf(pictures) {
  const objects = pictures.map(([entries, data]) => "<</Type/XObject/Subtype/Image/Width 8/Height 4" +
    `${entries}/Length ${data.length}>>\nstream\n${data}\nendstream`);
  const n = pictures.length;
  const content = pictures.map((_, i) => `q 8 0 0 4 10 ${10 * i} cm /P${i} Do Q`).join("\n");
  objects.push(`<</Length ${content.length}>>\nstream\n${content}\nendstream`,
    `<</Type/Page/Parent ${n + 3} 0 R/MediaBox[0 0 99 99]/Contents ${n + 1} 0 R/Resources<</XObject<<` +
      pictures.map((_, i) => `/P${i} ${i + 1} 0 R`).join("") + ">>>>>>",
    `<</Type/Pages/Kids[${n + 2} 0 R]/Count 1>>`, `<</Type/Catalog/Pages ${n + 3} 0 R>>`);
  let [file, table] = ["%PDF-1.7\n", ""];
  objects.forEach((object, i) => {
    table += String(file.length).padStart(10, "0") + " 00000 n \n";
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
  });
  const size = objects.length + 1;
  return Uint8Array.from(Buffer.from(`${file}xref\n0 ${size}\n0000000000 65535 f \n${table}` +
    `trailer<</Size ${size}/Root ${size - 1} 0 R>>\nstartxref\n${file.length}\n%%EOF\n`, "latin1"));
}

try {
  const grey = ["/ColorSpace/DeviceGray/BitsPerComponent 8", "\0\xff".repeat(16)];
  const scan = ["/ColorSpace/DeviceGray/BitsPerComponent 1", "\x55".repeat(4)];
  const count = async (...pictures) => (await extractImages(pdf(pictures), 1)).length;
  const [eight, one, both] = [await count(grey), await count(scan), await count(grey, scan)];
  console.log("a picture of 8 bits:", "expected 1, seen", eight);
  console.log("a picture of 1 bit: ", "expected 1, seen", one);
  console.log("both on one page:   ", "expected 2, seen", both);
  if (eight !== 1) throw new Error("no picture is extracted");
  if (one === 0 && both === 1) {
    console.log("behaviour: pictures of 1 bit are left out");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "unpdf@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm unpdf $version, node $(node --version)"
node main.mjs
