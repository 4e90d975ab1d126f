#!/bin/sh
# github.com/goccy/go-yaml v1.19.2
#
# Expected: a tab between the words of a plain scalar is content: in YAML 1.2, white space inside a line is space or tab
# (productions 33, s-white, and 132, nb-ns-plain-in-line). Unmarshal keeps it, and returns a string that Marshal wrote.
# Behaviour: Unmarshal drops the tab: "a<tab>b" becomes "ab", as a value, a key and in a list. Marshal writes such a
# string as a plain scalar, so a string with a tab does not survive Marshal and Unmarshal of this package.
# go.yaml.in/yaml/v3 reads the same text correctly. No error is reported.
# Workaround: quote the scalar; for your own data, encode with another package or with the option yaml.JSON().
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
	dropped := 0
	for _, text := range []string{
		"name: first\tsecond\n", "first\tsecond: 1\n", "- first\tsecond\n", "- 'first\tsecond'\n",
	} {
		var seen, expected any
		check(yaml.Unmarshal([]byte(text), &seen))
		check(other.Unmarshal([]byte(text), &expected))
		fmt.Printf("Unmarshal(%q): expected %q (as yaml/v3), seen %q\n", text, fmt.Sprint(expected), fmt.Sprint(seen))
		if fmt.Sprint(seen) != fmt.Sprint(expected) {
			dropped++
		}
	}
	const value = "first\tsecond"
	text, err := yaml.Marshal([]string{value})
	check(err)
	var back []string
	check(yaml.Unmarshal(text, &back))
	fmt.Printf("Marshal and Unmarshal of %q: written as %q, expected %q, seen %q\n", value, text, value, back[0])
	if dropped == 3 && back[0] == "firstsecond" {
		fmt.Println("behaviour: the tab inside of a plain scalar is dropped, also of one that Marshal wrote")
		return
	}
	fmt.Println("changed: texts that lose their tab:", dropped)
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
