package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The calls that can change a file, a name or a label, and the flags with which
// an open can.
var (
	changingCall = regexp.MustCompile(
		`^(write|pwrite64|writev|pwritev2?|truncate|ftruncate|fallocate|creat|rename|renameat2?|link|linkat|symlink|` +
			`symlinkat|unlink|unlinkat|rmdir|mkdir|mkdirat|mknod|mknodat|chmod|fchmod|fchmodat2?|chown|fchown|` +
			`lchown|fchownat|utime|utimes|futimesat|utimensat|setxattr|lsetxattr|fsetxattr|removexattr|` +
			`lremovexattr|fremovexattr|copy_file_range|sendfile|splice|mount|umount2)\(|^ioctl\([^,]*, (FS_|` +
			`FI)`,
	)
	openingCall = regexp.MustCompile(
		`^(open|openat|openat2)\(.*\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE)\b`,
	)
	callLine    = regexp.MustCompile(`^(?:\d+\s+)?([a-z0-9_]+\(.*)$`)
	writingCall = regexp.MustCompile(`^[a-z0-9]+\(\d+<([^>]*)>`) // write, pwrite64 ...: the bytes are no path
	tracedPath  = regexp.MustCompile(`<(/[^>]*)>|"(/[^"]*)"`)
)

// Every verb that only looks is run under strace(1), whole, with all of its
// threads. Outside the state directory no call that could change anything may
// be made, not even one that fails.
func TestLookingMakesNoCallThatCouldChangeAnything(t *testing.T) {
	t.Parallel()
	strace := straceOf(t)
	w := NewWorld(t, Build(t))
	w.Write(".config/sweepd/policy.yaml", []byte(Policy+"trash: {ours: 30d}\n"))
	if status, out, errs := w.Run("apply", "--yes"); status != 0 { // so that there is a trash to list
		t.Fatalf("apply: %d\n%s%s", status, out, errs)
	}
	w.Write("Downloads/ChatGPT Image Apr 20, 2026, 01_17_09 AM.png", Picture(8))
	w.Write("Downloads/notes.md", []byte("see ChatGPT Image Apr 20, 2026, 01_17_08 AM.png"))
	state := filepath.Join(w.Home, ".local/state/sweepd")
	seen := 0
	for _, args := range [][]string{
		{"scan"},
		{"scan", "--all", "--json"},
		{"plan"},
		{"explain", filepath.Join(w.Home, "Downloads/holiday.png")},
		{"explain", filepath.Join(w.Home, "Downloads/ChatGPT Image Apr 20, 2026, 01_17_09 AM.png")},
		{"trash", "list"},
		{"trash", "purge"},
		{"check"},
		{"status"},
		{"history"},
		{"history", "--verify"},
	} {
		calls := w.traced(strace, state, args...)
		seen += calls.all
		for _, c := range calls.forbidden {
			t.Errorf("%v: %s", args, c)
		}
	}
	if seen < 1000 {
		t.Errorf("strace has shown %d calls in all, want the whole of what was done", seen)
	}
	if acted := w.traced(strace, state, "apply", "--yes"); len(acted.forbidden) < 5 {
		t.Errorf("of an apply only %q is seen: the test is blind", acted.forbidden)
	}
}

// traced runs the program under strace.
func (w *World) traced(strace, state string, args ...string) traced {
	w.Helper()
	log := filepath.Join(w.TempDir(), "strace")
	cmd := w.Command(args...)
	under := exec.Command(strace, append([]string{"-f", "-qq", "-y", "-s", "4096", "-o", log, cmd.Path}, args...)...)
	under.Env, under.Dir = cmd.Env, cmd.Dir
	if out, err := under.CombinedOutput(); err != nil {
		w.Fatalf("%v: %v\n%s", args, err, out)
	}
	return changes(w.T, log, state)
}

// traced is the result of reading a log of strace.
type traced struct {
	all       int
	forbidden []string
}

// changes finds the calls that could change something outside the state
// directory. Writing to standard output, to a pipe or an eventfd of the
// runtime's own changes no file.
func changes(t *testing.T, log, state string) (found traced) {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		m := callLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		found.all++
		call := m[1]
		if !changingCall.MatchString(call) && !openingCall.MatchString(call) {
			continue
		}
		if !harmless(call, state) {
			found.forbidden = append(found.forbidden, call)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// harmless reports whether all that the call is about is in the state
// directory, or is no file at all.
func harmless(call, state string) bool {
	ours := func(path string) bool {
		return strings.HasPrefix(path, state+"/") || path == state || path == "/dev/null"
	}
	if strings.Contains(call[:strings.IndexByte(call, '(')], "write") {
		m := writingCall.FindStringSubmatch(call)
		return m != nil && (ours(m[1]) || !strings.HasPrefix(m[1], "/")) // pipe:[1], anon_inode:[eventfd]
	}
	paths := tracedPath.FindAllStringSubmatch(call, -1)
	for _, p := range paths {
		if !ours(p[1] + p[2]) {
			return false
		}
	}
	return len(paths) > 0
}
