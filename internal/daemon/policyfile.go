package daemon

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/event"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/watch"
	"github.com/sweepd/sweepd/policy"
)

// The intervals for a changed policy file.
const (
	unread      = time.Second     // its size and times are trusted for so long
	settledFile = 5 * time.Second // an editor may write it in several steps
)

// policyFile is the policy file of a service, compared with the policy that the service has read from it.
//
// It is read before each deletion (through outdated), so it must be fast: within unread the file is trusted by
// its identity, size and time, and after that it is read but parsed only if the bytes differ. Any doubt, such as
// a file that is gone or cannot be read, is a change, and a change stops every deletion.
type policyFile struct {
	paths app.Paths
	named string // by the command line or the environment; "" for the first of paths

	mu     sync.Mutex
	path   string         // the file from which the policy in force was read
	force  *policy.Policy // the policy in force
	once   bool           // it was read from a file that cannot be read twice, such as a pipe
	seen   fs.FileInfo    // the file at its last reading; nil: it must be read
	src    []byte
	at     time.Time // the time of that reading
	change *policyChange
}

// policyChange is a difference between the file and the policy in force.
type policyChange struct {
	why   language.Message // for the user, on one line
	err   error            // why the file is invalid
	next  *policy.Policy   // the policy in the file; nil if it has no valid one
	since time.Time        // when the file was first seen to be so
	waits bool             // it is adopted only when the user asks

	refused error // why next cannot be adopted, for example because a receiver in it does not exist
}

// takes reports whether the change is adopted without the user's request.
func (c *policyChange) takes() bool { return c.next != nil && c.refused == nil && !c.waits }

// open reads the file without adopting the policy.
func (f *policyFile) open() (path string, p *policy.Policy, err error) {
	if path, err = f.find(); err != nil {
		return "", nil, err
	}
	if path == "" {
		return "", nil, &app.UsageError{
			Err: errors.New("the service needs a policy"), Hint: "create one with: sweepd init",
		}
	}
	if p, err = app.LoadPolicy(path, f.paths.Home); err != nil {
		return path, nil, err
	}
	return path, p, nil
}

// inForce returns the file from which the policy in force was read.
func (f *policyFile) inForce() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.path
}

// find returns the absolute path of the file, "" if there is none: the named one, or the first that exists.
func (f *policyFile) find() (string, error) {
	path, err := f.paths.FindPolicy(f.named)
	if err != nil || path == "" {
		return "", err
	}
	return filepath.Abs(path)
}

// follow makes p, which was read from path, the policy in force.
func (f *policyFile) follow(path string, p *policy.Policy) {
	fi, err := os.Stat(path)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.path, f.force, f.once = path, p, err == nil && !fi.Mode().IsRegular()
	f.seen, f.src, f.change = nil, nil, nil
}

// refuse notes why p, the policy in the file, cannot be adopted. The refusal lasts until the file changes or the
// user asks. It does nothing if the file has another policy by now.
func (f *policyFile) refuse(p *policy.Policy, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.change != nil && samePolicy(f.change.next, p) {
		f.change.refused = why
	}
}

// changed returns the difference between the file and the policy in force, nil if there is none. The result is a
// copy.
func (f *policyFile) changed(now time.Time) *policyChange {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.look(now); f.change == nil {
		return nil
	}
	c := *f.change
	c.waits = f.force.Reload == policy.Manual
	return &c
}

// look updates f.change. The caller holds f.mu. A policy from a pipe has no file to compare with and never
// changes. If FindPolicy now finds another file, that is a change too: one that was created with a higher
// precedence, for example.
func (f *policyFile) look(now time.Time) {
	if f.once {
		return
	}
	path, err := f.find()
	if err == nil && path != f.path {
		f.differs(now, language.Messagef("the policy file is no longer %s", f.path), f.parse(path))
		return
	}
	var fi fs.FileInfo
	if err == nil {
		fi, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.differs(now, language.Messagef("the policy file %s is gone", path), nil)
		return
	case err != nil:
		f.differs(now, language.Messagef("cannot check the policy file: %v", err), nil)
		return
	case !fi.Mode().IsRegular():
		f.differs(now, language.Messagef("%s is no longer a file", path), nil)
		return
	}
	if age := now.Sub(f.at); f.seen != nil && age >= 0 && age < unread && sameFile(f.seen, fi) {
		return
	}
	src, err := readPolicy(path)
	if err != nil {
		f.differs(now, language.Messagef("the policy file cannot be read: %v", err), nil)
		return
	}
	if f.seen == nil || !bytes.Equal(src, f.src) {
		f.compare(now, path, src)
	}
	f.seen, f.src, f.at = fi, src, now
}

// compare notes the difference between the text that was read and the policy in force. The caller holds f.mu.
func (f *policyFile) compare(now time.Time, path string, src []byte) {
	f.change = nil
	p, err := app.ParsePolicy(path, src, f.paths.Home)
	switch {
	case err != nil:
		f.change = &policyChange{
			why: language.Messagef("the policy file was changed and is invalid: %s", event.Line(err)), err: err,
			since: now,
		}
	case !samePolicy(p, f.force):
		f.change = &policyChange{why: language.Messagef("the policy file was changed"), next: p, since: now}
	}
}

// differs notes that the file is not there to be read; it is read again once it is. The caller holds f.mu.
func (f *policyFile) differs(now time.Time, why language.Message, next *policy.Policy) {
	f.seen, f.src = nil, nil
	if f.change == nil || f.change.why.String() != why.String() || !samePolicy(f.change.next, next) {
		f.change = &policyChange{why: why, next: next, since: now}
	}
}

// parse returns the policy at path, nil if there is no valid one.
func (f *policyFile) parse(path string) *policy.Policy {
	if fi, err := os.Stat(path); err != nil || !fi.Mode().IsRegular() { // reading a pipe may never end
		return nil
	}
	src, err := readPolicy(path)
	if err != nil {
		return nil
	}
	p, err := app.ParsePolicy(path, src, f.paths.Home)
	if err != nil {
		return nil
	}
	return p
}

// samePolicy reports whether two policies are equal by their canonical text; either may be nil. A change of
// comments or layout is none.
func samePolicy(a, b *policy.Policy) bool {
	return a == b || a != nil && b != nil && a.String() == b.String()
}

// sameFile reports whether a file is unchanged, by its identity, size and time, without reading it.
func sameFile(was, is fs.FileInfo) bool {
	return os.SameFile(was, is) && was.Size() == is.Size() && was.ModTime().Equal(is.ModTime())
}

// readPolicy reads at most 1 MiB of the file, enough for the parser to refuse one that is too large.
func readPolicy(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	src, err := io.ReadAll(io.LimitReader(file, 1<<20))
	return src, errors.Join(err, file.Close())
}

// WatchPolicy watches the policy file for Options.Changed. The caller calls end.
func WatchPolicy(o app.Options) (changed <-chan struct{}, end func() error, err error) {
	paths, err := app.FindPaths(o.Getenv)
	if err != nil {
		return nil, nil, err
	}
	files := paths.Policy
	if named := o.NamedPolicy(); named != "" {
		files = []string{named}
	}
	return watch.Files(files)
}
