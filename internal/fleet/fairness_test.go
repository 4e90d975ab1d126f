//go:build unix

package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// lightVariable is how many light accounts there are beside a heavy one; a long run by hand has 1,000.
const lightVariable = "SWEEPD_TEST_ACCOUNTS"

// A heavy account has slices. Each light one waits for one of them at most, by the real dispatcher, queue and service;
// only the accounts are in memory. The worker has one slot, so that the order does not depend on the load.
func TestAHeavyAccountDelaysALightOneByASliceAtMost(t *testing.T) {
	light := 12
	if text := os.Getenv(lightVariable); text != "" {
		light = must(strconv.Atoi(text))(t)
	}
	const files, slice = 24, 4
	accounts, lines := map[string]*providertest.Account{}, []string{}
	add := func(name string, files int) {
		a := providertest.NewAccount()
		for i := range files {
			picture := rehearsal.Picture(len(accounts)*10000 + i)
			a.Write(fmt.Sprintf("/%d/%s", i, ours), picture, time.Now().AddDate(0, 0, -100))
		}
		accounts[name] = a
		lines = append(lines, fmt.Sprintf("  %[1]s: {type: gdrive, client: /c.json, account: %[1]s@x.example}", name))
	}
	add("a_heavy", files) // the first of those that are due at one time
	for i := range light {
		add(fmt.Sprintf("l%03d", i), 1) // a policy has at most 64 KiB
	}
	dsn := server.Schema(t)
	s, opened, asked := connect(t, dsn), 0, time.Time{}
	o := inMemory(t, dsn, lines, func(name string) (providers.Driver, error) {
		if name == "a_heavy" {
			if opened++; opened == 3 { // the light ones had their turn, and all are due again
				err := s.QueryRow(t.Context(), `WITH due AS (UPDATE fleet_storages SET next_due = clock_timestamp(),
					again = true WHERE storage LIKE 'l%' RETURNING 1)
					SELECT clock_timestamp() FROM due LIMIT 1`).Scan(&asked)
				if err != nil {
					return nil, err
				}
			}
		}
		return providertest.NewMemory(accounts[name]), nil
	})
	o.Slice, o.Turns = daemon.Slice{Files: slice, Time: time.Hour}, 1
	stop := begin(t, o)
	w := &world{TB: t, database: dsn, more: time.Duration(light) * time.Second}
	w.until("all are swept", `SELECT count(*) = $1 FROM fleet_storages WHERE state = 'idle' AND ended IS NOT NULL
		AND failure = '' AND next_due > clock_timestamp()`, light+1)
	ok(t, stop())
	if n := len(accounts["a_heavy"].Bin()); n != files {
		t.Errorf("%d of %d files of the heavy account were moved", n, files)
	}
	// The queue keeps the jobs that it has done for some minutes.
	rows := must(s.Query(t.Context(), `SELECT args ->> 'storage', attempted_at, finalized_at FROM river_job
		WHERE kind = 'sweepd_turn' ORDER BY attempted_at`))(t)
	type slot struct {
		Storage      string
		Began, Ended time.Time
	}
	all := must(pgx.CollectRows(rows, pgx.RowToStructByPos[slot]))(t)
	var turns, longest, wait time.Duration
	for _, due := range []time.Time{all[0].Began, asked} {
		heavy, swept := 0, 0
		for _, turn := range all {
			switch {
			case turn.Storage == "a_heavy" && turn.Ended.After(due):
				heavy++
				longest = max(longest, turn.Ended.Sub(turn.Began))
			case turn.Storage != "a_heavy" && !turn.Began.Before(due) && swept < light:
				if swept++; heavy > 1 {
					t.Errorf("%s waits for %d slices of the heavy account", turn.Storage, heavy)
				}
				turns += turn.Ended.Sub(turn.Began)
				wait = max(wait, turn.Began.Sub(due))
			}
		}
		if swept != light || heavy < 2 {
			t.Errorf("%d light turns beside %d slices of the heavy account, want %d and some", swept, heavy, light)
		}
	}
	t.Logf("%d light accounts, %s a turn, the last after %s; a slice of the heavy one takes up to %s", light,
		turns/time.Duration(2*light), wait, longest)
}

// inMemory returns the options of a worker in this process. It has those storages, as lines of the policy, and open
// returns the drivers of their accounts.
func inMemory(t *testing.T, dsn string, lines []string, open func(name string) (providers.Driver, error)) Options {
	t.Helper()
	home := t.TempDir()
	file := filepath.Join(home, "policy.yaml")
	ok(t, os.WriteFile(file, fmt.Appendf(nil, fleetPolicy, strings.Join(lines, "\n")), 0o600))
	o := Options{Beat: 2 * time.Second, Poll: 5 * time.Millisecond}
	o.Options.Options = app.Options{
		Getenv: func(name string) string {
			return map[string]string{"HOME": home, "SWEEPD_POLICY": file, app.DatabaseVariable: dsn}[name]
		},
		Now: time.Now, Host: "host", Log: slog.New(slog.DiscardHandler),
		Account: func(_ context.Context, name string, _ policy.Storage) (providers.Driver, []string, error) {
			d, err := open(name)
			return d, []string{"/"}, err
		},
	}
	return o
}

// begin begins a worker in this process. stop ends it, and returns how it ended.
func begin(t *testing.T, o Options) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		err := Run(ctx, o)
		if ctx.Err() == nil {
			t.Errorf("the worker has ended: %v", err)
		}
		ended <- err
	}()
	return func() error { cancel(); return <-ended }
}
