package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fileCalls are the system calls about files. Those of Go's scheduler differ from run to run.
var fileCalls = strings.Fields("openat openat2 close statx newfstatat fstat getdents64 read pread64 readlinkat fcntl " +
	"lseek pwrite64 fdatasync fsync renameat2 unlinkat")

// A scan makes these system calls for each picture that does not match, and no others: a regression of speed shows on
// any machine, however busy.
func TestAScanMakesFewSystemCallsForEachFile(t *testing.T) {
	t.Parallel()
	strace := straceOf(t)
	const few, more = 100, 1100
	first, again := map[string]int{}, map[string]int{}
	for _, n := range []int{few, more} {
		w := NewWorld(t, Build(t))
		for i := range n {
			w.Write(fmt.Sprintf("Downloads/%03d.png", i), Picture(byte(i)))
		}
		sign := 1
		if n == few { // what a scan of any number of files takes is taken off
			sign = -1
		}
		for _, sum := range []map[string]int{first, again} {
			for name, calls := range w.counted(strace, "scan", "--json") {
				sum[name] += sign * calls
			}
		}
	}
	for _, c := range []struct {
		scan      string
		got, want map[string]int
	}{
		{"first scan", first, map[string]int{"statx": 2, "openat2": 1, "pread64": 1, "close": 1}},
		{"next scan", again, map[string]int{"statx": 1}},
	} {
		for _, name := range fileCalls {
			// One folder and the pages of the record take a few more with a thousand files.
			if rest := c.got[name] - (more-few)*c.want[name]; rest < -20 || rest > 50 {
				t.Errorf("%s: %d calls of %s for %d files, want %d for each", c.scan, c.got[name], name, more-few,
					c.want[name])
			}
		}
	}
}

// For each file, apply makes one file, the .trashinfo, and one rename; a purge removes two names. Files that are
// decided on at the same time share some of the other calls, so that their numbers are limits. They include the scan.
func TestAMoveAndAPurgeMakeFewSystemCallsForEachFile(t *testing.T) {
	t.Parallel()
	strace := straceOf(t)
	const few, more = 20, 140
	moved, purged := map[string]int{}, map[string]int{}
	for _, n := range []int{few, more} {
		w := NewWorld(t, Build(t))
		w.Write(".config/sweepd/policy.yaml", []byte(Policy+"trash: {ours: 1s}\nlimits: {share: 100%}\n"))
		for i := range n - 3 { // NewWorld has made three
			name := fmt.Sprintf("Downloads/0/ChatGPT Image Apr 21, 2026, 01_%02d_%02d AM.png", i/60, i%60)
			w.Write(name, append(Picture(byte(i)), make([]byte, i)...))
		}
		sign := 1
		if n == few {
			sign = -1
		}
		for name, calls := range w.counted(strace, "apply", "--yes", "--json") {
			moved[name] += sign * calls
		}
		time.Sleep(1100 * time.Millisecond) // until the trash is due
		for name, calls := range w.counted(strace, "trash", "purge", "--apply", "--json") {
			purged[name] += sign * calls
		}
	}
	const files = more - few
	if moved["renameat2"] != files || purged["unlinkat"] != 2*files {
		t.Errorf("%d renames and %d removals for %d files", moved["renameat2"], purged["unlinkat"], files)
	}
	for _, c := range []struct {
		verb      string
		got, most map[string]int
	}{
		{"apply", moved, map[string]int{
			"openat": 4, "openat2": 18, "statx": 37, "close": 19, "newfstatat": 8, "fcntl": 17, "fsync": 4,
		}},
		{"purge", purged, map[string]int{
			"openat": 0, "openat2": 1, "statx": 8, "close": 1, "newfstatat": 3, "fsync": 1,
		}},
	} {
		for name, most := range c.most {
			if c.got[name] > files*most+50 {
				t.Errorf("%s: %d calls of %s for %d files, want %d for each at most", c.verb, c.got[name], name, files,
					most)
			}
		}
	}
}

// straceOf returns the path of strace(1). Without it the test is skipped, but not in CI.
func straceOf(t *testing.T) string {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	} else if err != nil {
		t.Skip(err)
	}
	return strace
}

// counted runs the program under strace and returns how often it made each of fileCalls.
func (w *World) counted(strace string, args ...string) map[string]int {
	w.Helper()
	log := filepath.Join(w.TempDir(), "strace")
	cmd := w.Command(args...)
	under := exec.Command(strace, append([]string{
		"-f", "-c", "-qq", "-e", "trace=" + strings.Join(fileCalls, ","), "-U", "calls,name", "-o", log, cmd.Path,
	}, args...)...)
	under.Env, under.Dir = cmd.Env, cmd.Dir
	if out, err := under.CombinedOutput(); err != nil {
		w.Fatalf("%v: %v\n%s", args, err, out)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		w.Fatal(err)
	}
	calls := map[string]int{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 2 {
			continue
		}
		if n, err := strconv.Atoi(f[0]); err == nil && f[1] != "total" {
			calls[f[1]] = n
		}
	}
	if calls["openat"] == 0 {
		w.Fatalf("strace has counted nothing:\n%s", text)
	}
	return calls
}
