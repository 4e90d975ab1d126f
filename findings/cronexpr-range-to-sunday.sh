#!/bin/sh
# github.com/hashicorp/cronexpr v1.1.3 (a fork of github.com/gorhill/cronexpr)
#
# Expected: the "domain for day-of-week field is [0-7] instead of [0-6], 7 being Sunday (like 0)", to comply with
# crontab(5) (README, "Other details"), so 5-7 means Friday, Saturday and Sunday. Debian's cron and
# github.com/adhocore/gronx read it this way.
# Behaviour: Parse accepts 5-7 and drops the Sunday, although 7 alone is Sunday. 1-7, every day, has no Sunday either.
# No error is reported.
# Workaround: write 0,5,6 or SUN,FRI,SAT.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.1.3
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

	"github.com/adhocore/gronx"
	"github.com/hashicorp/cronexpr"
)

// week gives the days of the week from Monday, 1 June 2026, on which the ticks fall.
func week(next func(time.Time) time.Time) string {
	monday := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	var days []string
	for at := next(monday.Add(-time.Minute)); at.Before(monday.AddDate(0, 0, 7)); at = next(at) {
		days = append(days, at.Format("Mon"))
	}
	return strings.Join(days, " ")
}

func main() {
	wrong := 0
	for _, days := range []string{"7", "5-7", "1-7"} {
		expression := "0 3 * * " + days
		parsed, err := cronexpr.Parse(expression)
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(2)
		}
		seen := week(parsed.Next)
		expected := week(func(at time.Time) time.Time {
			next, err := gronx.NextTickAfter(expression, at, false)
			if err != nil {
				fmt.Println("error:", err)
				os.Exit(2)
			}
			return next
		})
		fmt.Printf("%-13q expected (and gronx): %-27s seen: %s\n", expression, expected, seen)
		if seen != expected && seen+" Sun" == expected {
			wrong++
		}
	}
	if wrong == 2 {
		fmt.Println("behaviour: a range of days that ends in 7 has no Sunday")
		return
	}
	fmt.Println("changed: ranges that lose the Sunday:", wrong)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/hashicorp/cronexpr@$version" github.com/adhocore/gronx@v1.20.4 &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:  github.com/hashicorp/cronexpr $version, $(go env GOVERSION)"
./finding
