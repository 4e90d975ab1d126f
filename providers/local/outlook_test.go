//go:build linux

package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// An outlook agrees with a trial, and changes nothing.
func TestAnOutlookSaysWhatATrialFinds(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	for name, prepare := range map[string]func(b *box){
		"nothing":        func(*box) {},
		"a bin":          func(b *box) { _, err := b.d.Trial(b.root); must(b.T, err) },
		"a planted link": func(b *box) { must(b.T, os.Symlink(b.top, b.path(".Trash-0"))) },
		"another user's": func(b *box) {
			must(b.T, os.Mkdir(b.path(".Trash-0"), 0o700))
			must(b.T, os.Chown(b.path(".Trash-0"), 65534, 65534))
		},
		"a file":       func(b *box) { write(b.T, b.path(".Trash-0"), "") },
		"a sticky one": func(b *box) { sticky(b.T, b.path(".Trash")) },
		"read-only":    readOnly,
		"half a bin":   func(b *box) { must(b.T, os.Mkdir(b.path(".Trash-0"), 0o700)) },
		"a file for files": func(b *box) {
			write(b.T, b.path(".Trash-0/files"), "")
		},
	} {
		for _, kind := range []string{"tmpfs", "subvolume"} {
			t.Run(kind+", "+name, func(t *testing.T) {
				b := newDiskBox(t, kind)
				prepare(b)
				agrees(b)
			})
		}
	}
}

// readOnly makes the box's disk read-only.
func readOnly(b *box) {
	b.Helper()
	if unix.Mount("", b.root, "", unix.MS_REMOUNT|unix.MS_RDONLY, "") != nil { // it is no mount
		run(b.T, "btrfs", "property", "set", b.root, "ro", "true")
	}
}

// agrees compares the outlook of the box's root with a trial of it.
func agrees(b *box) {
	b.Helper()
	before := fmt.Sprint(every(b.T, b.top))
	_, err := b.d.Outlook(b.root)
	if after := fmt.Sprint(every(b.T, b.top)); after != before {
		b.Errorf("it has made of %s: %s", before, after)
	}
	_, trial := b.d.Trial(b.root)
	if (err == nil) != (trial == nil) ||
		errors.Is(err, errors.ErrUnsupported) != errors.Is(trial, errors.ErrUnsupported) {
		b.Errorf("the outlook is %v, the trial %v", err, trial)
	}
}

// The home trash may be another user's, or lie in a folder that is.
func TestAnOutlookOfTheHomeTrashSaysWhatATrialFinds(t *testing.T) {
	for name, prepare := range map[string]func(b *box){
		"nothing": func(*box) {},
		"another user's": func(b *box) {
			must(b.T, os.MkdirAll(b.trash, 0o700))
			must(b.T, os.Chown(b.trash, 65534, 65534))
		},
		"a file above": func(b *box) { write(b.T, filepath.Dir(b.trash), "") },
		"a file":       func(b *box) { write(b.T, b.trash, "") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.d.mounts.Read = nil // the machine's
			prepare(b)
			agrees(b)
		})
	}
}

// A trash that is a link to a folder on the same disk is that folder.
func TestALinkedHomeTrashIsUsedIfItIsOnesOwn(t *testing.T) {
	for name, c := range map[string]struct {
		target func(b *box) string
		used   bool
	}{
		"one's own": {func(b *box) string { return b.top + "/mine" }, true},
		"another's": {func(b *box) string {
			must(b.T, os.Chown(b.top+"/mine", 65534, 65534))
			return b.top + "/mine"
		}, false},
		"another disk's": {func(*box) string { return "/dev/shm" }, false},
		"nothing":        {func(b *box) string { return b.top + "/nothing" }, false},
		"a file": {func(b *box) string {
			write(b.T, b.top+"/file", "")
			return b.top + "/file"
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			for _, dir := range []string{b.top + "/mine", filepath.Dir(b.trash)} {
				must(t, os.Mkdir(dir, 0o700))
			}
			must(t, os.Symlink(c.target(b), b.trash))
			d := b.open()
			e := b.write("a.png", "bytes")
			r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
			if (err == nil) != c.used {
				t.Fatalf("trash: %v, want it used: %v", err, c.used)
			}
			if !c.used {
				b.holds(e.Path, "bytes")
				return
			}
			b.holds(b.top+"/mine/files/a."+key+".png", "bytes")
			if _, err := b.open().Restore(t.Context(), r); err != nil {
				t.Error(err)
			}
			b.holds(e.Path, "bytes")
		})
	}
}
