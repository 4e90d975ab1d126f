package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/crashtest"
	"github.com/sweepd/sweepd/xdgtrash"
)

// suffer runs the child and does the worst to its nth call.
func suffer(t *testing.T, top string, n int, errno syscall.Errno, args ...string) crashtest.Result {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0",
		childVariable+"="+strings.Join(append([]string{top}, args...), "\n"))
	r, err := crashtest.Run(cmd, func(c crashtest.Call) crashtest.Fate {
		if c.N != n {
			return crashtest.Fate{}
		}
		return crashtest.Fate{Kill: errno == 0, Errno: errno, Last: true}
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fates are a kill and the errors of a full and of a broken disk.
var fates = []syscall.Errno{0, syscall.ENOSPC, syscall.EIO}

// each raises n until the operation is through, for each fate.
func each(t *testing.T, atLeast int, try func(b *box, n int, errno syscall.Errno) (through bool)) {
	eachIn(t, func() *box { return newBox(t) }, atLeast, try)
}

// eachIn is each in boxes of another kind.
func eachIn(
	t *testing.T, newBox func() *box, atLeast int, try func(b *box, n int, errno syscall.Errno) (through bool),
) {
	for _, errno := range fates {
		n := 1
		for !try(newBox(), n, errno) {
			n++
		}
		if n <= atLeast {
			t.Errorf("%v: through after %d calls, want more than %d", errno, n, atLeast)
		}
	}
}

func TestATrashThatDiesOrFailsAtAnyCallIsSettled(t *testing.T) { each(t, 6, diesInATrash) }

func TestATrashInASubvolumeThatDiesOrFailsAtAnyCallIsSettled(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	disk := filepath.Join(t.TempDir(), "disk")
	mounted(t, "btrfs", disk)
	n := 0
	eachIn(t, func() *box {
		n++
		return newSubvolumeBox(t, filepath.Join(disk, fmt.Sprint(n)))
	}, 10, diesInATrash)
}

// diesInATrash tries one fate of a move, and what Settle makes of it.
func diesInATrash(b *box, n int, errno syscall.Errno) (through bool) {
	e := b.write("a.png", "bytes")
	b.write("other.png", "other")
	r := suffer(b.T, b.top, n, errno, "trash", string(e.Ref), string(e.Revision))
	at := fmt.Sprintf("call %d, errno %d (%s)", n, errno, r.Stdout)
	if strings.HasPrefix(r.Stdout, "refused") {
		if _, err := os.Stat(e.Path); err != nil {
			b.Errorf("%s: the file is not where it was: %v", at, err)
		}
	}
	receipt, err := b.d.Settle(b.Context(), key, e.Ref, e.Revision)
	switch {
	case err == nil:
		b.holds(b.inBin(), "bytes")
		b.missing(e.Path)
		b.holds(b.trash+"/info/a."+key+".png"+infoEnding,
			string(xdgtrash.FormatInfo(strings.TrimPrefix(e.Path, filepath.Dir(b.trash)+"/"), noon)))
		if _, err := b.d.Restore(b.Context(), receipt); err != nil {
			b.Errorf("%s: restore: %v", at, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		b.Errorf("%s: settle: %v", at, err)
	case r.Stdout == "done":
		b.Errorf("%s: the child was through, yet settle says %v", at, err)
	}
	b.holds(e.Path, "bytes")
	b.holds(b.path("other.png"), "other")
	b.binHas(0, 0)
	if through = r.Calls < n; through && r.Stdout != "done" {
		b.Errorf("%s: undisturbed it is not done", at)
	}
	return through
}

func TestARestoreThatDiesOrFailsAtAnyCallIsFinishedByTheNext(t *testing.T) {
	each(t, 3, func(b *box, n int, errno syscall.Errno) bool {
		e := b.write("sub/a.png", "bytes")
		receipt := b.put(e)
		must(b.T, os.Remove(b.path("sub")))
		r := suffer(b.T, b.top, n, errno, "restore", string(receipt))
		if got, err := b.d.Restore(b.Context(), receipt); err != nil || got.Path != e.Path {
			b.Errorf("call %d, errno %d (%s): again: %+v, %v", n, errno, r.Stdout, got, err)
		}
		b.holds(e.Path, "bytes")
		b.binHas(0, 0)
		return r.Calls < n
	})
}

func TestAPurgeThatDiesOrFailsAtAnyCallIsFinishedByTheNext(t *testing.T) {
	each(t, 3, func(b *box, n int, errno syscall.Errno) bool {
		b.write("other.png", "other")
		receipt := b.put(b.write("a.png", "bytes"))
		r := suffer(b.T, b.top, n, errno, "purge", string(receipt))
		if err := b.d.Purge(b.Context(), receipt); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Errorf("call %d, errno %d (%s): again: %v", n, errno, r.Stdout, err)
		}
		if gone, err := b.d.Gone(b.Context(), receipt); err != nil || !gone {
			b.Errorf("call %d, errno %d (%s): gone is %v, %v", n, errno, r.Stdout, gone, err)
		}
		b.binHas(0, 0)
		b.holds(b.path("other.png"), "other")
		return r.Calls < n
	})
}

// A listing and a read make no call that could change anything.
func TestListingAndReadingMakeNoChangingCall(t *testing.T) {
	b := newBox(t)
	b.write("sub/a.png", "bytes")
	r := suffer(t, b.top, -1, 0, "list")
	if r.Calls != 0 || !strings.HasSuffix(r.Stdout, "done") {
		t.Errorf("a listing made %d changing calls (%s)", r.Calls, r.Stdout)
	}
}
