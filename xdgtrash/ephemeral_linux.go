package xdgtrash

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// checkEphemeral returns an error if a bin at that path would be lost although no user emptied it; the error names the
// remedy. program is the name of the program that runs. fsType is the magic number of the bin's file system, as
// returned by statfs(2); contained means that the program runs in a container.
func checkEphemeral(program, path string, fsType int64, contained bool) error {
	if sandbox, name := sandboxOf(path); name != "" {
		return fmt.Errorf("the trash bin %q belongs to the %s %q and is deleted with it: "+
			"run %s outside of it, or set XDG_DATA_HOME to $HOME/.local/share: %w", path, sandbox, name, program,
			errors.ErrUnsupported)
	}
	if contained && fsType == unix.OVERLAYFS_SUPER_MAGIC {
		return fmt.Errorf("the trash bin %q is in a container and is deleted with it: "+
			"mount a folder of the host there, for the files and the trash alike: %w", path, errors.ErrUnsupported)
	}
	return nil
}

// sandboxOf returns the sandbox that a path is in, ~/snap/NAME/ or ~/.var/app/NAME/: the homes that snapd and Flatpak
// give to a program, and delete with it. Names of programs do not begin with a dot, so the home of a user called snap
// is not taken for one.
func sandboxOf(path string) (kind, name string) {
	parts := strings.Split(filepath.Clean(path), "/")
	for i, part := range parts {
		switch {
		case i+2 >= len(parts):
			return "", ""
		case part == "snap" && !strings.HasPrefix(parts[i+1], "."):
			return "snap", parts[i+1]
		case part == ".var" && parts[i+1] == "app" && !strings.HasPrefix(parts[i+2], "."):
			return "Flatpak", parts[i+2]
		}
	}
	return "", ""
}

// marked reports whether this process runs in a container of Docker or Podman, by the marker files that they create.
func marked() bool {
	for _, mark := range []string{"/.dockerenv", "/run/.containerenv"} {
		var s unix.Stat_t
		if unix.Lstat(mark, &s) == nil {
			return true
		}
	}
	return false
}

// checkEphemeral is checkEphemeral for an open bin.
func (b *bin) checkEphemeral() error { return checkEphemeralOpen(b.program, b.path, b.dir) }

// checkEphemeralOpen is checkEphemeral for a bin whose folder, or one above it, is open.
func checkEphemeralOpen(program, bin string, folder int) error {
	var s unix.Statfs_t
	_, err := disk.Again(func() (int, error) { return 0, unix.Fstatfs(folder, &s) })
	here, err2 := disk.StatOpen(folder)
	root, err3 := disk.StatName(unix.AT_FDCWD, "/")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	// A folder of the container's own file system is lost with it. One that is mounted from the host is not.
	return checkEphemeral(program, bin, int64(s.Type), marked() && here.Mnt_id == root.Mnt_id)
}

// statfs describes the file system that the bin is on.
func (b *bin) statfs() (s unix.Statfs_t, err error) {
	_, err = disk.Again(func() (int, error) { return 0, unix.Fstatfs(b.dir, &s) })
	return s, err
}
