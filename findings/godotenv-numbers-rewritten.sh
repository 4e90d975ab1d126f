#!/bin/sh
# github.com/joho/godotenv v1.5.1
#
# Expected: Marshal "outputs the given environment as a dotenv-formatted environment file. Each line is in the format:
# KEY="VALUE" where VALUE is backslash-escaped" (doc comment); Unmarshal gives the values back. They are strings:
# Marshal takes a map[string]string.
# Behaviour: a value that is a number for strconv.Atoi is written as that number, without quotes: 007 comes back as 7,
# +5 as 5, and a secret that begins with zeros is another one. No error is reported.
# Way out: write the file oneself, or keep such values out of it.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is there, 1 it has changed, 2 it could not be tried.
set -eu
version=v1.5.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/joho/godotenv"
)

func main() {
	seen := map[string]string{}
	for _, value := range []string{"plain text", "42", "007", "0123456789", "+5"} {
		text, err := godotenv.Marshal(map[string]string{"SECRET": value})
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(2)
		}
		back, err := godotenv.Unmarshal(text)
		fmt.Printf("%-16q written as %-26s expected %-16q seen %q, error %v\n", value, text, value, back["SECRET"], err)
		seen[value] = back["SECRET"]
	}
	if seen["plain text"] != "plain text" || seen["42"] != "42" {
		fmt.Println("error: plain values are not kept either")
		os.Exit(2)
	}
	if seen["007"] == "7" && seen["0123456789"] == "123456789" && seen["+5"] == "5" {
		fmt.Println("behaviour: leading zeros and signs do not survive Marshal and Unmarshal")
		return
	}
	fmt.Println("changed: more of the values are kept")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/joho/godotenv@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/joho/godotenv $version, $(go env GOVERSION)"
./finding
