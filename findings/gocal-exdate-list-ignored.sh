#!/bin/sh
# github.com/apognu/gocal v0.9.1
#
# Expected: recurring rules and "overrides (EXDATEs and RECURRENCE-ID overrides)" are handled (README). EXDATE may list
# several dates with commas (RFC 5545, 3.8.5.1: exdtval *("," exdtval)), and BYMONTH=12 means December only (3.3.10).
# Behaviour: an EXDATE with two dates excludes neither of them, since the list is parsed as one date and the error of it
# is dropped: events that were cancelled are returned. BYMONTH is searched for the digits of each month: 12 also has
# the events of January (1) and February (2). No error is reported.
# Workaround: give RRULE and EXDATE to github.com/teambition/rrule-go and compute the events with that.
#
# Needs go and the Go module proxy; rrule-go v1.8.2 expands the same rules.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.9.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/apognu/gocal"
	"github.com/teambition/rrule-go"
)

var from = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
var to = time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// seen gives the days in 2026 of an event with these lines, as gocal returns them.
func seen(lines []string) string {
	calendar := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN", "BEGIN:VEVENT", "UID:1",
		"DTSTAMP:20260101T000000Z", "DURATION:PT1H"}, lines...)
	calendar = append(calendar, "END:VEVENT", "END:VCALENDAR", "")
	parser := gocal.NewParser(strings.NewReader(strings.Join(calendar, "\r\n")))
	parser.Start, parser.End = &from, &to
	check(parser.Parse())
	var days []string
	for _, event := range parser.Events {
		days = append(days, event.Start.Format("2 Jan"))
	}
	return strings.Join(days, ", ")
}

// expected gives the days of the same lines that rrule-go returns.
func expected(lines []string) string {
	set, err := rrule.StrToRRuleSet(strings.Join(lines, "\n"))
	check(err)
	var days []string
	for _, at := range set.Between(from, to, true) {
		days = append(days, at.Format("2 Jan"))
	}
	return strings.Join(days, ", ")
}

func main() {
	daily, monthly := "RRULE:FREQ=DAILY;UNTIL=20260108T093000Z", "RRULE:FREQ=MONTHLY;UNTIL=20261231T000000Z"
	cases := []struct{ lines, behaviour string }{
		{daily + " EXDATE:20260106T090000Z EXDATE:20260107T090000Z", "5 Jan, 8 Jan"},
		{daily + " EXDATE:20260106T090000Z,20260107T090000Z", "5 Jan, 6 Jan, 7 Jan, 8 Jan"},
		{monthly + ";BYMONTH=3", "5 Mar"},
		{monthly + ";BYMONTH=12", "5 Jan, 5 Feb, 5 Dec"},
	}
	present := true
	for _, test := range cases {
		lines := append([]string{"DTSTART:20260105T090000Z"}, strings.Fields(test.lines)...)
		days := seen(lines)
		fmt.Println(test.lines)
		fmt.Printf("  expected (and rrule-go) %s\n  seen                    %s\n", expected(lines), days)
		present = present && days == test.behaviour
	}
	if !present {
		fmt.Println("changed: other days are returned")
		os.Exit(1)
	}
	fmt.Println("behaviour: a list of excluded dates is ignored, and December's rule has January and February")
}
GO

if ! { go mod init finding && go get "github.com/apognu/gocal@$version" github.com/teambition/rrule-go@v1.8.2 &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/apognu/gocal $version, $(go env GOVERSION)"
./finding
