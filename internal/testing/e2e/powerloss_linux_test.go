//go:build amd64

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/testing/losefs"
	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// powerStride is how many changes apart the power is cut in one run of the tests.
const powerStride = 96

// losefsVariable makes the test binary the process that serves file systems.
const losefsVariable = "SWEEPD_LOSEFS_SERVE"

// TestServeLosefs is no test, but what that process does.
func TestServeLosefs(t *testing.T) {
	if os.Getenv(losefsVariable) == "" {
		return
	}
	if err := losefs.Serve(os.Stdin, os.Stdout, time.Now); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// outage is a world on a disk that forgets what was not synced.
type outage struct {
	*World
	disk    losefs.Disk // as it is before the program runs
	fs      *losefs.FS  // nil: not mounted
	options losefs.Options
}

func newOutage(t *testing.T) *outage {
	t.Helper()
	for what, missing := range map[string]bool{
		"mounting takes root":    os.Geteuid() != 0,
		"there is no /dev/fuse ": !exists("/dev/fuse"),
	} {
		if missing && os.Getenv("CI") == "true" {
			t.Fatal(what)
		} else if missing {
			t.Skip(what + ": what a power cut leaves was not tested")
		}
	}
	o := &outage{World: NewWorld(t, Build(t))}
	cmd := exec.Command(os.Args[0], "-test.run=^TestServeLosefs$")
	cmd.Env, cmd.Stderr = append(os.Environ(), "GORACE=atexit_sleep_ms=0", losefsVariable+"=1"), os.Stderr
	s, err := losefs.Start(cmd)
	o.must(err)
	t.Cleanup(func() { o.must(s.Close()) })
	made := o.Home
	o.Home = t.TempDir()
	o.mount(s.Empty())
	if out, err := exec.Command("cp", "-a", made+"/.", o.Home).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	o.keep()
	return o
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (o *outage) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *outage) mount(d losefs.Disk) {
	o.Helper()
	var err error
	o.fs, err = d.Mount(o.Home, o.options)
	o.must(err)
}

func (o *outage) unmount() {
	o.Helper()
	o.must(o.fs.Close())
	o.fs = nil
}

// keep takes the mounted disk for the one to begin with, with all that is on
// it synced.
func (o *outage) keep() {
	o.Helper()
	err := o.fs.Sync()
	if err == nil {
		o.disk, err = o.fs.Survivor(0)
	}
	o.must(err)
	o.unmount()
}

// cut runs the program until the nth change that it makes, or to its end, and
// gives what a disk may hold after a power cut then, for each seed.
func (o *outage) cut(n int, seeds []uint64, args ...string) (left map[uint64]losefs.Disk, through bool) {
	o.Helper()
	o.mount(o.disk)
	defer o.unmount()
	o.must(o.fs.CutAt(n))
	cmd := o.Command(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	o.must(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var err error
	select {
	case <-o.fs.Dark():
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	case err = <-ended:
	}
	asked, aerr := o.fs.Changes()
	o.must(aerr)
	if through = asked < n; through && err != nil {
		o.Fatalf("%v: %v\n%s", args, err, &out)
	}
	left = map[uint64]losefs.Disk{}
	for _, seed := range seeds {
		left[seed], err = o.fs.Survivor(seed)
		o.must(err)
	}
	return left, through
}

// atEveryChange cuts the power at each change that the program makes, and after
// the last, and checks what may be left: all that was not synced is lost, and,
// if some of it may survive, a part of it.
func (o *outage) atEveryChange(some bool, check func(when string, through bool), args ...string) {
	o.Helper()
	for n := range rotation.New(o.T, powerStride).Steps() {
		seeds := []uint64{0}
		if some {
			seeds = append(seeds, uint64(n))
		}
		left, through := o.cut(n, seeds, args...)
		for seed, d := range left {
			o.mount(d)
			check(fmt.Sprintf("power cut at change %d, seed %d", n, seed), through)
			o.unmount()
		}
		if through {
			o.Logf("%v is through before change %d", args, n)
			return
		}
	}
}

// complete is a .trashinfo by which any program can restore.
var complete = regexp.MustCompile(`^\[Trash Info\]\nPath=/\S+\nDeletionDate=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\n$`)

// restorable checks that nothing is in the bin without a .trashinfo.
func (o *outage) restorable(when string) {
	o.Helper()
	bin := filepath.Join(o.Home, ".local/share/Trash")
	files, err := os.ReadDir(filepath.Join(bin, "files"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		o.Fatal(err)
	}
	for _, f := range files {
		info, err := os.ReadFile(filepath.Join(bin, "info", f.Name()+".trashinfo"))
		if err != nil || !complete.Match(info) {
			o.Errorf("%s: the .trashinfo of %s: %v, %q", when, f.Name(), err, info)
		}
	}
}

func TestApplyLosesNothingWhenThePowerGoesAndTheNextOneCompletesIt(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	o.atEveryChange(true, func(when string, through bool) {
		if trashed := o.EachOnce(when); through && trashed != 3 {
			o.Errorf("%s: apply said that it had moved 3, and %d are in the trash", when, trashed)
		}
		o.restorable(when)
		if status, out, errs := o.Run("apply", "--yes"); status != 0 {
			o.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		trashed := o.EachOnce(when + ", then applied")
		if trashed != 3 {
			o.Errorf("%s, then applied: %d in the trash, want 3", when, trashed)
		}
		o.restorable(when + ", then applied")
		o.RecordIsTrue(when, trashed)
		o.DoneOnce(when)
	}, "apply", "--yes")
}

// somewhere checks that each file is in one place at least.
func (o *outage) somewhere(when string) {
	o.Helper()
	places := o.Places()
	for name, content := range o.Files {
		if places[string(content)] == 0 {
			o.Errorf("%s: %s is nowhere", when, name)
		}
	}
}

// A file system need not make a rename durable as a whole. If each side is durable by itself, a file may come back
// under both its names, but not under none.
func TestNoFileIsLostWhereARenameIsDurableByHalves(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	o.options.Halves = true
	o.atEveryChange(false, func(when string, _ bool) {
		o.somewhere(when)
		o.restorable(when)
	}, "apply", "--yes")
}

func TestUndoLosesNothingWhenThePowerGoesAndTheNextOneCompletesIt(t *testing.T) {
	t.Parallel()
	undoInOutages(newOutage(t))
}

// If a rename may replace, a file that is restored has two names for a moment.
func TestUndoByLinksLosesNothingWhenThePowerGoes(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	o.options.Replaces = true
	undoInOutages(o)
}

func undoInOutages(o *outage) {
	o.Helper()
	o.mount(o.disk)
	if status, out, errs := o.Run("apply", "--yes"); status != 0 {
		o.Fatalf("apply: %d\n%s%s", status, out, errs)
	}
	o.keep()
	o.atEveryChange(true, func(when string, through bool) {
		if o.options.Replaces && !through {
			o.somewhere(when)
		} else if trashed := o.EachOnce(when); through && trashed != 0 {
			o.Errorf("%s: undo said that it had restored all, and %d are in the trash", when, trashed)
		}
		o.restorable(when)
		// The rest of run 1 is brought back, or there is nothing left to bring
		// back and only the record to complete.
		if status, out, errs := o.Run("undo", "1"); status != 0 && status != exitUsage {
			o.Fatalf("%s: the next undo: %d\n%s%s", when, status, out, errs)
		}
		if status, out, errs := o.Run("apply", "--yes"); status != 0 {
			o.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		if trashed := o.EachOnce(when + ", then undone"); trashed != 0 {
			o.Errorf("%s, then undone: %d in the trash, want 0: what was restored is kept", when, trashed)
		}
		o.RecordIsTrue(when, 0)
		o.DoneOnce(when)
	}, "undo", "1")
}

func TestPurgeIsCompletedByTheNextOneWhenThePowerGoes(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	o.mount(o.disk)
	o.Write(".config/sweepd/policy.yaml", []byte(Policy+"trash: {ours: 1s}\n"))
	if status, out, errs := o.Run("apply", "--yes"); status != 0 {
		t.Fatalf("apply: %d\n%s%s", status, out, errs)
	}
	for tries := 0; o.due() != 3; tries++ {
		if tries == 2000 {
			t.Fatal("nothing is ever due")
		}
	}
	o.keep()
	o.atEveryChange(true, func(when string, through bool) {
		if left := o.noneTwice(when); through && left != 1 {
			o.Errorf("%s: purge said that it had deleted 3, and %d files are left, want 1", when, left)
		}
		o.restorable(when)
		if status, out, errs := o.Run("trash", "purge", "--apply"); status != 0 {
			o.Fatalf("%s: the next purge: %d\n%s%s", when, status, out, errs)
		}
		if left := o.noneTwice(when + ", then purged"); left != 1 {
			o.Errorf("%s, then purged: %d files are left, want the one that was never trashed", when, left)
		}
		o.RecordIsTrue(when, 0)
		o.purgedOnce(when)
	}, "trash", "purge", "--apply")
}
