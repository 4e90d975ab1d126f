#!/bin/sh
# npm tar-stream 3.2.2, npm modern-tar 0.8.6 and npm decompress 4.2.1
#
# Expected: a file that GNU tar --sparse has stored is read as it was, or refused. GNU tar stores only the parts of such
# a file that are not zeros (type S of its own format), as in backups of disk images and databases.
# Behaviour: all three return the stored parts alone, without an error: of a file of 1 MiB with "harbour" in its middle,
# 4096 bytes with "harbour" at another place. tar-stream gives the entry the type null and decompress passes it on;
# modern-tar calls it a file. Python's tarfile returns the whole file.
# Workaround: refuse entries of another type than file in tar-stream; write archives without --sparse.
#
# Needs node, the npm registry, GNU tar and python3.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.2.2
moderntar=0.8.6
decompress=4.2.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { closeSync, createReadStream, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import decompress from "decompress";
import { unpackTar } from "modern-tar";
import tar from "tar-stream";

const readers = {
  "tar-stream": () => new Promise((resolve, reject) => {
    const extract = tar.extract();
    let seen;
    extract.on("entry", (header, stream, next) => {
      const chunks = [];
      stream.on("data", (chunk) => chunks.push(chunk));
      stream.on("end", () => {
        seen = { type: header.type, data: Buffer.concat(chunks) };
        next();
      });
    });
    extract.on("finish", () => resolve(seen)).on("error", reject);
    createReadStream("a.tar").pipe(extract);
  }),
  "modern-tar": async () => {
    const [entry] = await unpackTar(readFileSync("a.tar"));
    return { type: entry.header.type, data: Buffer.from(entry.data ?? []) };
  },
  decompress: async () => {
    const [entry] = await decompress("a.tar");
    return { type: entry.type, data: entry.data };
  },
};

try {
  const file = openSync("disk.img", "w");
  ftruncateSync(file, 1 << 20);
  writeSync(file, "harbour", 500000);
  closeSync(file);
  execFileSync("tar", ["--format=gnu", "--sparse", "-cf", "a.tar", "disk.img"]);
  const python = execFileSync("python3", ["-c",
    "import tarfile; print(len(tarfile.open('a.tar').extractfile('disk.img').read()))"], { encoding: "utf8" }).trim();
  console.log("expected 1048576 bytes, or an error; Python reads", python);
  if (readFileSync("a.tar").length > 100000 || python !== "1048576") throw new Error("the file is not stored sparse");
  let cut = 0;
  for (const [name, read] of Object.entries(readers)) {
    const seen = await read().catch((err) => ({ error: err.message }));
    console.log(`${name}: ` + (seen.error ?? `${seen.data.length} bytes, type ${seen.type}, harbour at ` +
      seen.data.indexOf("harbour")));
    if (seen.data && seen.data.length < 10000 && seen.data.includes("harbour")) cut++;
  }
  if (cut === 3) {
    console.log("behaviour: a sparse file is cut without an error");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "tar-stream@$version" "modern-tar@$moderntar" \
	"decompress@$decompress" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm tar-stream $version, modern-tar $moderntar, decompress $decompress, node $(node --version)"
node main.mjs
