#!/bin/sh
# github.com/sabhiram/go-gitignore v0.0.0-20210923224102-525f6e181f06
#
# Expected: MatchesPath matches as git does; the package comment quotes the rules of gitignore(5). A pattern with a
# slash in its middle is relative to the folder of the file, ? is any one character, and + ( ) $ are themselves.
# Behaviour: patterns become regular expressions without escaping, so that "a+b.png" matches aab.png and not a+b.png,
# and neither "photo (1).png" nor "q$.png" matches the file of that name; ? matches no character or one more of the
# one before it. "doc/a.txt" matches in every folder. A negated pattern with such a name keeps nothing. No error is
# reported.
# Workaround: git check-ignore.
#
# Needs go, git and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.0.0-20210923224102-525f6e181f06
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"os/exec"

	ignore "github.com/sabhiram/go-gitignore"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func main() {
	check(exec.Command("git", "init", "-q", "repo").Run())
	cases := []struct {
		pattern, path string
		git           bool
	}{
		{"a+b.png", "a+b.png", true},
		{"a+b.png", "aab.png", false},
		{"photo (1).png", "photo (1).png", true},
		{"q$.png", "q$.png", true},
		{"img?.png", "img1.png", true},
		{"doc/a.txt", "old/doc/a.txt", false},
	}
	wrong := 0
	for _, c := range cases {
		check(os.WriteFile("repo/.gitignore", []byte(c.pattern+"\n"), 0o600))
		cmd := exec.Command("git", "check-ignore", "-q", "--no-index", c.path)
		cmd.Dir = "repo"
		if git := cmd.Run() == nil; git != c.git {
			check(fmt.Errorf("git: %q matches %q: %v", c.pattern, c.path, git))
		}
		seen := ignore.CompileIgnoreLines(c.pattern).MatchesPath(c.path)
		fmt.Printf("%q matches %q: expected (and git) %v, seen %v\n", c.pattern, c.path, c.git, seen)
		if seen != c.git {
			wrong++
		}
	}
	if wrong == len(cases) {
		fmt.Println("behaviour: names with these characters are not matched, and others are")
		return
	}
	fmt.Println("changed:", wrong, "of", len(cases), "are wrong")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/sabhiram/go-gitignore@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/sabhiram/go-gitignore $version, $(go env GOVERSION)"
./finding
