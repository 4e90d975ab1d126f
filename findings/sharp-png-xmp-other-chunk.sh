#!/bin/sh
# npm sharp 0.35.5, with libvips 8.18.7; npm exifr 7.1.3 and npm exifreader 4.46.0 read
#
# Expected: XMP that sharp keeps in a PNG is found by readers of XMP. It is stored in an iTXt chunk with the keyword
# XML:com.adobe.xmp (XMP specification, part 3, "PNG"; PNG, third edition, "11.3.3.4 iTXt").
# Behaviour: keepMetadata() and withXmp() write a zTXt chunk with that keyword instead. exifr and exifreader find no XMP
# in it, so that a rating and a digitalSourceType of trainedAlgorithmicMedia seem to be gone; in the JPEG that sharp
# makes of the same picture they find it. sharp, ExifTool and Exiv2 read the zTXt chunk too, which hides the difference.
# Workaround: write the XMP again with a program that makes iTXt, such as ExifTool.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.35.5
exifr=7.1.3
exifreader=4.46.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import exifr from "exifr";
import exifreader from "exifreader";
import sharp from "sharp";

const type = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
Iptc4xmpExt:DigitalSourceType="${type}"/></rdf:RDF></x:xmpmeta>`;

// chunk returns the type of the PNG chunk that has the XMP.
function chunk(png) {
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.subarray(at + 8, at + 25).toString("latin1") === "XML:com.adobe.xmp") {
      return png.subarray(at + 4, at + 8).toString("latin1");
    }
  }
  return "none";
}

const readers = {
  exifr: async (file) => (await exifr.parse(file, { xmp: true }))?.DigitalSourceType,
  exifreader: async (file) => exifreader.load(file, { expanded: true }).xmp?.DigitalSourceType?.value,
};

try {
  const picture = sharp({ create: { width: 8, height: 4, channels: 3, background: "#204060" } }).withXmp(xmp);
  const jpeg = await picture.clone().jpeg().toBuffer();
  const png = await picture.clone().png().toBuffer();
  console.log("chunk of the PNG: expected iTXt, seen", chunk(png));
  let lost = 0;
  for (const [name, read] of Object.entries(readers)) {
    const [inJPEG, inPNG] = [await read(jpeg), await read(png)];
    console.log(`${name}: in the JPEG ${inJPEG?.split("/").pop()}, in the PNG ${inPNG?.split("/").pop()}`);
    if (inJPEG !== type) throw new Error(name + " does not read the JPEG either");
    if (inPNG === undefined) lost++;
  }
  if (chunk(png) === "zTXt" && lost === 2) {
    console.log("behaviour: the XMP is in a zTXt chunk, where other libraries do not find it");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "sharp@$version" "exifr@$exifr" "exifreader@$exifreader" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm sharp $version, libvips $(node -p 'require("sharp").versions.vips'), node $(node --version)"
node main.mjs
