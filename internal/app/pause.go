package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sweepd/sweepd/internal/durable"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// Pause is the user's decision that nothing may be deleted. The pause of this machine is a file of its own in the state
// directory, so that it can be made (if need be with touch) and takes effect even if all else is broken. The pause of
// all machines is a row of the journal that they share; see PauseAll.
type Pause struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"` // zero: until further notice
}

// pauseFile returns the file's path.
func (p Paths) pauseFile() string { return filepath.Join(p.State, "paused") }

// HalfPauseError is returned if a pause could not be written whole. It is in force until further notice: its end, if
// it had one, is lost.
type HalfPauseError struct{ Err error }

// Error returns the consequence and the cause.
func (e *HalfPauseError) Error() string {
	return "the pause has no end, because its end could not be written: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *HalfPauseError) Unwrap() error { return e.Err }

// Pause stops every deletion. A sweep under way ends before its next file. If it returns a *HalfPauseError, the
// pause is in force all the same.
//
// The file is written in place, and not beside it and renamed: it pauses from the moment it exists, and an
// incomplete one is a pause without an end, which is the safe reading. A file that is not regular is left alone,
// because opening it could block, and pauses too.
func (p Paths) Pause(x Pause) error {
	text, err := json.Marshal(x)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.State, 0o700); err != nil {
		return err
	}
	switch special, err := p.pausedBySpecial(); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case special && x.Until.IsZero():
		return nil // it is in force, and has no end
	case special:
		return fmt.Errorf("%s is not a regular file; this pauses deletion until sweepd resume removes it",
			p.pauseFile())
	}
	f, err := os.OpenFile(p.pauseFile(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(append(text, '\n')); err != nil {
		err = errors.Join(full(err), f.Truncate(0)) // no part of it is read as its end
	}
	// or a power cut would end it
	if err = errors.Join(err, f.Sync(), f.Close(), durable.SyncDir(p.State)); err != nil {
		return &HalfPauseError{err}
	}
	return nil
}

// full wraps err in providers.ErrFull if the disk or the quota is full.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", providers.ErrFull, err)
	}
	return err
}

// pausedBySpecial reports whether the pause file is not a regular file, such as a FIFO, whose opening waits for the
// other end. It returns fs.ErrNotExist if there is no pause file.
func (p Paths) pausedBySpecial() (bool, error) {
	fi, err := os.Stat(p.pauseFile())
	return err == nil && !fi.Mode().IsRegular(), err
}

// Resume ends a pause by removing its file, of any type. It returns nil if there is none. A pause whose end has passed
// has a file too.
func (p Paths) Resume() error {
	if err := os.Remove(p.pauseFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Paused returns an error that wraps sweeper.ErrPaused while a pause is in force. A file without a time or with
// unreadable contents is a pause until further notice; so is one that is not regular or cannot be looked up.
func (p Paths) Paused(now time.Time) error {
	switch special, err := p.pausedBySpecial(); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case special:
		return language.Explain(sweeper.ErrPaused, untilResumed())
	}
	text, err := os.ReadFile(p.pauseFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return pausedByDoubt(err)
	}
	var x Pause
	if err := json.Unmarshal(text, &x); err != nil {
		return language.Explain(sweeper.ErrPaused, untilResumed())
	}
	return x.inForce(now)
}

// inForce returns an error that wraps sweeper.ErrPaused before the end of the pause.
func (x Pause) inForce(now time.Time) error {
	switch {
	case x.Until.IsZero():
		return language.Explain(sweeper.ErrPaused, untilResumed())
	case now.Before(x.Until):
		return language.Explain(sweeper.ErrPaused,
			language.Messagef("deletion is paused until %s", x.Until.Local().Format("2006-01-02 15:04")))
	}
	return nil
}

// pausedByDoubt returns the error for a pause that could not be read.
func pausedByDoubt(err error) error {
	return language.Explain(fmt.Errorf("%w: %w", sweeper.ErrPaused, err),
		language.Messagef("deletion is paused, as far as is known: %v", err))
}

// untilResumed returns the text about a pause without an end.
func untilResumed() language.Message {
	return language.Messagef("deletion is paused until further notice")
}

// Paused returns an error that wraps sweeper.ErrPaused while a pause is in force: of this machine, see Paths.Paused, or
// of all machines that share the journal. One that cannot be read is in force.
func Paused(ctx context.Context, p Paths, j *journal.Journal, now time.Time) error {
	if err := p.Paused(now); err != nil {
		return err
	}
	since, until, err := j.Pause(ctx)
	switch {
	case err != nil:
		return pausedByDoubt(err)
	case since.IsZero():
		return nil
	}
	return Pause{since, until}.inForce(now)
}

// PauseAll stops every deletion on all machines that share the database; see Paths.Database. It returns nil without
// one.
func (p Paths) PauseAll(ctx context.Context, x Pause, now func() time.Time) error {
	return p.inDatabase(ctx, now, func(j *journal.Journal) error { return j.SetPause(ctx, x.Since, x.Until) })
}

// ResumeAll ends the pause of PauseAll, and returns it if it was in force. It returns nil without a database.
func (p Paths) ResumeAll(ctx context.Context, now func() time.Time) (was, err error) {
	err = p.inDatabase(ctx, now, func(j *journal.Journal) error {
		was = Paused(ctx, p, j, now())
		return j.SetPause(ctx, time.Time{}, time.Time{})
	})
	return was, err
}

// inDatabase calls do with the journal that several machines share, if there is one.
func (p Paths) inDatabase(ctx context.Context, now func() time.Time, do func(*journal.Journal) error) error {
	if p.Database == "" {
		return nil
	}
	j, err := journal.Open(ctx, p.Database, journal.Options{Now: now, Heads: p.heads()})
	if err != nil {
		return err
	}
	return errors.Join(do(j), j.Close())
}

// TrustClock records that the clock of this machine is right, by the user's decision, after it has jumped: ages
// are counted by it again. It writes the record, so it returns the errors of OpenBeside.
func TrustClock(ctx context.Context, o Options) error {
	paths, err := FindPaths(o.Getenv)
	if err != nil {
		return err
	}
	j, _, err := paths.OpenBeside(ctx, o.Now)
	if err != nil {
		return err
	}
	if o.Uptime == nil {
		o.Uptime = uptime
	}
	boot, up := o.Uptime()
	return errors.Join(j.SetClocks(ctx, journal.Clock{Wall: o.Now(), Boot: boot, Up: up}, journal.Clock{}), j.Close())
}
