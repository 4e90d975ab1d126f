#!/bin/sh
# npm dotignore 0.1.2
#
# Expected: shouldIgnore reports whether a file is ignored; the text "should conform to the .gitignore specification"
# (README). In it, * matches a leading dot too, and "**/" and "/**/" match zero or more folders (gitignore(5)).
# Behaviour: *.png does not ignore the file .a.png, nor * the file .keep. **/b.png does not ignore b.png at the top, and
# a/**/b.png not a/b.png. No error is reported.
# Workaround: npm ignore.
#
# Needs node, git and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.1.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import dotignore from "dotignore";

execFileSync("git", ["init", "-q", "repository"]);
const seen = [];
for (const [pattern, file] of [["*.png", "a.png"], ["**/b.png", "a/b.png"], ["*.png", ".a.png"], ["*", ".keep"],
  ["**/b.png", "b.png"], ["a/**/b.png", "a/b.png"]]) {
  writeFileSync("repository/.gitignore", pattern + "\n");
  const git = spawnSync("git", ["check-ignore", "-q", "--no-index", file], { cwd: "repository" }).status;
  const got = dotignore.createMatcher(pattern).shouldIgnore(file);
  console.log(`${pattern}, ${file}: expected (and git) ${git === 0}, seen ${got}`);
  if (git !== 0) {
    console.log("error: git does not ignore it");
    process.exit(2);
  }
  seen.push(got);
}
if (!seen[0] || !seen[1]) {
  console.log("error: other patterns do not match either");
  process.exit(2);
}
if (seen.slice(2).some((s) => s)) {
  console.log("changed");
  process.exit(1);
}
console.log("behaviour: hidden files are not ignored, and ** is at least one folder");
JS

if ! npm install --no-audit --no-fund --ignore-scripts "dotignore@$version" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm dotignore $version, node $(node --version)"
node main.mjs
