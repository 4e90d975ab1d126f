package journal

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A process between fork and exec has all descriptors of its parent, and among them that of the lock.
func TestALeaseEndsThoughAForkedProcessHasItsFile(t *testing.T) {
	ofSQLite(t)
	j := newJournal(t)
	release := must(j.Lease(t.Context(), "home", "apply"))(t)
	forked := -1
	for _, fd := range must(os.ReadDir("/proc/self/fd"))(t) {
		at := filepath.Join("/proc/self/fd", fd.Name())
		if file, err := os.Readlink(at); err == nil && strings.HasSuffix(file, filepath.Base(j.path)+".lease-home") &&
			strings.HasPrefix(file, filepath.Dir(j.path)) {
			forked = must(syscall.Dup(must(strconv.Atoi(fd.Name()))(t)))(t)
		}
	}
	if forked < 0 {
		t.Fatal("the file of the lease is not open")
	}
	t.Cleanup(func() { syscall.Close(forked) })
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := j.Lease(t.Context(), "home", "apply")
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}
