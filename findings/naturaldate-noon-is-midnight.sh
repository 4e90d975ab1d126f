#!/bin/sh
# github.com/tj/go-naturaldate v1.3.0
#
# Expected: "yesterday at 10am" and "last sunday at 5:30pm" are documented forms (README), so "yesterday at 12pm" is
# yesterday's noon and "yesterday at 12am" the midnight at which it begins. "next month" of 31 January is in February.
# Behaviour: 12am returns noon and 12pm the midnight after it, 12 hours off in both cases: the code adds 12 hours for pm
# and nothing for am, whatever the hour. "next month" and "february" of 31 January are 3 March. No error is reported. A
# limit such as "last friday at 12am" includes half a day more.
# Workaround: write the time with 24 hours (00:00, 12:00), and a day with the name of a month.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.3.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/tj/go-naturaldate"
)

const form = "Mon 2006-01-02 15:04"

func parse(text string, now time.Time) string {
	at, err := naturaldate.Parse(text, now)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	return at.Format(form)
}

func main() {
	wednesday := time.Date(2026, time.March, 11, 9, 0, 0, 0, time.UTC)
	january := time.Date(2026, time.January, 31, 9, 0, 0, 0, time.UTC)
	wrong := ""
	for _, c := range []struct {
		text     string
		now      time.Time
		expected string
	}{
		{"yesterday at 11am", wednesday, "Tue 2026-03-10 11:00"},
		{"yesterday at 11pm", wednesday, "Tue 2026-03-10 23:00"},
		{"yesterday at 12am", wednesday, "Tue 2026-03-10 00:00"},
		{"yesterday at 12pm", wednesday, "Tue 2026-03-10 12:00"},
		{"next month", wednesday, "Sat 2026-04-11 09:00"},
		{"next month", january, "Sat 2026-02-28 09:00"},
	} {
		seen := parse(c.text, c.now)
		fmt.Printf("%s: %-18q expected %s, seen %s\n", c.now.Format(form), c.text, c.expected, seen)
		if seen == c.expected {
			wrong += "."
		} else {
			wrong += "x"
		}
	}
	if wrong == "..xx.x" {
		fmt.Println("behaviour: 12am is noon, 12pm is midnight, and the month after January is March")
		return
	}
	fmt.Println("changed: (x is wrong)", wrong)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/tj/go-naturaldate@$version" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/tj/go-naturaldate $version, $(go env GOVERSION)"
./finding
