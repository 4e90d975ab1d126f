#!/bin/sh
# npm pdf-lib 1.17.1
#
# Expected: removePage removes a page, so the saved document has neither the page nor a picture that only it showed.
# Behaviour: the picture stays in the saved file, byte for byte, with its Exif data and its place. No page refers to it:
# viewers do not show it and pdfimages does not list it, but mutool extract returns it. The file is hardly smaller.
# Workaround: copy the pages that are to stay into a new document (copyPages), or write the file again with qpdf.
#
# Needs node, apt-get, dpkg and the Debian 12 archive: mutool of mupdf-tools extracts.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.17.1
mupdf=1.21.1+ds2-1+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { PDFDocument } from "pdf-lib";

// A JPEG of one grey pixel with a comment.
const jpeg = Uint8Array.from(Buffer.concat([
  Buffer.from("ffd8fffe000a", "hex"), Buffer.from("a secret"),
  Buffer.from("ffdb004300" + "01".repeat(64) + "ffc0000b080001000101011100" +
    "ffc40014000100000000000000000000000000000000ffc4001410010000000000000000000000000000000000" +
    "ffda0008010100003f003fffd9", "hex"),
]));

// extracted returns how many pictures mutool finds that are the JPEG.
function extracted(pdf) {
  writeFileSync("a.pdf", pdf);
  const before = new Set(readdirSync("."));
  execFileSync("mutool", ["extract", "a.pdf"], { stdio: "ignore" });
  return readdirSync(".").filter((name) => !before.has(name) && readFileSync(name).equals(jpeg)).length;
}

try {
  const made = await PDFDocument.create();
  made.addPage([100, 100]).drawImage(await made.embedJpg(jpeg), { width: 50, height: 50 });
  made.addPage([100, 100]);
  const both = await PDFDocument.load(await made.save());
  const copied = await PDFDocument.create();
  copied.addPage((await copied.copyPages(both, [1]))[0]);
  both.removePage(0);
  const [removed, fresh] = [await both.save(), await copied.save()];
  const [left, inCopy] = [extracted(removed), extracted(fresh)];
  console.log("pages after removePage:", both.getPageCount());
  console.log(`pictures that mutool extracts: expected 0, seen ${left}; from a copy of the other page ${inCopy}`);
  if (both.getPageCount() !== 1 || inCopy !== 0) throw new Error("the pages or the copy are not as they should be");
  if (left === 1 && Buffer.from(removed).includes(Buffer.from(jpeg))) {
    console.log("behaviour: the picture of the removed page is in the file, byte for byte");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! { npm install --no-audit --no-fund --ignore-scripts "pdf-lib@$version" && fetch "mupdf-tools=$mupdf" ; } \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm pdf-lib $version, mupdf-tools $mupdf, node $(node --version)"
PATH="$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export PATH LD_LIBRARY_PATH
node main.mjs
