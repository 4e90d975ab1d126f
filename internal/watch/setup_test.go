package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// box is a watched folder, and the hints about it.
type box struct {
	t   *testing.T
	dir string // absolute, without symbolic links
	w   *Watcher

	mu    sync.Mutex
	asked map[string]chan struct{} // closed when the watcher has asked about a file name's interest
	count int
}

// newBox does not watch yet, so that a test may put something there before.
func newBox(t *testing.T) *box {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return &box{t: t, dir: dir, asked: map[string]chan struct{}{}}
}

// watch watches the folder called root.
func (b *box) watch(change ...func(*Options)) {
	b.t.Helper()
	o := Options{Roots: []string{b.path("root")}, Interest: b.ask, Debounce: 5 * time.Millisecond}
	for _, c := range change {
		c(&o)
	}
	w, err := New(o)
	must(b.t, err)
	b.w = w
	b.t.Cleanup(func() { must(b.t, w.Close()) })
}

func (b *box) path(rel string) string { return filepath.Join(b.dir, filepath.FromSlash(rel)) }

func (b *box) folder(rel string) {
	b.t.Helper()
	must(b.t, os.MkdirAll(b.path(rel), 0o700))
}

func (b *box) write(rel string) {
	b.t.Helper()
	must(b.t, os.WriteFile(b.path(rel), []byte("x"), 0o600))
}

func (b *box) move(from, to string) {
	b.t.Helper()
	must(b.t, os.Rename(b.path(from), b.path(to)))
}

// told returns a channel that is closed when the watcher has received an event for a file of that name.
func (b *box) told(name string) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.asked[name] == nil {
		b.asked[name] = make(chan struct{})
	}
	return b.asked[name]
}

func (b *box) ask(name string) bool {
	c := b.told(name)
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-c:
	default:
		close(c)
	}
	return true
}

// patience is how long a test waits for a hint before it fails.
const patience = time.Minute

// hint waits for one. A test that waits in vain reports what is watched.
func (b *box) hint() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	if err := b.w.Wait(ctx); err != nil {
		b.t.Fatalf("no hint: %v; %+v", err, b.w.State())
	}
}

// isWatched fails unless a new file in the folder causes an event and a hint. A file that came before the folder was
// watched causes no event; then the hint is another one's.
func (b *box) isWatched(rel string) {
	b.t.Helper()
	for {
		b.count++
		name := fmt.Sprintf("probe-%d.png", b.count)
		b.write(rel + "/" + name)
		b.hint()
		select {
		case <-b.told(name):
			return
		default:
		}
	}
}

// folders follows hints until so many folders are watched.
func (b *box) folders(want int) {
	b.t.Helper()
	for b.w.State().Folders != want {
		b.hint()
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
