#!/bin/sh
# npm @humanwhocodes/gitignore-to-minimatch 1.0.2
#
# Expected: the function "converts a gitignore pattern into a minimatch pattern" (README). The pattern LICENSE ignores
# the file LICENSE in each folder, and notes/todo that file (gitignore(5)): only a slash at the end restricts a pattern
# to folders.
# Behaviour: a pattern without a dot is taken for a folder: LICENSE becomes **/LICENSE/**, which does not match the file
# LICENSE. One with a dot is taken for a file: the folder .cache becomes **/.cache, which matches none of its files. No
# error is reported.
# Workaround: npm ignore.
#
# Needs node and the npm registry; minimatch 9.0.5 matches, and ignore 7.0.5 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.0.2
minimatch=9.0.5
ignore=7.0.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { gitignoreToMinimatch } from "@humanwhocodes/gitignore-to-minimatch";
import ignore from "ignore";
import { minimatch } from "minimatch";

const cases = [["*.png", "a.png"], ["build", "build/a.png"], ["LICENSE", "LICENSE"], ["LICENSE", "docs/LICENSE"],
  ["notes/todo", "notes/todo"], [".cache", ".cache/a.png"]];
const seen = [];
for (const [pattern, file] of cases) {
  const expected = ignore().add(pattern).ignores(file);
  const converted = gitignoreToMinimatch(pattern);
  const got = minimatch(file, converted, { dot: true });
  console.log(`${pattern} is ${converted}; ${file}: expected (and ignore) ${expected}, seen ${got}`);
  if (!expected) {
    console.log("error: ignore does not ignore it");
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
console.log("behaviour: a dot in the name decides whether a pattern is for files or for folders");
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@humanwhocodes/gitignore-to-minimatch@$version" \
	"minimatch@$minimatch" "ignore@$ignore" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @humanwhocodes/gitignore-to-minimatch $version, node $(node --version)"
node main.mjs
