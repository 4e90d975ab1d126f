package guards

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"golang.org/x/sys/unix"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/sweepd/sweepd/internal/disk"

	"github.com/sweepd/sweepd/internal/language"
)

// gitIndexLimit is the largest index that is read, in bytes: more than a million files. Decoding takes six times as
// much memory.
const gitIndexLimit = 128 << 20

// gitIndex is the set of files that one index of Git tracks, as hashes of folded paths. Two paths with one hash, or
// that differ only in case, count as one, which can only keep a file too many.
type gitIndex struct {
	// is identifies the state of the file that was read.
	is      state
	seed    maphash.Seed
	tracked []uint64 // sorted
	folders []string // folded, with a slash at the end: all in them is tracked
	err     error
}

// tracked returns which work tree above the file tracks it; "" if none does. It asks all of them, also those above
// the root: the outer one may have tracked the file before there was an inner one.
func (q *question) tracked() (why language.Message) {
	near := q.around()
	err := near.treeErr
	for _, t := range near.trees {
		why, indexErr := q.guards.trackedIn(t, filepath.Join(t.folder, q.file.Name))
		if !why.IsZero() {
			return why
		}
		if indexErr != nil {
			err = indexErr
			break
		}
	}
	if err != nil {
		return language.Messagef("Git may track it, and %v", err)
	}
	return language.Message{}
}

// workTree is a folder with a Git repository, and the path of the file's folder in it.
type workTree struct{ dir, git, folder string }

// allWorkTrees returns the work trees that contain the folder, at its own path and at other mounts of its file
// system. mount is the number of the folder's mount.
func (g *Guards) allWorkTrees(folder string, mount uint64) (trees []workTree, err error) {
	trees, err = workTrees(folder)
	if err != nil {
		return trees, err
	}
	ways, err := g.o.Mounts.OtherWays(mount, folder)
	if err != nil {
		return trees, fmt.Errorf("the other mounts of its folder are not known: %w", err)
	}
	for _, way := range ways {
		more, err := workTrees(way)
		trees = append(trees, more...)
		if err != nil {
			return trees, err
		}
	}
	return trees, nil
}

// workTrees returns the work trees that contain the folder, the innermost first. After an error it returns those
// found before it.
func workTrees(folder string) (trees []workTree, err error) {
	top, err := disk.OpenTop()
	if err != nil {
		return nil, err
	}
	defer unix.Close(top)
	for dir := folder; ; dir = filepath.Dir(dir) {
		git, err := gitDir(top, dir)
		if err != nil {
			return trees, err
		}
		if git != "" {
			trees = append(trees, workTree{dir, git, folder})
		}
		if dir == "/" {
			return trees, nil
		}
	}
}

// trackedIn asks one repository.
func (g *Guards) trackedIn(t workTree, path string) (why language.Message, err error) {
	top, err := disk.OpenTop()
	if err != nil {
		return language.Message{}, err
	}
	defer unix.Close(top)
	x, err := g.memory.index(top, filepath.Join(t.git, "index"))
	if x == nil || err != nil {
		return language.Message{}, err
	}
	rel, _ := disk.Below(t.dir, path)
	if t.dir == "/" {
		rel = path[1:]
	}
	if x.tracks(rel) {
		return language.Messagef("Git tracks it (in %q)", t.dir), nil
	}
	return language.Message{}, nil
}

// gitDir returns the repository of the work tree dir; "" if it is none. A file named .git contains the repository's
// place (gitrepository-layout(5)): that of a worktree, or of a submodule.
func gitDir(top int, dir string) (string, error) {
	path := filepath.Join(dir, ".git")
	fd, s, err := disk.OpenAbsolute(top, path, unix.O_PATH)
	if errors.Is(err, unix.ENOENT) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("%q could not be looked at: %w", path, err)
	}
	unix.Close(fd)
	switch s.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return path, nil
	case unix.S_IFREG:
	case unix.S_IFLNK:
		return "", fmt.Errorf("%q is a symbolic link, which is not followed", path)
	default:
		return "", nil // Git takes nothing else for a repository
	}
	// A longer file cannot contain a path.
	b, err := readAbsolute(top, path, 2*unix.PathMax)
	if err != nil {
		return "", fmt.Errorf("%q could not be read: %w", path, err)
	}
	to, ok := bytes.CutPrefix(b, []byte("gitdir: "))
	to = bytes.TrimRight(to, "\r\n")
	if !ok || len(to) == 0 {
		return "", fmt.Errorf("%q does not say where the repository is", path)
	}
	git := filepath.Clean(string(to))
	if !filepath.IsAbs(git) {
		git = filepath.Join(dir, git)
	}
	if fd, _, err = disk.OpenAbsolute(top, git, unix.O_PATH|unix.O_DIRECTORY); err != nil {
		return "", fmt.Errorf("the repository of %q could not be looked at: %w", path, err)
	}
	unix.Close(fd)
	return git, nil
}

// readAbsolute reads a regular file of at most limit bytes.
func readAbsolute(top int, path string, limit int64) ([]byte, error) {
	fd, s, err := disk.OpenAbsolute(top, path, disk.FileFlags)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	if !disk.Regular(s) || int64(s.Size) > limit {
		return nil, errors.New("it is no file, or too large")
	}
	return io.ReadAll(io.LimitReader(f, limit))
}

// index returns the index at the path, and reads it if it has changed; nil if there is none, as in a repository to
// which nothing has been added.
func (m *memory) index(top int, path string) (*gitIndex, error) {
	fd, s, err := disk.OpenAbsolute(top, path, disk.FileFlags)
	if errors.Is(err, unix.ENOENT) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	is := state{disk.Identify(s), unix.Mkdev(s.Dev_major, s.Dev_minor)}
	// The lock is held while an index is read, so that goroutines read it once.
	m.mu.Lock()
	defer m.mu.Unlock()
	// An index that is unchanged is not read again, not even if it could not be read.
	if x := m.indexes[path]; x != nil && x.is == is {
		return x, x.err
	}
	x := &gitIndex{is: is, seed: maphash.MakeSeed()}
	switch {
	case !disk.Regular(s):
		x.err = unreadable(path, errors.New("it is not a file"))
	case s.Size > gitIndexLimit:
		x.err = unreadable(path, fmt.Errorf("it has more than %d MiB", gitIndexLimit>>20))
	default:
		if err := x.decode(io.LimitReader(f, gitIndexLimit)); err != nil {
			x.err = unreadable(path, err)
		}
	}
	if m.indexes == nil {
		m.indexes = map[string]*gitIndex{}
	}
	m.indexes[path] = x
	return x, x.err
}

func unreadable(path string, err error) error {
	return fmt.Errorf("its index %q could not be read: %w", path, err)
}

// decode reads an index (gitformat-index(5)). Formats that the decoder does not know are errors: a split index, a
// sparse one, SHA-256. The decoder is not ours, and any program may have written the index, so its panic becomes an
// error too.
func (x *gitIndex) decode(r io.Reader) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the decoder gave up: %v", p)
		}
	}()
	var all index.Index
	if err := index.NewDecoder(r).Decode(&all); err != nil {
		return err
	}
	for _, e := range all.Entries {
		name := folded(e.Name)
		switch e.Mode {
		case filemode.Dir: // of a sparse index
			x.folders = append(x.folders, strings.TrimSuffix(name, "/")+"/")
		case filemode.Submodule: // its own index says what it tracks
		default:
			x.tracked = append(x.tracked, maphash.String(x.seed, name))
		}
	}
	slices.Sort(x.tracked)
	return nil
}

// tracks reports whether Git tracks the path, which is relative to the work tree.
func (x *gitIndex) tracks(rel string) bool {
	rel = folded(rel)
	_, found := slices.BinarySearch(x.tracked, maphash.String(x.seed, rel))
	return found || slices.ContainsFunc(x.folders, func(f string) bool { return strings.HasPrefix(rel, f) })
}

// folded returns one form for all spellings of a path that a file system, or a setting of Git (core.ignoreCase,
// core.precomposeUnicode), may treat as equal.
func folded(path string) string {
	for i := range len(path) {
		if path[i] >= 0x80 {
			return norm.NFD.String(cases.Fold().String(norm.NFD.String(path)))
		}
	}
	return strings.ToLower(path)
}
