package review

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/sweeper"
)

// Options are the options of New.
type Options struct {
	// App returns the options with which the storages are opened, each time anew: the policy may have changed.
	App      func() app.Options
	Now      func() time.Time // required
	Language language.Printer
	Home     string // is shown as ~
	Dir      string // for the thumbnails; it is made if it does not exist
	// MayApply returns why no plan may be applied from the page; nil: it may.
	MayApply func() error
	// Progress is called now and then during a look; may be nil.
	Progress func(seen, matched int64)
	// Door returns the certificate and the password for other machines, from their files by the present policy; nil:
	// no other machine is let in.
	Door func() (*app.Door, error)
	// Refused is called with the address that a wrong password came from; may be nil.
	Refused func(from string)
}

// Server is the page. Its methods may be called by several goroutines at once. There are two locks. engine serialises
// scans, explanations, decisions and runs, which take long; mu protects the few fields that requests read. A handler
// that needs both takes engine first. A handler takes the App by use before it waits for the engine, so no code may
// wait for users while it holds the engine.
type Server struct {
	o      Options
	in     language.Printer
	pages  *template.Template
	logins *logins
	door   *door
	maker  *thumbnail.Maker
	thumbs *thumbnails
	here   chan struct{} // thumbnails that are made of files of this machine
	away   chan struct{} // and of those that accounts make
	key    []byte        // by which pictures are named
	ctx    context.Context
	quit   context.CancelFunc

	engine sync.Mutex // is held for each use of a Sweeper

	mu     sync.RWMutex        // guards all fields below; none is held while waiting for the engine
	open   *opened             // nil: there was no look yet
	now    *listing            // of the last look
	plan   *planned            // that was shown and can be applied
	former map[string]*picture // that left the list by the last look or since, by their IDs
}

// opened is an App whose storages may be in use. It is closed when the last user is done.
type opened struct {
	*app.App
	users sync.WaitGroup
}

// New returns a Server. The caller calls Close. It returns an error if the folder of the thumbnails cannot be used.
func New(ctx context.Context, o Options) (*Server, error) {
	if o.MayApply == nil {
		o.MayApply = func() error { return nil }
	}
	if o.Refused == nil {
		o.Refused = func(string) {}
	}
	pages, err := templates(o.Language)
	if err != nil {
		return nil, err
	}
	thumbs, err := newThumbnails(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		o: o, in: o.Language, pages: pages, logins: newLogins(), door: newDoor(o.Door, o.Now),
		maker: thumbnail.NewMaker(), thumbs: thumbs, key: make([]byte, 32),
	}
	s.here, s.away = turns()
	_, _ = rand.Read(s.key) // it never fails, by its documentation
	s.ctx, s.quit = context.WithCancel(ctx)
	return s, nil
}

// Close closes the storages, after the requests that use them, and removes the thumbnails. A request that comes later
// finds no App.
func (s *Server) Close() error {
	s.quit()
	s.engine.Lock() // no look is under way, and none opens an App from now on: its context has ended
	s.mu.Lock()
	a := s.open
	s.open = nil // the list stays: a request that has it may go on to the end
	s.mu.Unlock()
	s.engine.Unlock() // a request that uses the App may wait for it
	var err error
	if a != nil {
		a.users.Wait()
		err = a.Close()
	}
	return errors.Join(err, s.thumbs.close())
}

// Link returns a path that signs one browser in, once, within a quarter of an hour.
func (s *Server) Link() string { return "/login/" + s.logins.link(s.o.Now()) }

// Listeners are sockets that something else has opened.
type Listeners = []net.Listener

// Split returns those that only this machine can reach, and the others.
func Split(all Listeners) (here, away Listeners) {
	for _, l := range all {
		if status.Local(l.Addr()) {
			here = append(here, l)
		} else {
			away = append(away, l)
		}
	}
	return here, away
}

// Open listens at the address, see status.Listen, unless it is "", and also at the listeners, of which there is one at
// least then. It returns the address of the page, without a path, and a function that serves it until its context ends.
// If it returns an error, the listeners stay open. A listener that other machines can reach is status.ErrNotHere.
func (s *Server) Open(
	ctx context.Context, address string, more ...net.Listener,
) (base string, serve func(context.Context) error, err error) {
	for _, l := range more {
		if !status.Local(l.Addr()) {
			return "", nil, fmt.Errorf("listen at %s: %w", l.Addr(), status.ErrNotHere)
		}
	}
	if address != "" {
		l, err := status.Listen(ctx, address)
		if err != nil {
			return "", nil, err
		}
		more = append([]net.Listener{l}, more...)
	}
	base = baseOf(more[0])
	for i, l := range more {
		more[i] = ownersOnly{l, sameUser}
	}
	return base, func(ctx context.Context) error { return status.Serve(ctx, s.Handler(), more...) }, nil
}

// baseOf returns the address of a page at the listener, without a path. A browser reaches a socket only through a port
// that the user forwards to it, which baseOf calls PORT.
func baseOf(l net.Listener) string {
	if l.Addr().Network() == "unix" {
		return "http://localhost:PORT"
	}
	return "http://" + l.Addr().String()
}

// Handler returns the handler of all pages. Open adds what depends on the connection. Every address but those of the
// assets and of a link needs a session; every address needs to pass guarded. A GET changes no file and takes no
// decision, which lets the browser repeat it.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/{name}", asset)
	mux.HandleFunc("GET /login/{code}", s.login)
	mux.HandleFunc("POST /login", s.password)
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /{$}":                     s.looked(s.foundPage),
		"GET /ids":                     s.looked(s.ids),
		"GET /cards":                   s.looked(s.cards),
		"GET /picture/{id}":            s.looked(s.picturePage),
		"GET /picture/{id}/{n}/whole":  s.looked(s.whole),
		"GET /thumbnail/{id}":          s.looked(s.thumbnail),
		"GET /thumbnail/trashed/{key}": s.looked(s.trashedThumbnail),
		"GET /waiting":                 s.looked(s.waitingPage),
		"GET /history":                 s.looked(s.historyPage),
		"GET /history/{run}":           s.looked(s.runPage),
		"GET /storages":                s.looked(s.storagesPage),
		"GET /policy":                  s.looked(s.policyPage),
		"GET /apply":                   s.applyPage,
		"POST /apply":                  s.looked(s.apply),
		"POST /decide":                 s.looked(s.decide),
		"POST /undo":                   s.looked(s.undo),
		"POST /look":                   s.lookAgain,
		"POST /storages":               s.looked(s.storagesPage),
		"POST /policy":                 s.looked(s.policyPage),
		"POST /logout":                 s.logout,
	} {
		mux.Handle(pattern, s.signedIn(h))
	}
	return s.guarded(mux)
}

// looked passes on requests once there is a list: the first of them makes it. If several requests come at the same
// time, the later ones wait, and then look again: a look is never skipped.
func (s *Server) looked(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.listing() == nil {
			if err := s.Look(); err != nil {
				s.failed(w, r, err)
				return
			}
		}
		next(w, r)
	}
}

// listing returns the list of the last look; nil if there was none.
func (s *Server) listing() *listing {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now
}

// use returns the open App; the caller calls done. It returns nil if none is open. The App stays open until done,
// although a look may replace it meanwhile.
func (s *Server) use() (a *opened, done func()) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.open == nil {
		return nil, func() {}
	}
	s.open.users.Add(1)
	return s.open, s.open.users.Done
}

// Look opens the storages by the present policy, scans them and makes a new list. If it returns an error, the former
// list stays.
func (s *Server) Look() error {
	s.engine.Lock()
	defer s.engine.Unlock()
	_, err := s.look()
	return err
}

// look is Look while the engine is held. It returns the App, which stays open at least as long as the engine is held.
func (s *Server) look() (*opened, error) {
	a, err := app.Open(s.ctx, s.o.App())
	if err != nil {
		return nil, err
	}
	l, err := s.scan(s.ctx, a)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	fresh := &opened{App: a}
	s.mu.Lock()
	old := s.open
	s.open, s.former, s.now, s.plan = fresh, l.without(s.now), l, nil
	s.mu.Unlock()
	if old != nil {
		go func() { // a request may still read a picture; Close waits for those of the last App only
			old.users.Wait()
			_ = old.Close() // it was open for reading only: nothing can be lost
		}()
	}
	return fresh, nil
}

// scan scans the storages and returns the list of what was found.
func (s *Server) scan(ctx context.Context, a *app.App) (*listing, error) {
	var found []sweeper.Found
	due, sum, err := a.Plan(ctx, sweeper.ScanOptions{
		Each: func(f sweeper.Found) { found = append(found, f) }, Progress: s.o.Progress,
	})
	if err != nil {
		return nil, err
	}
	due.Hold(found)
	images, err := a.Sweeper.Images(ctx, found)
	if err != nil {
		return nil, err
	}
	return s.newListing(a, images, due, sum), nil
}
