#!/bin/sh
# npm remark 15.0.1 and npm prettier 3.10.1
#
# Expected: who formats notes by remark or Prettier gets notes that mean the same. Obsidian shows a picture for
# ![[picture.png]] and a callout for > [!note]; to CommonMark, both are plain text.
# Behaviour: remark writes !\[\[picture.png]] and > \[!note]: Obsidian then shows the brackets, and no picture, link or
# callout; other tools take the picture for unused. Prettier leaves them alone, but changes asterisks in the name of a
# file to underscores: ![[a *b*.png]] becomes ![[a _b_.png]], which is another file. No warning is printed.
# Workaround: format such notes by Prettier, if no name has asterisks.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=15.0.1
prettier=3.10.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { format } from "prettier";
import { remark } from "remark";

const notes = {
  picture: "![[picture.png]]",
  link: "[[Other note]]",
  callout: "> [!note] Title",
  asterisks: "![[a *b*.png]]",
};

try {
  const seen = {};
  for (const [name, text] of Object.entries(notes)) {
    const byRemark = String(await remark().process(text)).trim();
    const byPrettier = (await format(text, { parser: "markdown" })).trim();
    console.log(`${name}: expected ${text}; remark ${byRemark}; Prettier ${byPrettier}`);
    seen[name] = [byRemark === text, byPrettier === text].map((same) => (same ? "same" : "changed")).join(", ");
  }
  const all = Object.values(seen).join("; ");
  if (all === "changed, same; changed, same; changed, same; changed, changed") {
    console.log("behaviour: remark escapes wiki links, and Prettier changes a name with asterisks");
  } else {
    console.log("changed:", all);
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "remark@$version" "prettier@$prettier" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm remark $version, prettier $prettier, node $(node --version)"
node main.mjs
