#!/bin/sh
# npm node-html-markdown 2.0.0 and npm html-to-md 0.8.8
#
# Expected: a picture in HTML is a picture in the Markdown. An address with a space or a parenthesis is written as
# <my picture.png>, my%20picture.png or a\(1.png (CommonMark 0.31, "Links").
# Behaviour: the address is written as it is: ![a](my picture.png) is text in CommonMark, and so is a picture with a "]"
# in its alternative text. The picture is lost, and so is each link to such a file. Pages and notes that refer to saved
# files have such names. No error is reported. turndown and html-to-markdown (Go) escape them.
# Workaround: percent-encode src and href before the conversion.
#
# Needs node and the npm registry; npm markdown-it 15.0.3 reads the Markdown, and npm turndown 7.2.5 compares.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.0.0
htmltomd=0.8.8
markdownit=15.0.3
turndown=7.2.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import MarkdownIt from "markdown-it";
import { NodeHtmlMarkdown } from "node-html-markdown";
import htmlToMd from "html-to-md";
import TurndownService from "turndown";

const converters = {
  turndown: (html) => new TurndownService().turndown(html),
  "node-html-markdown": (html) => NodeHtmlMarkdown.translate(html),
  "html-to-md": (html) => htmlToMd(html),
};
const cases = {
  "plain name": '<p><img src="picture.png" alt="a"></p>',
  space: '<p><img src="my picture.png" alt="a"></p>',
  parenthesis: '<p><img src="a(1.png" alt="a"></p>',
  bracket: '<p><img src="a.png" alt="a ] b"></p>',
};

try {
  const lost = {};
  for (const [name, convert] of Object.entries(converters)) {
    lost[name] = [];
    for (const [about, html] of Object.entries(cases)) {
      const markdown = convert(html);
      const picture = new MarkdownIt().render(markdown).includes("<img ");
      console.log(`${name}, ${about}: expected a picture, seen ${picture ? "a picture" : "text"}: ${markdown}`);
      if (!picture) lost[name].push(about);
    }
  }
  if (lost.turndown.length > 0) throw new Error("turndown loses pictures too");
  const all = "space parenthesis bracket";
  if (lost["node-html-markdown"].join(" ") === all && lost["html-to-md"].join(" ") === all) {
    console.log("behaviour: pictures with such names become text");
  } else {
    console.log("changed");
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! npm install --no-audit --no-fund --ignore-scripts "node-html-markdown@$version" "html-to-md@$htmltomd" \
	"markdown-it@$markdownit" "turndown@$turndown" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm node-html-markdown $version, html-to-md $htmltomd, node $(node --version)"
node main.mjs
