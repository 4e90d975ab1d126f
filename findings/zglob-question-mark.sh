#!/bin/sh
# github.com/mattn/go-zglob v0.0.8
#
# Expected: Match reports whether Glob would return the name. In a glob, ? is any one character, and [ab] is a or b
# (path/filepath, Match; glob(7)).
# Behaviour: neither is so: Match("x/a?.png", "x/ab.png") and Match("x/a[a-c].png", "x/ab.png") are false, without an
# error, and Glob reports that the file does not exist. *, ** and {a,b} work.
# Workaround: github.com/bmatcuk/doublestar/v4.
#
# Needs go and the Go module proxy; bmatcuk/doublestar v4.9.1 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.0.8
doublestar=v4.9.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/mattn/go-zglob"
)

func main() {
	if err := os.Mkdir("x", 0o755); err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	if err := os.WriteFile("x/ab.png", nil, 0o644); err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	const name = "x/ab.png"
	var seen []string
	patterns := []string{"x/*.png", "**/*.png", "x/{ab,cd}.png", "x/a?.png", "x/a[a-c].png", "x/[ab]b.png"}
	for _, pattern := range patterns {
		expected, err := doublestar.Match(pattern, name)
		if err != nil || !expected {
			fmt.Println("error: doublestar does not match", pattern, err)
			os.Exit(2)
		}
		match, err := zglob.Match(pattern, name)
		if err != nil {
			fmt.Println("changed:", err)
			os.Exit(1)
		}
		found, err := zglob.Glob(pattern)
		fmt.Printf("%s: expected (and doublestar) true, seen Match %v, Glob %v %v\n", pattern, match, found, err)
		seen = append(seen, fmt.Sprint(match, slices.Contains(found, name)))
	}
	for _, s := range seen[:3] {
		if s != "true true" {
			fmt.Println("error: other patterns do not match either")
			os.Exit(2)
		}
	}
	for _, s := range seen[3:] {
		if s != "false false" {
			fmt.Println("changed")
			os.Exit(1)
		}
	}
	fmt.Println("behaviour: a question mark and a range of characters match no name")
}
GO

if ! { go mod init finding &&
	go get "github.com/mattn/go-zglob@$version" "github.com/bmatcuk/doublestar/v4@$doublestar" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/mattn/go-zglob $version, bmatcuk/doublestar $doublestar, $(go env GOVERSION)"
./finding
