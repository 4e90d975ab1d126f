#!/bin/sh
# github.com/monochromegane/go-gitignore v0.0.0-20200626010858-205db1a8cc00
#
# Expected: Match reports whether git ignores a file. A leading "**/" means "match in all directories", the top one
# among them, and "a/**/b" matches zero or more folders (gitignore(5), "Pattern format"). A backslash before ! or a
# space is removed.
# Behaviour: "**/build" does not match build at the top, and "deep/**/c.png" matches one folder in between and not
# two. "\\!x.png" and "trail\\ .png" match nothing, as the backslash is kept. No error is reported.
# Workaround: git check-ignore; or write both forms of each pattern.
#
# Needs go, git and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.0.0-20200626010858-205db1a8cc00
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	gitignore "github.com/monochromegane/go-gitignore"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func main() {
	base, err := filepath.Abs("repo")
	check(err)
	check(exec.Command("git", "init", "-q", base).Run())
	cases := []struct {
		pattern, path string
		folder        bool
		missed        bool
	}{
		{"**/build", "src/build", true, false},
		{"**/build", "build", true, true},
		{"deep/**/c.png", "deep/a/c.png", false, false},
		{"deep/**/c.png", "deep/a/b/c.png", false, true},
		{`\!x.png`, "!x.png", false, true},
		{`trail\ .png`, "trail .png", false, true},
	}
	for _, c := range cases {
		check(os.WriteFile("repo/.gitignore", []byte(c.pattern+"\n"), 0o600))
		cmd := exec.Command("git", "check-ignore", "-q", "--no-index", c.path)
		cmd.Dir = base
		if err := cmd.Run(); err != nil {
			check(fmt.Errorf("git: %q does not match %q", c.pattern, c.path))
		}
		m := gitignore.NewGitIgnoreFromReader(base, strings.NewReader(c.pattern+"\n"))
		seen := m.Match(filepath.Join(base, c.path), c.folder)
		fmt.Printf("%q matches %q: expected (and git) true, seen %v\n", c.pattern, c.path, seen)
		if seen == c.missed {
			fmt.Println("changed")
			os.Exit(1)
		}
	}
	fmt.Println("behaviour: ** is exactly one folder, and a backslash is kept")
}
GO

if ! { go mod init finding && go get "github.com/monochromegane/go-gitignore@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/monochromegane/go-gitignore $version, $(go env GOVERSION)"
./finding
