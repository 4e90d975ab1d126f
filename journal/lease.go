package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// LeasedError reports the holder of a lease. PID is 0 if the holder has not yet written its details.
type LeasedError struct {
	// Storage is not in the file, because it is part of the file's name.
	Storage string    `json:"-"`
	PID     int       `json:"pid"`
	Host    string    `json:"host,omitempty"` // "" if no other host can have the lease
	Purpose string    `json:"purpose"`
	Since   time.Time `json:"since"`
}

// Error names the holder if it is known.
func (e *LeasedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("a sweep of %s is already running", e.Storage)
	}
	at := ""
	if e.Host != "" {
		at = " on " + e.Host
	}
	return fmt.Sprintf("a sweep of %s is already running (pid %d%s, %s, since %s)",
		e.Storage, e.PID, at, e.Purpose, e.Since.Local().Format("15:04"))
}

// errLocked means that another open file holds the lock.
var errLocked = errors.New("locked")

// Lease gives the caller the exclusive right, among all processes, to sweep that storage with this journal. It lasts
// until release or the end of the process. In a database it may also be lost before: Begin then returns ErrFenced.
// After the end of a process its leases in a database last for a minute and a quarter. Lease does not wait: if another
// process has the lease, the error is a *LeasedError.
//
// In a database, the first lease of a storage in a process verifies the storage's chain with all that it is about, and
// returns ErrDamaged as Check does.
//
// The kernel's lock on a file beside the journal decides; the content of the file is only for messages. The file is
// never removed, because two processes could then lock two files of the same name. If another program removes it, the
// journal is lost.
func (j *Journal) Lease(ctx context.Context, storage, purpose string) (release func() error, err error) {
	giveBack, err := j.lease(ctx, storage, purpose)
	if err != nil || j.leases != nil {
		return giveBack, err
	}
	j.claims.begin(storage)
	// Before the next one in this process can lease it.
	return func() error { return errors.Join(j.claims.end(storage), giveBack()) }, nil
}

// lease is Lease without the claims of a journal in a file.
func (j *Journal) lease(ctx context.Context, storage, purpose string) (release func() error, err error) {
	if j.write == nil {
		return nil, errReadOnly
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Other processes lock the file at the journal's path. Beside a journal that was moved, a lease would exclude
	// none of them.
	if err := j.Intact(); err != nil {
		return nil, err
	}
	if j.leases != nil {
		release, err = j.leases.take(ctx, storage, purpose)
		if err != nil {
			return nil, j.guard.judge(err)
		}
		err = j.chain.heads.compare(ctx, j.read, storage)
		if err == nil {
			err = j.verifyOnce(ctx, "", storage)
		}
		if err := j.guard.judge(err); err != nil {
			return nil, errors.Join(err, release())
		}
		return release, nil
	}
	if j.path == "" { // a temporary journal has no other users
		return func() error { return nil }, nil
	}
	f, err := os.OpenFile(j.path+".lease-"+url.PathEscape(storage), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	switch err = lock(f); {
	case errors.Is(err, errLocked):
		err = holder(f, storage)
	case errors.Is(err, ErrNoLocks):
		err = fmt.Errorf("%w: %s", err, filepath.Dir(j.path))
	case err == nil:
		err = sign(f, LeasedError{PID: os.Getpid(), Purpose: purpose, Since: j.now().UTC()})
		if noRoom(err) { // the lock is held all the same
			err = nil
		}
	}
	// From here on the journal is lost if the file of the lease is removed.
	if err == nil {
		err = j.guard.place.hold(f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		// The file is emptied while it is locked, so that the details of the next holder stay.
		j.guard.place.drop(f)
		return errors.Join(f.Truncate(0), unlock(f), f.Close())
	}, nil
}

// Fenced returns ErrFenced if this process has lost, or may have lost, the lease of a storage that it had. It asks
// nobody. Beside a file a lease lasts until it is given back.
func (j *Journal) Fenced(storage string) error {
	if j.leases == nil {
		return nil
	}
	if _, held := j.leases.holds(storage); !held {
		return fmt.Errorf("%w: %s", ErrFenced, storage)
	}
	return nil
}

// Confirm is Fenced, and asks the database; see providers.Recorder.
func (j *Journal) Confirm(ctx context.Context, storage string) error {
	if j.leases == nil {
		return nil
	}
	return j.leases.confirm(ctx, storage)
}

// sign writes the details of the lease's holder to the file. It does not sync them, because the lease does not
// outlive the machine either.
func sign(f *os.File, who LeasedError) error {
	b, err := json.Marshal(who)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(b, 0)
	return err
}

// holder returns the *LeasedError of the file, with the details as far as they can be read.
func holder(f *os.File, storage string) error {
	who := LeasedError{Storage: storage}
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil || json.Unmarshal(b, &who) != nil {
		return &LeasedError{Storage: storage}
	}
	return &who
}
