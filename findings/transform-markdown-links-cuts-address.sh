#!/bin/sh
# npm transform-markdown-links 2.1.0
#
# Expected: the function is called with the "URL of the link" (README) for each link of a Markdown text, and only the
# addresses of links are changed. A title, and the angle brackets around an address with spaces, are not part of the
# address, which may have parentheses in pairs; code has no links (CommonMark 0.31.2, 6.1 and 6.3).
# Behaviour: the title and the angle brackets are given to the function as part of the address and are lost in the
# result; an address with parentheses is cut at the first closing one, so that its end becomes text of the page; and
# code is changed. A link that has a bracket in its text is not changed. No error is reported.
# Workaround: remark, or markdown-it with the positions of its tokens.
#
# Needs node and the npm registry; markdown-it 15.0.3 finds the links of the same texts.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.1.0
markdownit=15.0.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
async function main() {
  const MarkdownIt = await import("markdown-it");
  const imported = await import("transform-markdown-links");
  const transform = imported.default.default ?? imported.default;
  const parser = new MarkdownIt.default();

  // expected returns the addresses of the links and pictures of a text.
  const expected = (text) => parser.parse(text, {}).flatMap((block) => block.children ?? [])
    .flatMap((token) => [token.attrGet("href") ?? token.attrGet("src")]).filter(Boolean).map(decodeURI).join(", ");
  // seen returns those that the library finds, and the text with a new one.
  const seen = (text) => {
    const found = [];
    const result = transform(text, (address) => {
      found.push(address);
      return "new";
    });
    return [found.join(", "), result];
  };

  let present = true;
  for (const [text, behaviour, result] of [
    ["[text](page.md)", "page.md", "[text](new)"],
    ['![text](a.png "title")', 'a.png "title"', "![text](new)"],
    ["[text](<a b.png>)", "<a b.png>", "[text](new)"],
    ["[text](photo_(1).png)", "photo_(1", "[text](new).png)"],
    ["`[text](a.png)`", "a.png", "`[text](new)`"],
    ["[text \\] more](a.png)", "", "[text \\] more](a.png)"],
  ]) {
    const [found, changed] = seen(text);
    console.log(`${text}: expected (and markdown-it) ${expected(text) || "none"}; seen ${found || "none"}, ${changed}`);
    if (text === "[text](page.md)" && found !== expected(text)) throw new Error("a plain link is wrong too");
    if (text !== "[text](page.md)" && found === expected(text)) present = false;
    present &&= found === behaviour && changed === result;
  }
  if (!present) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  console.log("behaviour: addresses are cut or have too much, and code is changed");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "transform-markdown-links@$version" "markdown-it@$markdownit" \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm transform-markdown-links $version, node $(node --version)"
node main.cjs
