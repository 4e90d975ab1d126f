package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
)

// StateError is the reason why the record cannot be opened or made, although its contents may be sound.
type StateError struct {
	Dir string // the state directory
	Err error
}

// Error returns the cause; Dir is for the hint.
func (e *StateError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *StateError) Unwrap() error { return e.Err }

// OpenRecord opens the record for writing, with the Heads of this machine. It returns a *StateError, or an error for
// which journal.Unreliable reports true.
func (p Paths) OpenRecord(ctx context.Context, o journal.Options) (*journal.Journal, error) {
	o.Heads = p.heads()
	j, err := journal.Open(ctx, p.Journal(), o)
	if err != nil && p.Database == "" && !journal.Unreliable(err) {
		err = &StateError{p.State, err}
	}
	return j, err
}

// OpenBeside opens the record as OpenRecord does, and returns the service that has it open too. While a service runs,
// its record is the only one: OpenBeside returns ErrOtherRecord, before it makes a file, if the service has lost its
// record, has another one open, or does not answer. A record in a database is also that of other machines, and is not
// this service's alone.
func (p Paths) OpenBeside(ctx context.Context, now func() time.Time) (*journal.Journal, *status.Daemon, error) {
	if p.Database != "" {
		j, err := p.OpenRecord(ctx, journal.Options{Now: now})
		return j, nil, err
	}
	service, err := p.service(ctx)
	if err == nil && service != nil && service.RecordErr != "" {
		err = fmt.Errorf("%w: it says: %s", ErrOtherRecord, service.RecordErr)
	}
	if err == nil {
		err = p.elsewhere(service)
	}
	if err != nil {
		return nil, nil, err
	}
	j, err := p.OpenRecord(ctx, journal.Options{Now: now})
	return j, service, err
}

// ErrOtherRecord is returned if the running service has another record open than the one at this path, so that it
// would not see changes made here.
var ErrOtherRecord = errors.New("the running service uses another record")

// service returns the service that runs with these paths, nil if none does. It returns ErrOtherRecord if there is
// one that does not answer: as long as its record is not known, no other may be written.
func (p Paths) service(ctx context.Context) (*status.Daemon, error) {
	d, err := status.Status(ctx, p.Control())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w, as far as is known: %w", ErrOtherRecord, err)
	}
	return &d, nil
}

// elsewhere returns ErrOtherRecord if the service has another record open than the one at this path.
func (p Paths) elsewhere(service *status.Daemon) error {
	if service == nil || service.Record == "" || p.Database != "" {
		return nil
	}
	file, err := journal.File(p.Journal())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if file != service.Record {
		return fmt.Errorf("%w than %q", ErrOtherRecord, p.Journal())
	}
	return nil
}

// CheckService returns ErrOtherRecord if a running service would not see changes made in this state directory. It
// returns nil if the service does not answer or has lost its record, because it may see them.
func (p Paths) CheckService(ctx context.Context) error {
	service, err := p.service(ctx)
	if err != nil || service == nil || service.RecordErr != "" {
		return nil
	}
	return p.elsewhere(service)
}

// Differs describes how the policy of a running service differs from p, which was read from file; zero if it does not,
// or if no service runs.
func Differs(service *status.Daemon, file string, p *policy.Policy) language.Message {
	switch {
	case service == nil || file == "":
		return language.Message{}
	case !service.Held.IsZero():
		return language.Messagef("the running service uses the previous policy and deletes nothing: %s", service.Held)
	case service.Policy != p.Hash() || service.Mode != p.Mode.String():
		return language.Messagef("the running service uses another policy, or is an older sweepd that must be "+
			"restarted: in mode %s, read from %s", service.Mode, service.PolicyFile)
	}
	return language.Message{}
}

// ServiceDiffers calls Differs for the service that runs here, if one does and answers.
func ServiceDiffers(ctx context.Context, paths Paths, file string, p *policy.Policy) language.Message {
	service, err := paths.service(ctx)
	if err != nil {
		return language.Explanation(err)
	}
	return Differs(service, file, p)
}
