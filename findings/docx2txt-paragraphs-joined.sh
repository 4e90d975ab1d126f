#!/bin/sh
# docx2txt 1.4, Debian 12 package docx2txt 1.4-5
#
# Expected: each paragraph is a line of its own. A paragraph is <w:p>, with or without attributes (ECMA-376, part 1,
# 17.3.1.22); the ones that Word adds (w:rsidR ...) are optional.
# Behaviour: only paragraphs with an attribute or with properties (w:pPr) end with a line break. In a document that npm
# docx or another library wrote, all others are joined without a space: the last word of one and the first of the next
# become one word. The cells of its tables are joined too. No error is reported.
# Workaround: pandoc, or soffice --convert-to txt.
#
# Needs node, the npm registry, perl, unzip, apt-get, dpkg and the Debian 12 archive; npm docx 9.15.2 writes the
# document.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.4-5
docx=9.15.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { execFileSync } = require("node:child_process");
const { writeFileSync } = require("node:fs");
const { AlignmentType, Document, Packer, Paragraph } = require("docx");

// text returns the text of a document of two paragraphs.
async function text(properties) {
  const children = ["red boats", "blue boats"].map((t) => new Paragraph({ text: t, ...properties }));
  writeFileSync("letter.docx", await Packer.toBuffer(new Document({ sections: [{ children }] })));
  return execFileSync("perl", ["root/usr/bin/docx2txt", "letter.docx", "-"], { encoding: "utf8" }).trim();
}

async function main() {
  const aligned = await text({ alignment: AlignmentType.LEFT });
  const plain = await text({});
  console.log("with properties:", JSON.stringify(aligned));
  console.log(`without: expected "red boats\\nblue boats", seen ${JSON.stringify(plain)}`);
  if (!/^red boats\n+blue boats$/.test(aligned)) throw new Error("paragraphs with properties are not lines either");
  if (plain !== "red boatsblue boats") {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: paragraphs without attributes are joined");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! { apt-get download "docx2txt=$version" && dpkg-deb -x docx2txt*.deb root &&
	npm install --no-audit --no-fund --ignore-scripts "docx@$docx" ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: docx2txt $version, npm docx $docx, $(perl -e 'print $^V')"
node main.cjs
