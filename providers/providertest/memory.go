package providertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// Account is the service and Memory the driver. The methods of Account do what a person or another program does
// behind the back of the driver.

// Memory is a driver in memory with every feature of a storage: stable refs, revisions, a change feed whose cursors can
// expire, and a trash bin that other people use too. Several Memory drivers may share one Account. A ref is "id-1" and
// stays the same when the file moves, as in a cloud. Its methods may be called by several goroutines.
type Memory struct {
	providers.Unsupported // it makes no thumbnails
	a                     *Account
}

var _ providers.Driver = (*Memory)(nil)

// NewMemory returns a driver on the account.
func NewMemory(a *Account) *Memory { return &Memory{a: a} }

// Account is the service's side of a Memory driver: the stored files. The methods of it that act for a person do
// nothing if there is no such file: a test that has mistyped a path fails by its own check.
type Account struct {
	// mu guards all fields, and those of the files.
	mu      sync.Mutex
	files   map[providers.Ref]*file
	log     []providers.Ref // change n is log[n]; a Cursor is an index into it
	oldest  int             // cursors below are expired
	changed chan struct{}   // closed and replaced at each change
	next    int

	paths   map[string]providers.Ref // of files that exist
	folders map[string]bool          // that have, or had, a file in them
	lacks   providers.Can
	hashes  func(providers.Hashes) providers.Hashes // those that the storage knows; nil: none
	undated bool
	read    int64
}

// file is one file of an Account: in its place, in the trash, or away. It stays in Account.files when it is gone,
// because the change feed still names it.
type file struct {
	path     string
	content  []byte
	rev      int
	modified time.Time
	key      string // of the Trash that moved it; "" if trashed by another program
	trashed  bool
	away     bool // purged, or deleted by the person
	deleted  time.Time
	held     []providers.Held
	starred  bool
	shared   bool
}

// NewAccount returns an empty storage.
func NewAccount() *Account {
	return &Account{
		files: map[providers.Ref]*file{}, paths: map[string]providers.Ref{}, folders: map[string]bool{},
		changed: make(chan struct{}),
	}
}

// Remote makes it a storage where reading files whole is expensive, and which knows the hashes of its files.
func (a *Account) Remote() {
	a.remote(func(h providers.Hashes) providers.Hashes { return providers.Hashes{SHA256: h.SHA256} })
}

// RemoteInBlocks is Remote for a storage that knows only the ContentHash of its files.
func (a *Account) RemoteInBlocks() {
	a.remote(func(h providers.Hashes) providers.Hashes { return providers.Hashes{ContentHash: h.ContentHash} })
}

// remote makes reading whole files expensive. hashes selects those that the storage knows of a file.
func (a *Account) remote(hashes func(providers.Hashes) providers.Hashes) {
	a.Lack(providers.CanReadWhole)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hashes = hashes
}

// Lack removes abilities from what Can returns; the methods still work. So a test can see whether the engine asks Can
// before it calls one of them.
func (a *Account) Lack(c providers.Can) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lacks |= c
}

// Undated makes the bin keep no dates. Not every storage records when a file came to its bin.
func (a *Account) Undated() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.undated = true
}

// BytesRead returns how many bytes of files' contents were read so far. Tests of a remote storage bound it: a scan may
// read headers only.
func (a *Account) BytesRead() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.read
}

// Star gives the file a star, as a person does: the file changes, its content does not.
func (a *Account) Star(path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ref, f := a.at(path); f != nil {
		f.starred = true
		a.tell(ref)
	}
}

// Share lets other people see the file, as a person does: the file changes, its content does not.
func (a *Account) Share(path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ref, f := a.at(path); f != nil {
		f.shared = true
		a.tell(ref)
	}
}

// Move gives the file another path, as a person does.
func (a *Account) Move(from, to string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ref, f := a.at(from); f != nil {
		delete(a.paths, from)
		f.path, a.paths[to] = to, ref
		a.enfold(to)
		a.tell(ref)
	}
}

// Swap replaces the content of a file without a new revision, as on a file system that does not show the change.
func (a *Account) Swap(path string, content []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, f := a.at(path); f != nil {
		f.content = bytes.Clone(content)
	}
}

// Write creates the file or replaces its content, as a person does.
func (a *Account) Write(path string, content []byte, modified time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	ref, f := a.at(path)
	if f == nil {
		a.next++
		ref, f = providers.Ref("id-"+strconv.Itoa(a.next)), &file{path: path}
		a.files[ref], a.paths[path] = f, ref
		a.enfold(path)
	}
	f.content, f.modified = bytes.Clone(content), modified
	a.note(ref, f)
}

// enfold creates the folders that a file at the path is in. A folder stays although its last file goes.
func (a *Account) enfold(at string) {
	for dir := path.Dir(at); !a.folders[dir]; dir = path.Dir(dir) {
		a.folders[dir] = true
	}
}

// around returns the folders that the file at the path is in, its own first. Has is called with the lock of the Account
// held.
func (a *Account) around(at string) (in []providers.Folder) {
	for dir := path.Dir(at); ; dir = path.Dir(dir) {
		in = append(in, providers.Folder{Path: dir, Has: func(name string) (bool, error) {
			there := path.Join(dir, name)
			_, file := a.paths[there]
			return file || a.folders[there], nil
		}})
		if dir == path.Dir(dir) {
			return in
		}
	}
}

// Remove deletes the file without the bin, as a person does.
func (a *Account) Remove(path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ref, f := a.at(path); f != nil {
		f.away = true
		delete(a.paths, path)
		a.note(ref, f)
	}
}

// Hold makes guards hold the file from now on, in place of those before.
func (a *Account) Hold(path string, held ...providers.Held) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, f := a.at(path); f != nil {
		f.held = held
	}
}

// Expire makes every cursor that was returned so far too old.
func (a *Account) Expire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.log = append(a.log, "") // so that even the newest cursor is below
	a.oldest = len(a.log)
}

// Content returns the file's bytes, and whether it exists.
func (a *Account) Content(path string) ([]byte, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, f := a.at(path)
	if f == nil {
		return nil, false
	}
	return bytes.Clone(f.content), true
}

// Bin returns the paths that the files in the trash had, sorted.
func (a *Account) Bin() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var paths []string
	for _, f := range a.files {
		if f.trashed && !f.away {
			paths = append(paths, f.path)
		}
	}
	slices.Sort(paths)
	return paths
}

// at returns the file that is not in the trash under that path.
func (a *Account) at(path string) (providers.Ref, *file) {
	ref, ok := a.paths[path]
	if !ok {
		return "", nil
	}
	return ref, a.files[ref]
}

// note gives the file a new revision and adds it to the change feed.
func (a *Account) note(ref providers.Ref, f *file) {
	f.rev++
	a.tell(ref)
}

// tell adds the file to the change feed. The revision stays: a move or a star is no new content. It wakes those who
// wait.
func (a *Account) tell(ref providers.Ref) {
	a.log = append(a.log, ref)
	close(a.changed)
	a.changed = make(chan struct{})
}

// revision returns the revision, which counts the changes. Equal content at another time is another revision, as in
// most services.
func (f *file) revision() providers.Revision {
	return providers.Revision("rev-" + strconv.Itoa(f.rev))
}

// entry returns the file as a listing has it.
func (a *Account) entry(ref providers.Ref, f *file) providers.Entry {
	e := providers.Entry{
		Ref: ref, Revision: f.revision(), Path: f.path, Size: int64(len(f.content)), Modified: f.modified,
		Created: f.modified, Starred: f.starred, Shared: f.shared,
	}
	if a.hashes != nil {
		h := providers.NewHasher()
		_, _ = h.Write(f.content) // never fails
		e.Hashes = a.hashes(h.Sum())
	}
	return e
}

// Can returns everything but what the Account lacks.
func (m *Memory) Can() providers.Can {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	return (providers.CanTrash | providers.CanRestore | providers.CanPurge | providers.CanListTrash |
		providers.CanEmptyTrash |
		providers.CanWait | providers.CanFollow | providers.CanReadWhole) &^ m.a.lacks
}

// Changes implements providers.Driver. The listing is that of the moment of the call, in the order of the refs; after a
// cursor it is in the order of the changes.
func (m *Memory) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		// The lock is not held while the caller handles an element.
		changes, err := m.snapshot(since)
		if err != nil {
			yield(providers.Change{}, err)
			return
		}
		for _, c := range changes {
			if ctx.Err() != nil {
				yield(providers.Change{}, ctx.Err())
				return
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

// snapshot returns the whole answer to Changes, its checkpoint last.
func (m *Memory) snapshot(since providers.Cursor) ([]providers.Change, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	from := 0
	if since != "" {
		n, err := strconv.Atoi(string(since))
		// A cursor of another account may be beyond the end.
		if err != nil || n < m.a.oldest || n > len(m.a.log) {
			return nil, providers.ErrExpired
		}
		from = n
	}
	// Everything is listed by ref. The feed may name a file more than once.
	refs := slices.Sorted(maps.Keys(m.a.files))
	if since != "" {
		refs = m.a.log[from:]
	}
	var changes []providers.Change
	var seen int64
	for _, ref := range refs {
		f := m.a.files[ref]
		if f != nil && !f.trashed && !f.away {
			changes = append(changes, providers.Change{Entry: m.a.entry(ref, f)})
			seen++
		} else if since != "" {
			changes = append(changes, providers.Change{Entry: providers.Entry{Ref: ref}, Gone: true})
		}
	}
	// Since a cursor Seen counts all files, changed or not; see providers.Change.
	if since != "" {
		seen = 0
		for _, f := range m.a.files {
			if !f.trashed && !f.away {
				seen++
			}
		}
	}
	next := providers.Cursor(strconv.Itoa(len(m.a.log)))
	return append(changes, providers.Change{Next: next, Seen: seen}), nil
}

// Wait implements providers.Driver. It returns at once for a cursor that it does not know, so that the caller lists
// again.
func (m *Memory) Wait(ctx context.Context, since providers.Cursor) error {
	for {
		m.a.mu.Lock()
		// Both are read under one lock, so that no change is missed.
		behind, changed := string(since) != strconv.Itoa(len(m.a.log)), m.a.changed
		m.a.mu.Unlock()
		if behind {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Stat implements providers.Driver.
func (m *Memory) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	f, err := m.present(ctx, ref)
	if err != nil {
		return providers.Entry{}, err
	}
	return m.a.entry(ref, f), nil
}

// ReadRange implements providers.Driver. The bytes are a copy, so that a later Write does not change what a reader has
// still to read.
func (m *Memory) ReadRange(
	ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	f, err := m.atRevision(ctx, ref, rev)
	if err != nil {
		return nil, err
	}
	return m.a.part(f, off, n), nil
}

// part returns a reader of the range of the file, and counts the bytes.
func (a *Account) part(f *file, off, n int64) io.ReadCloser {
	size := int64(len(f.content))
	off = min(off, size)
	part := f.content[off:min(size, off+n)]
	a.read += int64(len(part))
	return io.NopCloser(bytes.NewReader(bytes.Clone(part)))
}

// Guards implements providers.Driver: it returns the guards set by Account.Hold, and those that go by the names
// around the file.
func (m *Memory) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	f, err := m.atRevision(ctx, ref, rev)
	if err != nil {
		return nil, err
	}
	around, err := providers.HeldAround(path.Base(f.path), m.a.around(f.path), of)
	said := slices.DeleteFunc(slices.Clone(f.held),
		func(h providers.Held) bool { return !slices.Contains(of, h.Guard) })
	return append(said, around...), err
}

// present returns a file that is not in the trash; else fs.ErrNotExist. The caller holds the lock, also for the other
// functions without an exported name.
func (m *Memory) present(ctx context.Context, ref providers.Ref) (*file, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := m.a.files[ref]
	if f == nil || f.trashed || f.away {
		return nil, fmt.Errorf("%s: %w", ref, fs.ErrNotExist)
	}
	return f, nil
}

// atRevision returns the file if it is at that revision, else providers.ErrChanged, or the error of present.
func (m *Memory) atRevision(ctx context.Context, ref providers.Ref, rev providers.Revision) (*file, error) {
	f, err := m.present(ctx, ref)
	if err == nil && f.revision() != rev {
		return nil, providers.ErrChanged
	}
	return f, err
}

// memorySize is how much an Account can hold.
const memorySize = 1 << 30

// Free implements providers.Driver: trashed files still count. The key is the address of the Account: two drivers on
// one report the same space, which must not be added up.
func (m *Memory) Free(ctx context.Context) (map[string]int64, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	free := int64(memorySize)
	for _, f := range m.a.files {
		if !f.away {
			free -= int64(len(f.content))
		}
	}
	return map[string]int64{fmt.Sprintf("account %p", m.a): free}, ctx.Err()
}

// Close implements providers.Driver.
func (m *Memory) Close() error { return nil }

// TakeOut moves the file out of the trash, to that path, as a person does.
func (a *Account) TakeOut(path, to string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for ref, f := range a.files {
		if f.path == path && f.trashed && !f.away {
			f.path, f.trashed, a.paths[to] = to, false, ref
			a.note(ref, f)
			return
		}
	}
}

// Vanish deletes the file in the trash for good, as another program does. The driver is not asked; the engine finds out
// by Gone.
func (a *Account) Vanish(path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for ref, f := range a.files {
		if f.path == path && f.trashed {
			f.away = true
			a.note(ref, f)
		}
	}
}

// Person moves a file to the trash, as its owner does by hand.
func (a *Account) Person(p string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ref, f := a.at(path.Clean(p)); f != nil {
		f.trashed, f.key, f.deleted = true, "", at
		delete(a.paths, f.path)
		a.note(ref, f)
	}
}
