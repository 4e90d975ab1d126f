//go:build linux

package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
)

// mountBelow gives the root a folder and a file of elsewhere, and a file
// system of its own, in this process's own mount namespace.
func mountBelow(top string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	for _, dir := range []string{"bound", "own"} {
		if err := os.MkdirAll(top+"/root/"+dir, 0o700); err != nil {
			return err
		}
	}
	return errors.Join(
		unix.Mount(top+"/elsewhere", top+"/root/bound", "", unix.MS_BIND, ""),
		unix.Mount(top+"/elsewhere/file.png", top+"/root/file.png", "", unix.MS_BIND, ""),
		unix.Mount("tmpfs", top+"/root/own", "tmpfs", 0, ""),
		os.WriteFile(top+"/root/own/own.png", nil, 0o600))
}

// trashBound tries to move what is mounted below the root.
func trashBound(d *Driver, top string) error {
	for _, name := range []string{"bound/file.png", "file.png", "own/own.png"} {
		path := top + "/root/" + name
		e, err := d.Stat(context.Background(), providers.Ref(path))
		if err == nil {
			_, err = d.Trash(context.Background(), key, e.Ref, e.Revision)
		}
		if err == nil {
			return fmt.Errorf("%s was moved", name)
		}
	}
	return nil
}

// underMounts runs the child in a mount namespace of its own, which takes root.
func underMounts(t *testing.T, top, verb string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		lacking(t, "mounting takes root")
	}
	write(t, top+"/elsewhere/file.png", "elsewhere")
	write(t, top+"/root/file.png", "covered")
	write(t, top+"/root/stays.png", "stays")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+top+"\n"+verb)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestWhatIsMountedBelowARootIsNotListed(t *testing.T) {
	b := newBox(t)
	out := underMounts(t, b.top, "list below mounts")
	if !strings.HasSuffix(out, "done") || !strings.Contains(out, "listed "+b.root+"/stays.png\n") ||
		strings.Count(out, "listed ") != 1 {
		t.Errorf("got %q, want stays.png alone", out)
	}
}

func TestWhatIsMountedBelowARootIsNotMoved(t *testing.T) {
	b := newBox(t)
	if out := underMounts(t, b.top, "trash below mounts"); out != "done" {
		t.Errorf("got %q, want every move refused", out)
	}
	if got, err := os.ReadFile(b.top + "/elsewhere/file.png"); err != nil || string(got) != "elsewhere" {
		t.Errorf("the file elsewhere holds %q, %v", got, err)
	}
}
