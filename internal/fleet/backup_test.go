//go:build unix

package fleet

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
	"github.com/sweepd/sweepd/journal"
)

// tool returns a program of PostgreSQL. Debian has it in a folder by its version.
func tool(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(all) == 0 {
		t.Fatalf("there is no %s", name)
	}
	return slices.Max(all)
}

// A dump has all of a fleet: restored, it is verified, and a worker goes on with it.
func TestADumpIsRestoredAndWorkedWith(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 1, Files: 40})
	p := w.start(quickly())
	w.swept()
	w.stop(p)
	lines := func() int64 {
		j := must(journal.OpenReadOnly(t.Context(), w.database))(t)
		defer j.Close()
		return must(j.Verify(t.Context()))(t)
	}
	before := lines()
	var name string
	s := connect(t, w.database)
	ok(t, s.QueryRow(t.Context(), `SELECT current_schema()`).Scan(&name))
	address, _, _ := strings.Cut(w.database, "&search_path") // which the tools do not know
	dump := filepath.Join(t.TempDir(), "sweepd.dump")
	for _, args := range [][]string{
		{tool(t, "pg_dump"), "--format=custom", "--schema=" + name, "--file=" + dump, address},
		{tool(t, "psql"), "--quiet", "--command=DROP SCHEMA " + name + " CASCADE", address},
		{tool(t, "pg_restore"), "--dbname=" + address, dump},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	if after := lines(); after != before || after == 0 {
		t.Errorf("the restored record has %d lines, want %d", after, before)
	}
	p = w.start(quickly())
	w.until("the worker is there", `SELECT count(*) = 1 FROM fleet_workers`)
	must((&store{pool: connect(t, w.database)}).ask(t.Context(), nil))(t)
	w.until("each storage had another turn", `SELECT min(turn) > 1 FROM fleet_storages`)
	w.swept()
	w.stop(p)
	w.judge(w.due(40))
	status := must(ReadStatus(t.Context(), w.database))(t)
	if status.Storages != 2 || status.Idle != 2 || status.New != 0 || len(status.Quotas) != 2 || status.Overdue != 0 {
		t.Errorf("got the status %+v", status)
	}
}
