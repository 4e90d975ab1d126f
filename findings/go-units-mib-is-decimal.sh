#!/bin/sh
# github.com/docker/go-units v0.5.0
#
# Expected: BytesSize gives 10 MiB as "10MiB" and "MiB" is 1,048,576 bytes (IEC 80000-13), so FromHumanSize, which
# "returns an integer from a human-readable specification of a size using SI standard (eg. "44kB", "17MB")" (doc
# comment), either reads it back as 10,485,760 or refuses it as a unit that is not of the SI.
# Behaviour: FromHumanSize returns 10,000,000: it takes the i for decoration. RAMInBytes does the reverse with "10MB",
# as its doc comment says. No error is reported, and the error grows with the unit: 10 % for a TiB.
# Way out: a parser that knows both kinds of unit, as github.com/dustin/go-humanize does.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is there, 1 it has changed, 2 it could not be tried.
set -eu
version=v0.5.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/docker/go-units"
	"github.com/dustin/go-humanize"
)

func main() {
	wrong := 0
	for _, n := range []int64{10 << 10, 10 << 20, 10 << 30, 10 << 40} {
		text := units.BytesSize(float64(n))
		seen, err := units.FromHumanSize(text)
		other, otherErr := humanize.ParseBytes(text)
		if otherErr != nil {
			fmt.Println("error:", otherErr)
			os.Exit(2)
		}
		fmt.Printf("FromHumanSize(%q): expected %d or an error, seen %d, error %v; go-humanize: %d\n",
			text, n, seen, err, other)
		if err == nil && seen != n && int64(other) == n {
			wrong++
		}
	}
	if wrong == 4 {
		fmt.Println("behaviour: FromHumanSize reads the binary units of BytesSize as decimal ones")
		return
	}
	fmt.Println("changed: sizes that are read as another one:", wrong)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/docker/go-units@$version" github.com/dustin/go-humanize@v1.1.0 &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/docker/go-units $version, $(go env GOVERSION)"
./finding
