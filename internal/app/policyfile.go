package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sweepd/internal/watch"
	"sweepd/policy"
)

// The times that a changed policy file goes by.
const (
	unread      = time.Second     // so long its size and times are believed
	settledFile = 5 * time.Second // an editor may write it in several steps
)

// policyFile is the file of the policy by which a service goes, compared with
// what the service has read of it.
type policyFile struct {
	paths Paths
	named string // by the command line or the environment; "" for the first of paths

	mu     sync.Mutex
	path   string         // where the policy in force was read
	force  *policy.Policy // the policy in force
	once   bool           // it was read from what cannot be read twice, as a pipe
	seen   fs.FileInfo    // of the file as it was read last; nil: it is to be read
	src    []byte
	at     time.Time // of that reading
	change *policyChange
}

// policyChange is how the file differs from the policy in force.
type policyChange struct {
	why   string         // for a person
	next  *policy.Policy // what the file says; nil where that is no policy
	since time.Time      // when the file was seen to be so first
	waits bool           // it is gone by when a person says so

	refused error // why next cannot be gone by, as a receiver that it names is not there
}

// takes reports whether it is to be gone by without a word of a person.
func (c *policyChange) takes() bool { return c.next != nil && c.refused == nil && !c.waits }

// open reads the file, without going by it yet.
func (f *policyFile) open() (path string, p *policy.Policy, err error) {
	if path, err = f.find(); err != nil {
		return "", nil, err
	}
	if path == "" {
		return "", nil, &UsageError{errors.New("a service needs a policy"), "write one with: sweepd init"}
	}
	p, err = LoadPolicy(path, f.paths.Home)
	return path, p, err
}

// inForce is where the policy in force was read.
func (f *policyFile) inForce() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.path
}

// find is the absolute path of the file, "" where there is none.
func (f *policyFile) find() (string, error) {
	path, err := f.paths.FindPolicy(f.named)
	if err != nil || path == "" {
		return "", err
	}
	return filepath.Abs(path)
}

// follow takes p, which was read at path, for the policy in force.
func (f *policyFile) follow(path string, p *policy.Policy) {
	fi, err := os.Stat(path)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.path, f.force, f.once = path, p, err == nil && !fi.Mode().IsRegular()
	f.seen, f.src, f.change = nil, nil, nil
}

// refuse takes down why p, which the file says, cannot be gone by. That stays so
// until the file says something else, or a person asks.
func (f *policyFile) refuse(p *policy.Policy, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.change != nil && samePolicy(f.change.next, p) {
		f.change.refused = why
	}
}

// changed is how the file differs from the policy in force, nil when it does not.
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

// look brings f.change up to date. The caller holds f.mu.
func (f *policyFile) look(now time.Time) {
	if f.once {
		return
	}
	path, err := f.find()
	if err == nil && path != f.path {
		f.differs(now, "the policy is no longer read from "+f.path, f.parse(path))
		return
	}
	var fi fs.FileInfo
	if err == nil {
		fi, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.differs(now, fmt.Sprintf("the policy file %s is gone", path), nil)
		return
	case err != nil:
		f.differs(now, fmt.Sprintf("the policy file cannot be looked at: %v", err), nil)
		return
	case !fi.Mode().IsRegular():
		f.differs(now, fmt.Sprintf("%s is no file any more", path), nil)
		return
	}
	if age := now.Sub(f.at); f.seen != nil && age >= 0 && age < unread && sameFile(f.seen, fi) {
		return
	}
	src, err := readPolicy(path)
	if err != nil {
		f.differs(now, fmt.Sprintf("the policy file cannot be read: %v", err), nil)
		return
	}
	if f.seen == nil || !bytes.Equal(src, f.src) {
		f.compare(now, path, src)
	}
	f.seen, f.src, f.at = fi, src, now
}

// compare takes down how what was read differs. The caller holds f.mu.
func (f *policyFile) compare(now time.Time, path string, src []byte) {
	f.change = nil
	p, err := parsePolicy(path, src, f.paths.Home)
	switch {
	case err != nil:
		f.change = &policyChange{why: "the policy file was changed and is wrong: " + err.Error(), since: now}
	case !samePolicy(p, f.force):
		f.change = &policyChange{why: "the policy file was changed", next: p, since: now}
	}
}

// differs takes down that the file is not there to be read; it is read again when
// it is. The caller holds f.mu.
func (f *policyFile) differs(now time.Time, why string, next *policy.Policy) {
	f.seen, f.src = nil, nil
	if f.change == nil || f.change.why != why || !samePolicy(f.change.next, next) {
		f.change = &policyChange{why: why, next: next, since: now}
	}
}

// parse is the policy at path, nil where there is none that is right.
func (f *policyFile) parse(path string) *policy.Policy {
	if fi, err := os.Stat(path); err != nil || !fi.Mode().IsRegular() { // to read a pipe may take for ever
		return nil
	}
	src, err := readPolicy(path)
	if err != nil {
		return nil
	}
	p, err := parsePolicy(path, src, f.paths.Home)
	if err != nil {
		return nil
	}
	return p
}

// samePolicy reports whether two policies say the same; either may be nil.
func samePolicy(a, b *policy.Policy) bool {
	return a == b || a != nil && b != nil && a.String() == b.String()
}

// sameFile reports whether a file is as it was, by all that costs no reading.
func sameFile(was, is fs.FileInfo) bool {
	return os.SameFile(was, is) && was.Size() == is.Size() && was.ModTime().Equal(is.ModTime())
}

// readPolicy reads the file, and no more of it than tells that it is too large.
func readPolicy(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	src, err := io.ReadAll(io.LimitReader(file, 1<<20))
	return src, errors.Join(err, file.Close())
}

// WatchPolicy says when the policy file may have changed: see RunOptions.Changed.
func WatchPolicy(o Options) (changed <-chan struct{}, end func() error, err error) {
	paths, err := FindPaths(o.Getenv)
	if err != nil {
		return nil, nil, err
	}
	files := paths.Policy
	if named := firstOf(o.PolicyFile, o.Getenv("SWEEPD_POLICY")); named != "" {
		files = []string{named}
	}
	return watch.Files(files)
}
