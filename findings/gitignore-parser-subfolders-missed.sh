#!/bin/sh
# npm gitignore-parser 0.0.2
#
# Expected: denies(path) reports whether a path is "gitignored" (README). A pattern without a slash in its middle
# matches in every folder, ? matches one character and [0-9] a range (gitignore(5), "Pattern format").
# Behaviour: "*.png" is matched in the top folder alone, so that img/a.png is not ignored, and so is "build/". ? and
# [0-9] are taken as the characters themselves, and the backslash of "\\#x.png" too. git check-ignore ignores all of
# them. A list of the files to pack, or to keep, has files that git leaves out. No error is reported.
# Workaround: @gerhobbelt/gitignore-parser 0.2.0-9, a fork, ignores these files.
#
# Needs node, git and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.0.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");

try {
  const cases = [["*.png", "img/a.png"], ["build/", "src/build/x.o"], ["img?.png", "img1.png"],
    ["img[0-9].png", "img1.png"], ["\\#x.png", "#x.png"]];
  execFileSync("git", ["init", "-q", "repo"]);
  let missed = 0;
  for (const [pattern, path] of cases) {
    fs.writeFileSync("repo/.gitignore", pattern + "\n");
    const git = execFileSync("git", ["check-ignore", "--no-index", path], { cwd: "repo" }).toString().trim() !== "";
    const fork = require("@gerhobbelt/gitignore-parser").compile(pattern).denies(path);
    const seen = require("gitignore-parser").compile(pattern).denies(path);
    console.log(`${pattern} ignores ${path}: git ${git}, the fork ${fork}, seen ${seen}`);
    if (git && fork && !seen) missed++;
  }
  if (missed === cases.length) {
    console.log("behaviour: files that git ignores are not ignored");
  } else {
    console.log("changed:", missed, "of", cases.length, "are missed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund "gitignore-parser@$version" @gerhobbelt/gitignore-parser@0.2.0-9 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm gitignore-parser $version, node $(node --version)"
node main.cjs
