//go:build linux

package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// childVariable makes the test binary carry out one operation and end.
const childVariable = "SWEEPD_LOCAL_CHILD"

func TestMain(m *testing.M) {
	if args := os.Getenv(childVariable); args != "" {
		child(strings.Split(args, "\n"))
		return
	}
	os.Exit(m.Run())
}

// child carries out args: the top folder, the verb, and its arguments.
func child(args []string) {
	d, err := Open(Options{
		Roots: []string{args[0] + "/root"}, TrashHome: args[0] + "/data/Trash", Workers: 1,
		Now: func() time.Time { return noon },
	})
	if err == nil {
		switch args[1] {
		case "trash":
			_, err = d.Trash(context.Background(), key, providers.Ref(args[2]), providers.Revision(args[3]))
		case "restore":
			_, err = d.Restore(context.Background(), providers.Receipt(args[2]))
		case "purge":
			err = d.Purge(context.Background(), providers.Receipt(args[2]))
		case "list":
			err = readAll(d)
		case "list below mounts":
			err = errors.Join(mountBelow(args[0]), readAll(d))
		case "trash below mounts":
			err = errors.Join(mountBelow(args[0]), trashBound(d, args[0]))
		case "list as nobody":
			err = errors.Join(syscall.Setuid(65534), readAll(d))
		}
	}
	switch {
	case err == nil:
		fmt.Print("done")
	case errors.Is(err, providers.ErrUncertain):
		fmt.Print("uncertain")
	default:
		fmt.Print("refused: ", err)
	}
}

// readAll lists everything and reads it.
func readAll(d *Driver) error {
	for c, err := range d.Changes(context.Background(), "") {
		if e, ok := errors.AsType[*providers.UnlistedError](err); ok {
			fmt.Printf("unlisted %s\n", e.Path)
			continue
		}
		if err != nil || c.Checkpoint() {
			return err
		}
		fmt.Printf("listed %s\n", c.Entry.Path)
		rc, err := d.ReadRange(context.Background(), c.Entry.Ref, c.Entry.Revision, 0, c.Entry.Size)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, rc); err != nil {
			return err
		}
		if err := rc.Close(); err != nil {
			return err
		}
	}
	return io.ErrUnexpectedEOF
}
