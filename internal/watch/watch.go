package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Options are the options of a Watcher.
type Options struct {
	// Roots are absolute folders. New resolves a symbolic link once. A root below another is watched once; a missing
	// root is watched for.
	Roots []string
	// CrossMounts watches other mounts below a root too.
	CrossMounts bool
	// Exclude reports whether a folder with everything below it, or a file, is left out, by its absolute path. Bins
	// of the freedesktop.org trash are always left out. nil: nothing more.
	Exclude func(path string) bool
	// Interest reports whether changes of a file are hints, by its name; nil: all.
	Interest func(name string) bool
	// Debounce is the quiet time before a hint; under constant change there is one every four times that. 0: half a
	// second.
	Debounce time.Duration
}

// State is the state of a Watcher.
type State struct {
	Folders int // watched folders, including roots
	// Polling has the roots, as they were given, whose hints cannot be relied on: they must be listed from time to
	// time.
	Polling []string
	Why     string // the reason as text; empty without Polling
	Lost    int    // how many times events were lost, and all folders were watched anew
}

// Watcher sends hints. Its methods may be called concurrently.
type Watcher struct {
	o     Options
	roots []*root
	ways  map[string]bool // paths that lead to a root, including roots
	hints chan struct{}   // holds one
	stop  chan struct{}   // closed by Close
	ended chan struct{}   // closed when all has ended
	once  sync.Once
	group sync.WaitGroup // goroutines that read for run

	mu    sync.Mutex
	state State

	// The following fields belong to run alone.
	notify  *fsnotify.Watcher // nil: nothing can be watched
	folders map[string]*root  // watched folders with their root; nil: only as a way to one
	fresh   map[string]*root  // folders to be looked into when it is quiet
	lost    chan struct{}     // holds one: an event was lost
	mounts  chan struct{}     // holds one: the table of mounts changed
	below   string            // mounts below the roots, with CrossMounts
	settle  *settle
	hinted  bool // a hint is due when it is quiet
	check   bool // the roots must be checked
	anew    bool // the map of folders cannot be relied on
	losses  int
}

// New watches the roots and all folders below them, except folders on other mounts without CrossMounts; it follows no
// symbolic links. It takes as long as listing all folders. Each change after New has returned is followed by a hint.
// A root that cannot be watched is no error: State names it. The caller calls Close.
func New(o Options) (*Watcher, error) {
	w, err := prepare(o)
	if err != nil {
		return nil, err
	}
	endMounts := watchMounts(w.mounts)
	w.startOver()
	w.publish()
	go w.run(endMounts)
	return w, nil
}

// prepare returns a Watcher that does not watch yet.
func prepare(o Options) (*Watcher, error) {
	if len(o.Roots) == 0 {
		return nil, errors.New("no folder is given")
	}
	if o.Exclude == nil {
		o.Exclude = func(string) bool { return false }
	}
	if o.Interest == nil {
		o.Interest = func(string) bool { return true }
	}
	if o.Debounce <= 0 {
		o.Debounce = 500 * time.Millisecond
	}
	w := &Watcher{
		o: o, ways: map[string]bool{},
		hints: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{}),
		lost: make(chan struct{}, 1), mounts: make(chan struct{}, 1), settle: newSettle(o.Debounce),
	}
	for _, path := range o.Roots {
		if !filepath.IsAbs(path) {
			return nil, fmt.Errorf("%q is not an absolute path", path)
		}
		w.root(path)
	}
	return w, nil
}

// Wait returns nil if something may have changed since its last return, the error of ctx if that has ended, and
// os.ErrClosed after Close.
func (w *Watcher) Wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-w.hints:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stop:
		return os.ErrClosed
	}
}

// State returns the state at the last hint, or at New.
func (w *Watcher) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// Close stops the watching and returns when every goroutine has ended. Further calls have no effect.
func (w *Watcher) Close() error {
	w.once.Do(func() { close(w.stop) })
	<-w.ended
	return nil
}

// closing reports whether Close was called.
func (w *Watcher) closing() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}

// publish makes the present state the one that State returns.
func (w *Watcher) publish() {
	s := State{Lost: w.losses}
	for _, r := range w.folders {
		if r != nil {
			s.Folders++
		}
	}
	var why []string
	said := map[string]bool{}
	for _, r := range w.roots {
		if r.err == nil {
			continue
		}
		s.Polling = append(s.Polling, r.given)
		if text := r.err.Error(); !said[text] {
			said[text] = true
			why = append(why, text)
		}
	}
	s.Why = strings.Join(why, "; ")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = s
}
