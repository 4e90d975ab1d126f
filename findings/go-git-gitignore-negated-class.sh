#!/bin/sh
# github.com/go-git/go-git/v5 v5.19.3, package plumbing/format/gitignore
#
# Expected: the package "support[s] all pattern formats as specified in the original gitignore documentation" and
# repeats that git treats a pattern as a shell glob for fnmatch(3) (doc.go). There, as in glob(7) and POSIX, [!a] is any
# character except a: git ignores b.log and keeps a.log.
# Behaviour: Match returns the reverse. With the pattern "[!a].log" it ignores a.log and keeps b.log, because it reads
# [!a] as the two characters ! and a. The code passes the pattern to filepath.Match, which writes the negation as ^. No
# error is reported.
# Workaround: write [^a], which git reads in the same way, or call git check-ignore.
#
# Needs go, git and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v5.19.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// git reports whether git itself ignores the file.
func git(pattern, name string) bool {
	check(os.WriteFile("tree/.gitignore", []byte(pattern+"\n"), 0o600))
	err := exec.Command("git", "-C", "tree", "check-ignore", "-q", "--no-index", name).Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return false
	}
	check(err)
	return true
}

func main() {
	check(exec.Command("git", "init", "-q", "tree").Run())
	wrong, right := 0, 0
	for _, pattern := range []string{"[!a].log", "[^a].log", "/img[!0-9].png"} {
		matcher := gitignore.NewMatcher([]gitignore.Pattern{gitignore.ParsePattern(pattern, nil)})
		for _, name := range []string{"a.log", "b.log", "img1.png", "imgX.png"} {
			expected, seen := git(pattern, name), matcher.Match([]string{name}, false)
			fmt.Printf("%-15s %-9s git ignores it: %-6v go-git ignores it: %v\n", pattern, name, expected, seen)
			if expected == seen {
				right++
			} else {
				wrong++
			}
		}
	}
	if wrong == 4 && right == 8 {
		fmt.Println("behaviour: go-git ignores what [!...] excepts and keeps what it matches")
		return
	}
	fmt.Println("changed: answers that differ from git's:", wrong)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/go-git/go-git/v5@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/go-git/go-git/v5 $version, $(go env GOVERSION), $(git --version)"
./finding
