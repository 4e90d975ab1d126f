#!/bin/sh
# github.com/riverqueue/river v0.51.2
#
# Expected: of two jobs with UniqueOpts.ByArgs the second one is skipped if the fields that are tagged river:"unique"
# are equal. Structs in the arguments are followed as encoding/json writes them.
# Behaviour: two kinds of tagged fields are left out of the key, so that a job of another file counts as a duplicate:
#  - those of an embedded struct that has a name in its json tag. encoding/json writes it as an object of that name,
#    but River looks for the fields beside it. Without another tagged field, all jobs of the kind are the same.
#  - those of the second of two fields of one struct type. River takes the type for a recursive one. A move of a.png
#    from inbox to trash, and one from inbox to archive, are the same job.
# Insert returns no error; the job is lost, unless the caller looks at UniqueSkippedAsDuplicate.
# Workaround: tag fields of the arguments' own struct only, or have no tag, so that all arguments count.
#
# Needs go, the Go module proxy, apt-get, dpkg and the Debian 12 archive, whose PostgreSQL 15 runs as an unprivileged
# user on a Unix socket in the temporary folder.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.51.2
dir=$(mktemp -d)
stop() {
	[ ! -f "$dir/data/postmaster.pid" ] || kill "$(head -1 "$dir/data/postmaster.pid")" 2>/dev/null || true
	rm -rf "$dir" 2>/dev/null || { sleep 1 && rm -rf "$dir"; }
}
trap stop EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

type place struct {
	Path string `json:"path" river:"unique"`
}

// Place is a place as an embedded struct.
type Place place

type flat struct {
	Path string `json:"path" river:"unique"`
}

func (flat) Kind() string { return "flat" }

type embedded struct {
	Place
}

func (embedded) Kind() string { return "embedded" }

type named struct {
	Place `json:"place"`
}

func (named) Kind() string { return "named" }

type move struct {
	From place `json:"from"`
	To   place `json:"to"`
}

func (move) Kind() string { return "move" }

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func main() {
	ctx := context.Background()
	db, err := pgxpool.New(ctx, "host="+os.Args[1]+" user=postgres database=postgres")
	check(err)
	driver := riverpgxv5.New(db)
	migrator, err := rivermigrate.New(driver, nil)
	check(err)
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	check(err)
	client, err := river.NewClient(driver, &river.Config{})
	check(err)
	opts := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
	// lost inserts the jobs and returns how many are skipped.
	lost := func(title string, jobs ...river.JobArgs) (skipped int) {
		for _, job := range jobs {
			result, err := client.Insert(ctx, job, opts)
			check(err)
			if result.UniqueSkippedAsDuplicate {
				skipped++
			}
		}
		var stored int
		check(db.QueryRow(ctx, "select count(*) from river_job where kind = $1", jobs[0].Kind()).Scan(&stored))
		fmt.Printf("%-38s expected %d jobs, seen %d\n", title, len(jobs), stored)
		if stored+skipped != len(jobs) {
			check(fmt.Errorf("%d jobs are stored, and %d skipped", stored, skipped))
		}
		return skipped
	}
	a, b := Place{"inbox/a.png"}, Place{"inbox/b.png"}
	good := lost("2 files, field of the arguments:", flat{a.Path}, flat{b.Path}) +
		lost("2 files, embedded struct:", embedded{a}, embedded{b})
	inner := lost("2 files, embedded struct with a name:", named{a}, named{b})
	second := lost("2 moves of a file, 2 structs:", move{place(a), place{"trash/a.png"}},
		move{place(a), place{"archive/a.png"}})
	if good != 0 {
		check(fmt.Errorf("different jobs are skipped in all cases"))
	}
	if inner != 1 || second != 1 {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: a job of another file, and a move to another place, are skipped as duplicates")
}
GO

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
# plain runs a command as a user for whom PostgreSQL starts.
plain() {
	if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
if ! { go mod init finding && go get "github.com/riverqueue/river@$version" \
	"github.com/riverqueue/river/riverdriver/riverpgxv5@$version" && go mod tidy && go build -o finding . &&
	fetch postgresql-15 ; } >log 2>&1; then
	cat log
	exit 2
fi
bin=$dir/root/usr/lib/postgresql/15/bin
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so.*' -exec dirname {} \; | sort -u | paste -sd: -)
export LD_LIBRARY_PATH
chmod 755 "$dir"
mkdir data socket
[ "$(id -u)" != 0 ] || chown 65534:65534 data socket
if ! { plain "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync &&
	plain "$bin/pg_ctl" -D "$dir/data" -w -o "-k $dir/socket -c listen_addresses= -c fsync=off" -l "$dir/data/log" start
} >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/riverqueue/river $version, $("$bin/postgres" --version), $(go env GOVERSION)"
./finding "$dir/socket"
