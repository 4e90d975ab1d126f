package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

// arena is a root with one name, p/a.png, at which there is always a file for
// the sweepers; a victim tree outside of the root with a file of that name; and
// a folder at the side for the attacker. Contents that begin with "ours" may go, those that
// begin with "keep" are precious. All have one length and one time, and no two
// files the same content.
type arena struct {
	*box
	storage *providers.Storage
	flip    func() bool // the attacker's move, undone by the next one; whether it could be made
	calm    func()      // puts the ground back as it was before the first flip
	bait    string      // where the attacker keeps a precious file, if he has one
	touched string      // of the victim tree: what he himself gives another change time
	flipped atomic.Int64

	mu      sync.Mutex
	number  int             // of contents and keys
	made    map[string]bool // the content of each file outside of the victim tree
	counts  map[string]int  // the outcomes of the attempts, as text
	ops     map[string]providers.Op
	current map[int64]string // the key of each sweeper's latest operation
	ended   map[string]providers.Outcome
}

const arenaSize = 24

func newArena(t *testing.T, top string) *arena {
	t.Helper()
	a := &arena{
		box: newBoxIn(t, top), calm: func() {},
		made: map[string]bool{}, counts: map[string]int{}, ops: map[string]providers.Op{},
		current: map[int64]string{}, ended: map[string]providers.Outcome{},
	}
	for _, name := range []string{"victim/a.png", "victim/sub/b.png", "victim/notes.txt"} {
		must(t, os.MkdirAll(filepath.Join(top, filepath.Dir(name)), 0o700))
		a.file(filepath.Join(top, name), "keep "+name)
	}
	must(t, os.MkdirAll(a.side(""), 0o700))
	must(t, os.MkdirAll(a.path("p"), 0o700))
	s, err := providers.NewStorage("home", a.d,
		providers.Options{Roots: []string{a.root}, Recorder: a, Protect: []providers.Guard{
			providers.GuardOpen, providers.GuardPartial, providers.GuardHardLinked, providers.GuardOtherOwner,
			providers.GuardTagged,
		}})
	must(t, err)
	a.storage = s
	a.d.step = func(point string) error {
		switch point {
		case xdgtrash.AtPinned, xdgtrash.AtWritten, xdgtrash.AtMoved: // where it hurts most, more often than by chance
			if rand.IntN(2) == 0 {
				a.attack()
			}
		case xdgtrash.AtReturned:
			a.count("put back")
		}
		return nil
	}
	return a
}

// tempt gives the victim tree what would go if it were in the root.
func (a *arena) tempt() {
	a.file(filepath.Join(a.top, "victim/a.png"), "ours victim/a.png")
}

func (a *arena) side(name string) string { return filepath.Join(a.top, "side", name) }

// file writes a file of the arena's one length and time.
func (a *arena) file(path, content string) {
	a.check(os.WriteFile(path, fmt.Appendf(nil, "%-*.*s", arenaSize, arenaSize, content), 0o600))
	a.check(os.Chtimes(path, noon, noon))
}

// create makes a file at the side, of a content that no other has.
func (a *arena) create(kind string) (path, content string) {
	content = fmt.Sprintf("%s %d", kind, a.next())
	a.mu.Lock()
	a.made[content] = true
	a.mu.Unlock()
	path = a.side(content)
	a.file(path, content)
	return path, content
}

func (a *arena) next() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.number++
	return a.number
}

func (a *arena) count(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counts[what]++
}

// check is must for all goroutines.
func (a *arena) check(err error) {
	if err != nil {
		a.Helper()
		a.Error(err)
	}
}

// attack is one flip, if it can be made just now.
func (a *arena) attack() {
	if a.flip() {
		a.flipped.Add(1)
	}
}

// Begin implements providers.Recorder. The run is the sweeper's number.
func (a *arena) Begin(_ context.Context, op providers.Op) (string, error) {
	digits := fmt.Sprintf("%0*d", keyChars, a.next())
	key := strings.Map(func(r rune) rune { return 'a' + r - '0' }, digits)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ops[key], a.current[op.Cause.Run] = op, key
	return key, nil
}

// Confirm implements providers.Recorder.
func (a *arena) Confirm(context.Context, string) error { return nil }

// Fenced implements providers.Recorder.
func (a *arena) Fenced(string) error { return nil }

// End implements providers.Recorder.
func (a *arena) End(_ context.Context, key string, o providers.Outcome) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, twice := a.ended[key]; twice {
		a.Errorf("the operation %s ended twice", key)
	}
	a.ended[key] = o
	return nil
}

// supply puts a new file that may go where there is none.
func (a *arena) supply() {
	path := a.path("p/a.png")
	if _, err := os.Lstat(path); err == nil {
		return
	}
	fresh, content := a.create("ours")
	if unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, path, unix.RENAME_NOREPLACE) != nil {
		a.check(os.Remove(fresh)) // another process was faster
		a.mu.Lock()
		delete(a.made, content)
		a.mu.Unlock()
	}
}

// sweep examines the file and moves it if what was read may go, as the program
// does.
func (a *arena) sweep(sweeper int64) {
	e, err := a.storage.Stat(a.Context(), providers.Ref(a.path("p/a.png")))
	var text string
	if err == nil {
		text, err = a.readAll(e)
	}
	if err != nil {
		a.count("before: " + kindOf(err))
		return
	}
	if !strings.HasPrefix(text, "ours") {
		a.count("before: not ours")
		return
	}
	a.count("attempts")
	_, err = a.storage.Trash(a.Context(), e, providers.Cause{Run: sweeper})
	a.count(kindOf(err))
	if errors.Is(err, providers.ErrUncertain) {
		a.mu.Lock()
		key := a.current[sweeper]
		a.mu.Unlock()
		a.whole(key)
		a.finish(key)
	}
}

func (a *arena) readAll(e providers.Entry) (string, error) {
	rc, err := a.storage.ReadRange(a.Context(), e, 0, arenaSize)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(rc)
	return string(text), errors.Join(err, rc.Close())
}

// kindOf returns the name of an outcome; for an error of no known kind, its whole text.
func kindOf(err error) string {
	if err == nil {
		return "trashed"
	}
	for word, kind := range map[string]error{
		"uncertain": providers.ErrUncertain, "changed": providers.ErrChanged, "missing": fs.ErrNotExist,
		"outside": providers.ErrOutside, "other mount": disk.ErrOtherVolume, "protected": providers.ErrProtected,
		"busy": providers.ErrBusy,
	} {
		if errors.Is(err, kind) {
			return word
		}
	}
	return err.Error()
}

// finish completes an operation that stayed open, as the user and the next run do:
// the name is freed, and the record completed. If another process takes the name
// first, the operation stays open.
func (a *arena) finish(key string) {
	if folder, err := a.d.roots[0].Parent("p/a.png"); err == nil { // never through a link, or onto a mount
		spare := a.side(fmt.Sprintf("spare %d", a.next()))
		if unix.Renameat2(folder, "a.png", unix.AT_FDCWD, spare, unix.RENAME_NOREPLACE) == nil && a.bait != "" {
			if text, err := os.ReadFile(spare); err == nil && strings.HasPrefix(string(text), "keep") {
				exchange(spare, a.bait) // the attacker has it back
			}
		}
		unix.Close(folder)
	}
	a.mu.Lock()
	op := a.ops[key]
	a.mu.Unlock()
	_, err := a.storage.Finish(a.Context(), key, op)
	a.count("finished: " + kindOf(err))
}

// whole checks that the operation's file is in the bin and can be restored.
func (a *arena) whole(key string) (unix.Statx_t, string) {
	name := binned("a.png", key)
	path := filepath.Join(a.trash, "files", name)
	s, err := disk.StatName(unix.AT_FDCWD, path)
	a.check(err)
	text, err := os.ReadFile(path)
	a.check(err)
	info, err := os.ReadFile(filepath.Join(a.trash, "info", name+infoEnding))
	a.check(err)
	from, deleted, err := xdgtrash.ParseInfo(info, noon.Location())
	if err != nil || from != a.path("p/a.png") || !deleted.Equal(noon) {
		a.Errorf("the .trashinfo of %q is %q: %v", text, info, err)
	}
	return s, strings.TrimSpace(string(text))
}

// victims is the victim tree, byte for byte and inode for inode.
func (a *arena) victims() string {
	a.Helper()
	var all strings.Builder
	must(a.T, filepath.WalkDir(filepath.Join(a.top, "victim"), func(path string, d fs.DirEntry, err error) error {
		s := unix.Statx_t{}
		if err == nil {
			s, err = disk.StatName(unix.AT_FDCWD, path)
		}
		text := []byte(nil)
		if err == nil && !d.IsDir() {
			text, err = os.ReadFile(path)
		}
		if path == a.touched {
			s.Ctime = unix.StatxTimestamp{}
		}
		fmt.Fprintf(&all, "%s: %q, mode %o, owner %d, %d names, identity %s\n", path, text, s.Mode, s.Uid, s.Nlink,
			disk.Identify(&s))
		return err
	}))
	return all.String()
}

// account checks that each file that ever existed is complete and in one place; that the bin contains the files that
// the record names as moved, and nothing else; and that each is the very file which was examined.
func (a *arena) account() {
	a.Helper()
	found := map[string]int{}
	for _, dir := range []string{a.root, a.side(""), filepath.Join(a.trash, "files")} {
		must(a.T, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // no bin yet
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(path)
			i, statErr := d.Info()
			if err = errors.Join(err, statErr); err == nil && (len(text) != arenaSize || !i.ModTime().Equal(noon)) {
				a.Errorf("%s is %q of %v", path, text, i.ModTime())
			}
			found[strings.TrimSpace(string(text))]++
			return err
		}))
	}
	for content := range found {
		if !a.made[content] && (a.touched == "" || content != "keep victim/a.png") {
			a.Errorf("%q has left the victim tree", content)
		}
	}
	for content := range a.made {
		if found[content] != 1 {
			a.Errorf("%q is in %d places", content, found[content])
		}
	}
	done := 0
	for key, op := range a.ops {
		o, ended := a.ended[key]
		if !ended || o.Err != nil {
			if !ended {
				a.Errorf("the record of %s is open still", key)
			}
			continue
		}
		done++
		s, text := a.whole(key)
		want, err := disk.ParseIdentity(string(op.Entry.Revision))
		a.check(err)
		if disk.Identify(&s).Lasting() != want.Lasting() || !strings.HasPrefix(text, "ours") {
			a.Errorf("%q was trashed, identity %s; what was examined is %s", text, disk.Identify(&s),
				op.Entry.Revision)
		}
	}
	a.binHas(done, done)
}
