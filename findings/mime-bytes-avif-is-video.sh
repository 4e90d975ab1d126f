#!/bin/sh
# npm mime-bytes 0.32.1, npm detect-file-type 0.2.8
#
# Expected: the type of an AVIF or HEIC is image/avif or image/heic. mime-bytes lists "AVIF, HEIC/HEIF, JXL" among its
# types, and detect-file-type lists heic (READMEs). Their brands in the ftyp box are avif, heic and, for pictures of 10
# bits, heix (AV1 Image File Format, 6; ISO/IEC 23008-12, B.4.1).
# Behaviour: mime-bytes returns video/mp4 for AVIF and heix, and nothing for JPEG XL. detect-file-type returns
# video/mpeg4-generic for AVIF and HEIC: a folder of photos is one of videos. magic-bytes.js 1.13.1 returns video/mp4
# for heix. No error is reported. file-type returns the types of all of them.
# Workaround: file-type.
#
# Needs node and the npm registry; file-type 21.3.4 reads the same bytes.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.32.1
detect=0.2.8
magic=1.13.1
filetype=21.3.4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const detectFileType = require("detect-file-type");
const { filetypemime } = require("magic-bytes.js");
const { FileTypeDetector } = require("mime-bytes");

// start returns the first bytes of a file with these brands: all that is needed for its type.
function start(major, ...compatible) {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(16 + 4 * compatible.length);
  return Buffer.concat([size, Buffer.from(`ftyp${major}\0\0\0\0${compatible.join("")}`, "latin1"), Buffer.alloc(64)]);
}

async function main() {
  const { fileTypeFromBuffer } = await import("file-type");
  const libraries = {
    "file-type": async (bytes) => (await fileTypeFromBuffer(bytes))?.mime,
    "mime-bytes": async (bytes) => (await new FileTypeDetector().detectFromBuffer(bytes))?.mimeType,
    "detect-file-type": (bytes) => new Promise((resolve, reject) => {
      detectFileType.fromBuffer(bytes, (err, type) => err ? reject(err) : resolve(type?.mime));
    }),
    "magic-bytes.js": (bytes) => filetypemime(bytes)[0],
  };
  const jxl = Buffer.from("0000000c4a584c200d0a870a00000014667479706a786c20000000006a786c20", "hex");
  const files = { mp4: start("isom", "iso2", "mp41"), heic: start("heic", "mif1", "heic"),
    heix: start("heix", "mif1", "heix"), avif: start("avif", "mif1", "miaf"), jxl };
  const behaviour = {
    "file-type": "video/mp4 image/heic image/heic image/avif image/jxl",
    "mime-bytes": "video/mp4 image/heic video/mp4 video/mp4 undefined",
    "detect-file-type": "video/mp4 video/mpeg4-generic video/mpeg4-generic video/mpeg4-generic undefined",
    "magic-bytes.js": "video/mp4 image/heif video/mp4 image/avif undefined",
  };
  console.log("files:", Object.keys(files).join(" "));
  let present = true;
  for (const [name, type] of Object.entries(libraries)) {
    const types = [];
    for (const bytes of Object.values(files)) types.push(await type(bytes));
    const seen = types.map(String).join(" ");
    console.log(`${name}: ${name === "file-type" ? "expected and seen" : "seen"} ${seen}`);
    if (!seen.startsWith("video/mp4 ")) throw new Error(`${name} does not know MP4`);
    if (name === "file-type" && seen !== behaviour[name]) throw new Error("file-type returns other types");
    present &&= seen === behaviour[name];
  }
  if (!present) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: pictures are videos");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "mime-bytes@$version" "detect-file-type@$detect" \
	"magic-bytes.js@$magic" "file-type@$filetype" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm mime-bytes $version, detect-file-type $detect, node $(node --version)"
node main.cjs
