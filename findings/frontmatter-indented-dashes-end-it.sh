#!/bin/sh
# github.com/adrg/frontmatter v0.2.0
#
# Expected: the front matter of a note ends at a line --- that begins in the first column. Indented dashes are text, for
# instance of a literal scalar (YAML 1.2.2, 9.1.2: a marker is at the start of a line). npm gray-matter 4.0.3 reads it
# this way.
# Behaviour: Parse trims each line before it compares it, so a line of three dashes in an indented text ends the front
# matter. The value is cut there, the fields after it are lost, and the rest of the front matter becomes part of the
# note. No error is reported.
# Workaround: search for the marker in your own code, and pass the part before it to a YAML package.
#
# Needs go, node, the Go module proxy and the npm registry (for gray-matter, for comparison).
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > note.md <<'MD'
---
summary: |
  first
  ---
  second
keep: true
---
The note.
MD

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/adrg/frontmatter"
)

func main() {
	file, err := os.Open("note.md")
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	defer file.Close()
	var fields struct {
		Summary string `yaml:"summary"`
		Keep    bool   `yaml:"keep"`
	}
	note, err := frontmatter.Parse(file, &fields)
	if err != nil {
		fmt.Println("changed: an error is reported:", err)
		os.Exit(1)
	}
	fmt.Printf("seen:        summary %q, keep %v, note %q\n", fields.Summary, fields.Keep, note)
	if fields.Summary == "first\n" && !fields.Keep && string(note) == "  second\nkeep: true\n---\nThe note.\n" {
		fmt.Println("behaviour: dashes in an indented text end the front matter")
		return
	}
	fmt.Println("changed: the front matter is read otherwise")
	os.Exit(1)
}
GO

cat > other.cjs <<'JS'
const { data, content } = require("gray-matter")(require("node:fs").readFileSync("note.md", "utf8"));
console.log(`gray-matter: summary ${JSON.stringify(data.summary)}, keep ${data.keep}, note ${JSON.stringify(content)}`);
JS

if ! { go mod init finding && go get "github.com/adrg/frontmatter@$version" && go build -o finding . &&
	npm install --no-audit --no-fund gray-matter@4.0.3 ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:     github.com/adrg/frontmatter $version, $(go env GOVERSION)"
printf '%s\n' 'expected:    summary "first\n---\nsecond\n", keep true, note "The note.\n"'
node other.cjs || exit 2
./finding
