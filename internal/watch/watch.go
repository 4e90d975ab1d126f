package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Options of a Watcher.
type Options struct {
	// Roots are absolute folders. One that is a symbolic link is resolved once,
	// by New; one below another is watched once; one that is not there is waited
	// for.
	Roots []string
	// CrossMounts has other mounts below a root watched too.
	CrossMounts bool
	// Exclude says what is left out, by its absolute path: a folder with all
	// that is below it, or a file. Bins of the freedesktop.org trash are left
	// out anyway. Nil: nothing more.
	Exclude func(path string) bool
	// Interest says by a file's name whether its changes are hints; nil: all.
	Interest func(name string) bool
	// Debounce is how long it must have been quiet before a hint is given; under
	// constant change one is given every four times that. 0: half a second.
	Debounce time.Duration
	Log      *slog.Logger // nil: none
}

// State is what a Watcher watches.
type State struct {
	Folders int      // that are watched, roots among them
	Polling []string // roots, as they were given, of which hints cannot be relied on: they must be listed from time to time
	Why     string   // in plain words; empty without Polling
}

// Watcher gives hints. Its methods may be called by several goroutines.
type Watcher struct {
	o     Options
	roots []*root
	ways  map[string]bool // paths that lead to a root, roots among them
	hints chan struct{}   // holds one
	stop  chan struct{}   // closed by Close
	ended chan struct{}   // closed when all has ended
	once  sync.Once
	group sync.WaitGroup // what reads for run

	mu    sync.Mutex
	state State

	// The rest is run's alone.
	notify  *fsnotify.Watcher // nil: nothing can be watched
	folders map[string]*root  // what is watched, and for which root; nil: only as a way to one
	fresh   map[string]*root  // folders to be looked into when it is quiet
	lost    chan error        // holds one: something was not told
	mounts  chan struct{}     // holds one: the table of mounts changed
	below   string            // what is mounted below the roots, with CrossMounts
	settle  *settle
	hinted  bool // a hint is due when it is quiet
	check   bool // whether the roots are still there
	anew    bool // nothing that is in the book can be relied on
}

// New watches the roots and all folders below them but, without CrossMounts, for
// those on other mounts; symbolic links are not followed. It takes as long as listing all
// folders does. What changes after it has returned is followed by a hint. A
// root that cannot be watched is no error: State names it.
func New(o Options) (*Watcher, error) {
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
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &Watcher{
		o: o, ways: map[string]bool{},
		hints: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{}),
		lost: make(chan error, 1), mounts: make(chan struct{}, 1), settle: newSettle(o.Debounce),
	}
	for _, path := range o.Roots {
		if !filepath.IsAbs(path) {
			return nil, fmt.Errorf("%q is not an absolute path", path)
		}
		w.root(path)
	}
	endMounts := watchMounts(w.mounts)
	w.startOver()
	w.publish()
	go w.run(endMounts)
	return w, nil
}

// Wait returns nil when something may have changed since it last did, the
// error of ctx when that ended, and os.ErrClosed after Close.
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

// State says what is watched, as it was at the last hint or since New.
func (w *Watcher) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// Close ends the watching and returns when every goroutine has ended. No call
// but the first does anything.
func (w *Watcher) Close() error {
	w.once.Do(func() { close(w.stop) })
	<-w.ended
	return nil
}

func (w *Watcher) closing() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}

// publish makes the present state the one that State tells.
func (w *Watcher) publish() {
	var s State
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
