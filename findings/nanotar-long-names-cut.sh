#!/bin/sh
# npm nanotar 0.3.0
#
# Expected: parseTar and createTar keep the names of the files (README: "Easily parse a tar archive", "Easily create a
# new tar archive"), or refuse a name that they cannot keep. Formats for a name of more than 100 bytes are the prefix
# field of ustar and the path record of a pax extended header (POSIX.1, pax); GNU tar and Go's archive/tar write the
# latter for such names.
# Behaviour: parseTar cuts the name of a pax header at its first space: "DALL-E 2024-05-14 ... .webp" is read as
# "DALL-E", and two such files get the same name. createTar cuts every name after 100 bytes, including its extension. No
# error is reported.
# Workaround: another library (npm tar-stream keeps both).
#
# Needs node, GNU tar and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.3.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createTar, parseTar } from "nanotar";

const long = (subject) => `DALL-E 2024-05-14 13.30.04 - A detailed picture of ${subject} in the style of an old map, ` +
  "with a ship, two islands and a sea monster.webp";
const names = [long("a harbour"), long("a lighthouse")];
try {
  mkdirSync("tree");
  for (const name of names) writeFileSync(`tree/${name}`, name);
  execFileSync("tar", ["-C", "tree", "--format=pax", "-cf", "pax.tar", ...names]);
  const listed = execFileSync("tar", ["-tf", "pax.tar"], { encoding: "utf8" }).trim().split("\n");
  const read = parseTar(readFileSync("pax.tar")).map((file) => file.name);
  console.log("parseTar of a pax archive:");
  names.forEach((name, i) => console.log(`  expected ${name}\n  GNU tar  ${listed[i]}\n  seen     ${read[i]}`));

  writeFileSync("made.tar", createTar(names.map((name) => ({ name, data: name }))));
  const made = execFileSync("tar", ["-tf", "made.tar"], { encoding: "utf8" }).trim().split("\n");
  console.log("createTar, listed by GNU tar:");
  names.forEach((name, i) => console.log(`  expected ${name}\n  seen     ${made[i]}`));

  if (listed.join() !== names.join()) throw new Error("GNU tar lists other names");
  if (read.every((name) => name === "DALL-E") && made.every((name, i) => name === names[i].slice(0, 100))) {
    console.log("behaviour: parseTar cuts a long name at its first space, createTar after 100 bytes");
  } else {
    console.log("changed: the names are kept, or cut elsewhere");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund "nanotar@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm nanotar $version, node $(node --version), $(tar --version | head -n 1)"
node main.mjs
