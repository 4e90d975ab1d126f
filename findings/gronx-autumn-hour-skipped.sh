#!/bin/sh
# github.com/adhocore/gronx v1.20.4
#
# Expected: NextTickAfter "gives next run time from the provided time.Time", so no minute for which IsDue returns true
# lies between the two times. cron(8) of Debian describes the change of clocks in the same way: jobs "which are
# specified with wildcards" continue "based on the new time immediately"; an hourly job runs in both hours that the
# clock calls two.
# Behaviour: when the clock is set back, NextTickAfter skips the first of the two hours. From 01:00 summer time the next
# tick of "0 * * * *" in Berlin is 02:00 winter time, two hours later; "*/15 * * * *" pauses for 75 minutes. IsDue
# reports that 02:00 summer time is due. github.com/robfig/cron/v3 returns both hours. No error is reported.
# Workaround: for a job that is due every hour or more often, call NextTickAfter with a time in UTC.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.20.4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"time"
	_ "time/tzdata"

	"github.com/adhocore/gronx"
	"github.com/robfig/cron/v3"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func main() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	check(err)
	const form = "15:04 MST"
	start := time.Date(2026, time.October, 25, 0, 0, 0, 0, berlin)
	skipped := 0
	for _, expression := range []string{"0 * * * *", "*/15 * * * *"} {
		schedule, err := cron.ParseStandard(expression)
		check(err)
		for at := start; at.Before(start.Add(6 * time.Hour)); {
			next, err := gronx.NextTickAfter(expression, at, false)
			check(err)
			other := schedule.Next(at)
			if !next.Equal(other) {
				job := gronx.New()
				due, err := job.IsDue(expression, other)
				check(err)
				fmt.Printf("%q after %s: expected (and robfig/cron) %s, seen %s, a pause of %s; IsDue says %[6]v\n",
					expression, at.Format(form), other.Format(form), next.Format(form), next.Sub(at), due)
				if due && next.Sub(other) == time.Hour {
					skipped++
				}
			}
			at = next
		}
	}
	if skipped == 2 {
		fmt.Println("behaviour: NextTickAfter jumps over the hour that is repeated when the clock is set back")
		return
	}
	fmt.Println("changed: no hour is skipped")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/adhocore/gronx@$version" github.com/robfig/cron/v3@v3.0.1 &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:  github.com/adhocore/gronx $version, $(go env GOVERSION)"
./finding
