package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// A service keeps no disk busy between its passes, and goes on when the disk is
// back, without a reload.
func TestADiskCanBeUnmountedUnderTheServiceAndComesBack(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		lacking(t, "mounting takes root")
	}
	w := e2e.NewWorld(t, "sweepd")
	point, image := filepath.Join(w.Home, "Downloads"), filepath.Join(t.TempDir(), "disk.img")
	shell := func(line string) {
		t.Helper()
		if out, err := exec.Command("sh", "-ec", line).CombinedOutput(); err != nil {
			lacking(t, fmt.Sprintf("%s: %v\n%s", line, err, out))
		}
	}
	shell("truncate -s 32M " + image + "; mkfs.ext4 -q -F " + image + "; mount -o loop " + image + " " + point)
	t.Cleanup(func() { _ = unix.Unmount(point, unix.MNT_DETACH) })
	w.Write(".config/sweepd/policy.yaml", []byte(e2e.Policy+"mode: enforce\nschedule: {on_change: true, rescan: 1m}\n"))
	for name, content := range w.Files {
		w.Write(name, content)
	}
	s := serve(t, w.Command)
	swept := func(n int64) func(*status.Daemon) bool {
		return func(d *status.Daemon) bool {
			return d != nil && d.Storages[0].Trashed == n && d.Storages[0].State == status.Idle
		}
	}
	s.until("has swept", swept(3))
	var err error
	for began := time.Now(); time.Since(began) < patience; { // a pass that a change has called for may be under way
		if err = unix.Unmount(point, 0); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatalf("unmount: %v\n%s", err, s.log.String())
	}
	s.until("misses the disk", func(d *status.Daemon) bool {
		return d.Storages[0].Err != "" && d.Storages[0].State == status.Idle
	})
	shell("mount -o loop " + image + " " + point)
	w.Write("Downloads/ChatGPT Image Apr 20, 2026, 01_17_30 AM.png", e2e.Picture(77))
	s.until("has swept again", swept(4))
}
