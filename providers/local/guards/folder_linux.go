package guards

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// surroundings are the results about a file's folder, and those above it, that the guards need. They are the same for
// all files in the folder, so that goroutines that ask at the same time share one look.
type surroundings struct {
	alone   bool             // no name in the folder has the form of a neighbour or a sidecar
	library language.Message // why all files in the folder are part of a library
	trees   []workTree       // of Git, from the folder upward
	treeErr error            // why there may be more
}

// around returns the surroundings of the file; all guards share one look.
func (q *question) around() *surroundings {
	if q.near == nil {
		q.near = q.guards.around.Do(filepath.Dir(q.path), func(askers int) *surroundings {
			s := &surroundings{library: q.libraryAbove()}
			s.trees, s.treeErr = q.guards.allWorkTrees(filepath.Dir(q.path), q.file.Stat.Mnt_id)
			s.alone = askers >= enough && aloneIn(q.root, filepath.Dir(q.rel), askers*namesEach)
			return s
		})
	}
	return q.near
}

// Listing a folder pays if enough files ask, with at most namesEach names for each of them; otherwise it costs as
// much to look for each file's neighbours and sidecars by name.
const (
	enough    = 4
	namesEach = 100
)

// aloneIn reports whether no name in the folder at rel could be the neighbour or sidecar of some file. It returns
// false for a folder that it could not list, or that has more names than limit.
func aloneIn(r *roots.Root, rel string, limit int) bool {
	fd, err := r.Open(rel, disk.FolderFlags)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	buf := make([]byte, 32<<10)
	for names := 0; names <= limit; {
		n, err := disk.Again(func() (int, error) { return unix.Getdents(fd, buf) })
		if err != nil || n == 0 {
			return err == nil
		}
		for rest := buf[:n]; len(rest) > 0; names++ {
			var name []byte
			if name, _, rest, err = disk.Dirent(rest); err != nil || accompanies(string(name[:len(name)-1])) {
				return false
			}
		}
	}
	return false
}

// accompanies reports whether name may be one of the neighbours or sidecars of another file, in any case, and on file
// systems that treat different letters as equal.
func accompanies(name string) bool {
	if len(name) >= 2 && (name[0] == '.' && (name[1] == '~' || name[1] == '#' || name[1] >= 0x80) || name[:2] == "~$") {
		return true
	}
	if len(name) >= len(".comment") && strings.EqualFold(name[:len(".comment")], ".comment") {
		return true
	}
	ext := filepath.Ext(name)
	switch strings.ToLower(ext) {
	case ".part", ".partial", ".crdownload", ".download", ".opdownload", ".aria2", ".ytdl", ".!ut", ".!qb", ".tmp",
		".xmp", ".pp3", ".dop":
		return true
	}
	return slices.ContainsFunc([]byte(ext), func(c byte) bool { return c >= 0x80 })
}

// beside returns the first of the names that exists in the file's folder; "" if none does.
func (q *question) beside(names []string) (string, error) {
	if q.around().alone {
		return "", nil
	}
	for _, name := range names {
		there, err := beside(q.file, name)
		if err != nil {
			return "", fmt.Errorf("%q: %w", name, err)
		}
		if there {
			return name, nil
		}
	}
	return "", nil
}
