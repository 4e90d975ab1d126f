#!/bin/sh
# npm fflate 0.8.3
#
# Expected: Unzip, "a ZIP archive decompression stream that emits files as they are discovered" (its doc comment), emits
# the entries of the archive with their bytes, or reports an error if it cannot determine the end of an entry.
# Behaviour: if an entry is stored, not deflated, and has its sizes in a data descriptor after it (bit 3 of the flags,
# APPNOTE 4.4.4), Unzip searches it for the next signature. If the entry is a ZIP itself, Unzip ends it at a signature
# inside, emits wrong bytes for it, and emits the entries of the inner archive as entries of the outer one. ondata
# receives no error. unzipSync of the same package is correct.
# Workaround: unzipSync, or a reader that starts at the central directory.
#
# Needs node, python3 (its zipfile makes the archive and reads it back) and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.8.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > make.py <<'PY'
import io, zipfile

class Pipe(io.RawIOBase):  # cannot seek, so zipfile writes data descriptors
    def __init__(self, path):
        self.file = open(path, "wb")
    def writable(self):
        return True
    def write(self, data):
        return self.file.write(data)

inner = io.BytesIO()
with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("conversations.json", '{"title": "a talk"}' * 40)
    z.writestr("user.json", '{"id": "user-1"}')
pipe = Pipe("outer.zip")
with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as z:
    z.writestr("part-1.zip", inner.getvalue())
    z.writestr("readme.txt", "two files")
pipe.file.close()
with zipfile.ZipFile("outer.zip") as z:
    assert z.testzip() is None
    assert z.read("part-1.zip") == inner.getvalue()
    for entry in z.infolist():
        assert entry.flag_bits & 8
        print("expected:  ", entry.filename, entry.file_size)
PY

cat > main.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { Unzip, UnzipInflate, unzipSync } = require("fflate");

const archive = readFileSync("outer.zip");
for (const [name, data] of Object.entries(unzipSync(archive))) console.log("unzipSync: ", name, data.length);
const seen = [];
const unzip = new Unzip((file) => {
  let size = 0;
  file.ondata = (err, data, final) => {
    if (err) throw err;
    size += data.length;
    if (final) seen.push(`${file.name} ${size}`);
  };
  file.start();
});
unzip.register(UnzipInflate);
try {
  unzip.push(archive, true);
} catch (err) {
  console.log("changed: an error is reported:", err.message);
  process.exit(1);
}
for (const entry of seen) console.log("seen:      ", entry);
const sizes = new Map(seen.map((entry) => entry.split(" ")));
if (sizes.has("conversations.json") && Number(sizes.get("part-1.zip")) !== unzipSync(archive)["part-1.zip"].length) {
  console.log("behaviour: Unzip gives wrong bytes for the inner archive, and its entries as those of the outer one");
} else {
  console.log("changed: the entries are those of the central directory");
  process.exitCode = 1;
}
JS

if ! { npm install --no-audit --no-fund "fflate@$version" && python3 make.py >expected ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:    npm fflate $version, node $(node --version)"
cat expected
node main.cjs
