#!/bin/sh
# npm tarparser 0.0.5
#
# Expected: the name of an entry is that which was written: "both short and long file names" are supported (README). The
# fields name and prefix of a tar header have 100 and 155 bytes and end at a NUL only if they are shorter; the path is
# prefix, a slash and name (POSIX, "ustar Interchange Format").
# Behaviour: the last byte of a name of 100 bytes is cut off, so that x.png is x.pn, and a path that needs the prefix
# has no slash after it: photos/a.png becomes photosa.png. untar.js 0.3.0 joins them without the slash as well, and
# leaves out empty files. Contents are correct. No error is reported. modern-tar 0.8.6 returns all names unchanged.
# Workaround: modern-tar, or tar-stream.
#
# Needs node, tar (GNU) and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.0.5
untar=0.3.0
modern=0.8.6
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { execFileSync } = require("child_process");
const fs = require("fs");
const path = require("path");

const short = "a.png";
const hundred = `${"h".repeat(95)}.png9`;
const deep = `${"p".repeat(60)}/${"n".repeat(60)}.png`;
const empty = "empty";

// brief replaces each long row of one letter by three of it and its length.
const brief = (name) => name.replace(/(.)\1{9,}/g, (run, letter) => `${letter.repeat(3)}(${run.length})`);

async function main() {
  const { parseTar } = await import("tarparser");
  const { unpackTar } = await import("modern-tar");
  const { untar } = require("untar.js");
  const names = [short, hundred, deep, empty];
  for (const name of names) {
    fs.mkdirSync(path.dirname(name), { recursive: true });
    fs.writeFileSync(name, name === empty ? "" : "picture");
  }
  const bytes = new Uint8Array(execFileSync("tar", ["--format=ustar", "-c", ...names]));
  const seen = {
    "modern-tar": (await unpackTar(bytes)).map((entry) => entry.header.name),
    tarparser: (await parseTar(bytes)).map((entry) => entry.name),
    "untar.js": untar(bytes.buffer).map((entry) => entry.filename.replace(/\0+$/, "")),
  };
  console.log("expected:  ", names.map(brief).join(" "));
  for (const [library, list] of Object.entries(seen)) console.log(`${library}:`.padEnd(12), list.map(brief).join(" "));
  if (seen["modern-tar"].join() !== names.join()) throw new Error("modern-tar returns other names");
  if (seen.tarparser[0] !== short || seen["untar.js"][0] !== short) throw new Error("a short name is wrong too");
  if (seen.tarparser.join() !== [short, hundred.slice(0, -1), deep.replace("/", ""), empty].join() ||
    seen["untar.js"].join() !== [short, hundred, deep.replace("/", "")].join()) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: the last byte of a full name and the slash after the prefix are lost");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "tarparser@$version" "untar.js@$untar" "modern-tar@$modern" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm tarparser $version, node $(node --version)"
node main.cjs
