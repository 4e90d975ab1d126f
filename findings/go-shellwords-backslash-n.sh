#!/bin/sh
# github.com/mattn/go-shellwords v1.0.16
#
# Expected: the package "parse[s] line as shell words" (README): outside of quotes a backslash takes the meaning of the
# next character away, so \n is n and \t is t (POSIX, Shell Command Language, 2.2.1). sh and github.com/google/shlex do
# so.
# Behaviour: Parse turns \n into a line break and \t into a tab: the word keep\name becomes a word of two lines. No
# error is reported. Other letters lose their backslash as in a shell.
# Way out: github.com/google/shlex or github.com/kballard/go-shellquote.
#
# Needs go, sh and the Go module proxy.
# Exit status: 0 the behaviour is there, 1 it has changed, 2 it could not be tried.
set -eu
version=v1.0.16
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"os/exec"

	"github.com/google/shlex"
	"github.com/mattn/go-shellwords"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func main() {
	wrong := ""
	for _, line := range []string{`keep\ name`, `keep\xname`, `keep\name`, `keep\this`} {
		shell, err := exec.Command("sh", "-c", `printf '%s' `+line).Output()
		check(err)
		other, err := shlex.Split(line)
		check(err)
		seen, err := shellwords.Parse(line)
		check(err)
		fmt.Printf("%-12s expected (sh) %q, shlex %q, seen %q\n", line, shell, other, seen)
		switch {
		case len(other) != 1 || other[0] != string(shell):
			fmt.Println("error: shlex is of another opinion than sh")
			os.Exit(2)
		case len(seen) == 1 && seen[0] == string(shell):
			wrong += "."
		default:
			wrong += "x"
		}
	}
	if wrong == "..xx" {
		fmt.Println(`behaviour: \n and \t are a line break and a tab`)
		return
	}
	fmt.Println("changed: (x is wrong)", wrong)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/mattn/go-shellwords@$version" &&
	go get github.com/google/shlex@v0.0.0-20191202100458-e7afc7fbc510 && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/mattn/go-shellwords $version, $(go env GOVERSION)"
./finding
