package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"sweepd/internal/status"
	"sweepd/journal"
	"sweepd/policy"
)

// ErrOtherRecord: the running service has another record open than the one at
// this path, so that it would not see what is written here.
var ErrOtherRecord = errors.New("the running service works with another record")

// service is the service that runs with these paths; nil: none does.
// ErrOtherRecord: there is one, and it does not answer.
func (p Paths) service(ctx context.Context) (*status.Daemon, error) {
	d, err := status.Ask(ctx, p.Control())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w, for all that can be told: %w", ErrOtherRecord, err)
	}
	return &d, nil
}

// elsewhere is ErrOtherRecord where the service has another record open than the
// one at this path.
func (p Paths) elsewhere(service *status.Daemon) error {
	if service == nil || service.Record == "" {
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

// CheckService returns ErrOtherRecord where a service runs that would not see what
// is said in this state directory. One that does not answer, or has lost its
// record, may see it.
func (p Paths) CheckService(ctx context.Context) error {
	service, err := p.service(ctx)
	if err != nil || service == nil || service.RecordErr != "" {
		return nil
	}
	return p.elsewhere(service)
}

// openBeside is openRecord, and gives the service that has the record open too.
// While one runs, its record is the only one: ErrOtherRecord, before a file is
// made, when it has lost its own, has another, or does not answer.
func openBeside(ctx context.Context, paths Paths, now func() time.Time) (*journal.Journal, *status.Daemon, error) {
	service, err := paths.service(ctx)
	if err == nil && service != nil && service.RecordErr != "" {
		err = fmt.Errorf("%w: it says: %s", ErrOtherRecord, service.RecordErr)
	}
	if err == nil {
		err = paths.elsewhere(service)
	}
	if err != nil {
		return nil, nil, err
	}
	j, err := openRecord(ctx, paths, now)
	return j, service, err
}

// Differs is how the policy of a running service differs from p, which was read
// from file; "" where it does not, or none runs.
func Differs(service *status.Daemon, file string, p *policy.Policy) string {
	switch {
	case service == nil || file == "":
		return ""
	case service.Held != "":
		return "the running service goes by the policy as it was before, and deletes nothing: " + service.Held
	case service.Policy != p.Hash() || service.Mode != p.Mode.String():
		return "the running service goes by another policy, in mode " + service.Mode + ", read from " + service.PolicyFile
	}
	return ""
}

// ServiceDiffers is Differs of the service that runs here, if one does and
// answers.
func ServiceDiffers(ctx context.Context, paths Paths, file string, p *policy.Policy) string {
	service, err := paths.service(ctx)
	if err != nil {
		return err.Error()
	}
	return Differs(service, file, p)
}
