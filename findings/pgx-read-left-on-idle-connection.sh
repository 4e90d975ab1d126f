#!/bin/sh
# github.com/jackc/pgx/v5 v5.13.0
#
# Expected: a connection on which nothing is asked has no Read under way: the last answer was read to its end
# (ReadyForQuery). So a net.Conn of Config.DialFunc that limits the time of each Read limits the time of a query.
# Behaviour: if Write returns 15 ms or more after its call, as on a busy machine, pgconn reads in the background. If the
# answer is there before Write returns, that reader goes on to another Read, which stays pending after Query or Exec has
# returned. A net.Conn with a limit for each Read then times out on an idle connection, and its pool loses it. A query
# that is sent later continues that Read: its time counts from the end of the query before.
# Workaround: count the time of a Read from the last Write, or use deadlines of contexts.
#
# Needs go, the Go module proxy, apt-get, dpkg and the Debian 12 archive, whose PostgreSQL 15 runs as an unprivileged
# user on a Unix socket in the temporary folder.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v5.13.0
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
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// conn counts the calls of Read that have not returned. A late one returns from Write 100 ms after its call.
type conn struct {
	net.Conn
	reads atomic.Int32
	late  atomic.Bool
}

func (c *conn) Read(b []byte) (int, error) {
	c.reads.Add(1)
	defer c.reads.Add(-1)
	return c.Conn.Read(b)
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if c.late.Load() {
		time.Sleep(100 * time.Millisecond)
	}
	return n, err
}

func fail(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// pending returns how many reads are under way half a second after a query.
func pending(late bool) int32 {
	ctx := context.Background()
	config, err := pgx.ParseConfig("host=" + os.Args[1] + " user=postgres database=postgres")
	fail(err)
	var dialled *conn
	config.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		dialled = &conn{Conn: c}
		return dialled, err
	}
	db, err := pgx.ConnectConfig(ctx, config)
	fail(err)
	dialled.late.Store(late)
	var n int
	fail(db.QueryRow(ctx, "select 6 * 7").Scan(&n))
	if n != 42 {
		fail(fmt.Errorf("the answer is %d", n))
	}
	time.Sleep(500 * time.Millisecond)
	reads := dialled.reads.Load()
	fail(db.Close(ctx))
	return reads
}

func main() {
	quick, late := pending(false), pending(true)
	fmt.Println("idle, Write returned at once:      expected 0 pending reads, seen", quick)
	fmt.Println("idle, Write returned after 100 ms: expected 0 pending reads, seen", late)
	switch {
	case quick == 0 && late == 1:
		fmt.Println("behaviour: a Read stays pending on the idle connection after a slow Write")
	case quick != 0:
		fmt.Println("error: a Read is pending in either case")
		os.Exit(2)
	default:
		fmt.Println("changed: no Read is pending")
		os.Exit(1)
	}
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
if ! { go mod init finding && go get "github.com/jackc/pgx/v5@$version" && go build -o finding . &&
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
echo "version: github.com/jackc/pgx/v5 $version, $("$bin/postgres" --version), $(go env GOVERSION)"
./finding "$dir/socket"
