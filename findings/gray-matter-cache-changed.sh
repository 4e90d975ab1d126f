#!/bin/sh
# npm gray-matter 4.0.3
#
# Expected: matter(text) returns the front matter of the text. Two notes with the same front matter and text are
# independent, and so are two calls.
# Behaviour: without options, gray-matter keeps each result by its text and returns the same data object again. What
# the caller changed in it, such as a tag that it added to one note, is in the result for each other note with that
# text, and for the same note when it is read anew. A template that is used for many notes is such a text.
# matter(text, {}) returns a new object each time.
# Workaround: pass an object of options, also an empty one.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=4.0.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import matter from "gray-matter";

try {
  const template = "---\ntags:\n  - draft\n---\n";
  const first = matter(template, {});
  first.data.tags.push("trip to the harbour");
  const apart = matter(template, {}).data.tags.join(", ");
  const note = matter(template);
  note.data.tags.push("trip to the harbour");
  note.data.secret = true;
  const other = matter(template);
  console.log("the second call with options {}: expected and seen", apart);
  console.log("the second call without options: expected draft, seen", other.data.tags.join(", "));
  if (apart !== "draft") throw new Error("options make no difference");
  if (other.data.tags.length === 2 && other.data.secret === true) {
    console.log("behaviour: the second result has what was changed in the first");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "gray-matter@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm gray-matter $version, node $(node --version)"
node main.mjs
