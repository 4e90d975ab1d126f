#!/bin/sh
# github.com/goccy/go-yaml v1.19.2
#
# Expected: the lines of a folded scalar (>) are joined by a space (YAML 1.2.2, 8.1.3), whether or not the file ends
# with a line break. The lines of a quoted scalar are joined in the same way (7.3.1, 7.3.2), and a line break is LF, CR
# LF or CR (5.4).
# Behaviour: a quoted scalar over two lines is folded in a file with LF, and keeps its line break in one with CR LF. A
# folded scalar that ends the file without a line break, and whose last line is one character, keeps the line break
# before it; with a line break at the end of the file it is folded. go.yaml.in/yaml/v3 folds them all. No error is
# reported.
# Workaround: end the file with a line break, and convert CR LF to LF before parsing.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.19.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/goccy/go-yaml"
	other "go.yaml.in/yaml/v3"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func main() {
	kept := ""
	for _, text := range []string{
		"a: >-\n  one\n  2\n", "a: >-\n  one\n  2",
		"a: \"one\n  2\"\n", "a: \"one\r\n  2\"\r\n", "a: 'one\r\n  2'\r\n", "a: one\r\n  2\r\n",
	} {
		var seen, expected struct{ A string }
		check(yaml.Unmarshal([]byte(text), &seen))
		check(other.Unmarshal([]byte(text), &expected))
		fmt.Printf("%-24q expected %q (as yaml/v3), seen %q\n", text, expected.A, seen.A)
		if expected.A != "one 2" {
			fmt.Println("error: yaml/v3 does not fold it either")
			os.Exit(2)
		}
		switch seen.A {
		case "one 2":
			kept += "."
		case "one\n2":
			kept += "K"
		default:
			kept += "?"
		}
	}
	if kept == ".K.KK." {
		fmt.Println("behaviour: not folded in quotes with CR LF, nor before a last line of one character")
		return
	}
	fmt.Println("changed: (K is a line break kept)", kept)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/goccy/go-yaml@$version" go.yaml.in/yaml/v3@v3.0.6 &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/goccy/go-yaml $version, $(go env GOVERSION)"
./finding
