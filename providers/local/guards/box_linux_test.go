package guards

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// box is one root, and guards of it.
type box struct {
	*testing.T
	top, root string
	mounts    func() ([]byte, error) // that the guards see; nil: the machine's
	d         *asker
}

// asker asks guards as a driver does.
type asker struct {
	guards *Guards
	roots  []*roots.Root
}

// noMounts hides the machine's mounts from the guards.
func noMounts() ([]byte, error) { return nil, nil }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)

func newBox(t *testing.T, change ...func(*Options)) *box {
	t.Helper()
	return newBoxIn(t, t.TempDir(), change...)
}

func newBoxIn(t *testing.T, top string, change ...func(*Options)) *box {
	t.Helper()
	b := &box{T: t, top: top, root: filepath.Join(top, "root"), mounts: noMounts}
	must(t, os.MkdirAll(b.root, 0o700))
	b.d = b.open(nil, change...)
	return b
}

// open returns guards of the folders; of the box's root if there are none.
func (b *box) open(folders []string, change ...func(*Options)) *asker {
	b.Helper()
	if folders == nil {
		folders = []string{b.root}
	}
	a := newAsker(b.T, folders, Options{Now: func() time.Time { return noon }}, change...)
	a.guards.o.Mounts.Read = b.mounts
	return a
}

func newAsker(t testing.TB, folders []string, o Options, change ...func(*Options)) *asker {
	t.Helper()
	a := &asker{}
	for _, folder := range folders {
		r := roots.New(folder, disk.Real(folder), false)
		t.Cleanup(func() { r.Close() })
		a.roots = append(a.roots, r)
	}
	o.Roots, o.Mounts, o.Workers = a.roots, &disk.Table{}, max(o.Workers, 1)
	o.Listing = func() uint64 { return 0 }
	o.Programs = func(string) bool { return false }
	for _, f := range change {
		f(&o)
	}
	a.guards = New(o)
	return a
}

// Guards is the Driver's method of that name.
func (a *asker) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	var in *roots.Root
	rel := ""
	for _, r := range a.roots {
		if rest, below := disk.Below(r.Path, string(ref)); below && (in == nil || len(r.Path) > len(in.Path)) {
			in, rel = r, rest
		}
	}
	p, err := in.Pin(rel)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if !disk.Identify(&p.Stat).Is(string(rev)) {
		return nil, providers.ErrChanged
	}
	return a.guards.Ask(ctx, File{Root: in, Path: string(ref), Rel: rel, Pinned: p}, of)
}

// Close closes the roots.
func (a *asker) Close() error {
	var err error
	for _, r := range a.roots {
		err = errors.Join(err, r.Close())
	}
	return err
}

func (b *box) path(rel string) string { return filepath.Join(b.root, rel) }

// write makes a file below the root, with its folders, and describes it.
func (b *box) write(rel, content string) providers.Entry {
	b.Helper()
	write(b.T, b.path(rel), content)
	return described(b.T, b.path(rel))
}

// described is the file at the path, as far as a question needs it.
func described(t testing.TB, path string) providers.Entry {
	t.Helper()
	s, err := disk.StatName(unix.AT_FDCWD, path)
	if err != nil {
		t.Fatal(err)
	}
	return providers.Entry{Ref: providers.Ref(path), Revision: providers.Revision(disk.Identify(&s).String())}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lacking ends a test for which this machine lacks something: aloud, and as a
// failure in CI, where nothing may be left out.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// mountsVariable is set when the test binary runs in a mount namespace of its own: no other process sees the mounts
// of a test, and they are gone when it ends.
const mountsVariable = "SWEEPD_GUARDS_MOUNTS"

// inOwnMounts runs the test again in a mount namespace of its own, and reports
// whether this is that run.
func inOwnMounts(t *testing.T) bool {
	t.Helper()
	if os.Getenv(mountsVariable) != "" {
		must(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
		return true
	}
	if os.Geteuid() != 0 {
		lacking(t, "mounting takes root")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
	cmd.Env = append(os.Environ(), mountsVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in its own mount namespace: %v\n%s", err, out)
	}
	return false
}
