#!/bin/sh
# github.com/araddon/dateparse v0.0.0-20210429162001-6b43995a97de
#
# Expected: ParseAny parses "an unknown date format, detect the layout", or returns an error. The README lists formats
# with PM ("8/8/1965 01:00 PM", "May 8, 2009 5:57:51 PM").
# Behaviour: an hour with PM and without minutes is read as seconds: "April 2 2025 5pm" is five seconds past noon. A
# time alone, "12:30 PM", is the 30th of December of the year 0. No error is reported. With minutes and a date the
# result is correct.
# Workaround: time.Parse with the permitted layouts.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.0.0-20210429162001-6b43995a97de
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/araddon/dateparse"
)

func main() {
	const form = "2006-01-02 15:04:05"
	seen := map[string]string{}
	for _, c := range [][2]string{
		{"April 2 2025 5:00pm", "2025-04-02 17:00:00"},
		{"April 2 2025 5pm", "2025-04-02 17:00:00, or an error"},
		{"12:30 PM", "12:30:00, or an error"},
	} {
		at, err := dateparse.ParseAny(c[0])
		if err != nil {
			seen[c[0]] = "error: " + err.Error()
		} else {
			seen[c[0]] = at.Format(form)
		}
		fmt.Printf("%-22q expected %s; seen %s\n", c[0], c[1], seen[c[0]])
	}
	if seen["April 2 2025 5:00pm"] != "2025-04-02 17:00:00" {
		fmt.Println("error: the time with minutes is not right either")
		os.Exit(2)
	}
	if seen["April 2 2025 5pm"] == "2025-04-02 12:00:05" && seen["12:30 PM"] == "0000-12-30 12:00:00" {
		fmt.Println("behaviour: 5pm is five seconds past noon, and 12:30 PM is a day")
		return
	}
	fmt.Println("changed: other times, or an error")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/araddon/dateparse@$version" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/araddon/dateparse $version, $(go env GOVERSION)"
./finding
