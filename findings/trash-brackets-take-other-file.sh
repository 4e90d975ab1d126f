#!/bin/sh
# npm trash 10.1.1
#
# Expected: trash("image[1].png") moves the file of that name to the trash. Programs give such names to second copies.
# By the README, the input "accepts paths and glob patterns"; a path that exists is a path.
# Behaviour: the path is taken as both. image[1].png is moved to the trash, and image1.png, which the pattern matches,
# with it. With image(1).png only that file is moved. No error or warning is reported.
# Workaround: trash(paths, { glob: false }).
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=10.1.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import trash from "trash";

mkdirSync("files");
process.chdir("files");

// left returns the names of the files that stay when one is moved to the trash.
async function left(name, options) {
  for (const each of ["image1.png", "image[1].png", "image(1).png"]) writeFileSync(each, each);
  await trash(name, options);
  return readdirSync(".").sort().join(", ");
}

try {
  const round = await left("image(1).png");
  const path = await left("image[1].png", { glob: false });
  const square = await left("image[1].png");
  console.log("image(1).png moved:              left", round);
  console.log("image[1].png moved, glob: false: left", path);
  console.log("image[1].png moved: expected     left", path);
  console.log("                    seen         left", square);
  if (round !== "image1.png, image[1].png" || path !== "image(1).png, image1.png") {
    throw new Error("trash does not move one file");
  }
  if (square === "image(1).png") {
    console.log("behaviour: image1.png is moved to the trash too");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "trash@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm trash $version, node $(node --version)"
HOME=$dir/home
XDG_DATA_HOME=$dir/home/.local/share
export HOME XDG_DATA_HOME
mkdir -p "$XDG_DATA_HOME"
node main.mjs
