package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// NamedPolicy is a policy with the name of its file, which is not read.
type NamedPolicy struct {
	File   string
	Policy *policy.Policy
}

// Comparison is what two policies were compared on.
type Comparison struct {
	Images int                // files that match, in the storages of either policy
	Scans  []*sweeper.Summary // of the scans that found them: one if both policies scan the same
}

// Partial reports whether not all files could be compared.
func (c *Comparison) Partial() bool {
	return slices.ContainsFunc(c.Scans, func(sum *sweeper.Summary) bool { return sum.Trouble() })
}

// Compare scans the storages of both policies and calls each for the files that they treat differently, one at a time
// and in no order; see sweeper.Compare. It changes and remembers nothing: it reads the journal j, or has none if that
// is nil. It returns an error if a storage of this machine, or each account, could not be opened. If both policies name
// the same storages and copies, they are scanned once. Every guard that either of them has is asked in both scans, so
// that a decision by the other policy needs no further look. Only if there are two scans, or if a policy keeps last
// copies, all files are in memory at the same time.
func (o Options) Compare(
	ctx context.Context, j *journal.Journal, before, after NamedPolicy, each func(sweeper.Change),
	progress func(seen, matched int64),
) (_ *Comparison, err error) {
	if j == nil {
		if j, err = journal.OpenTemporary(ctx, journal.Options{Now: o.Now}); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, j.Close()) }()
	}
	o.Protect = slices.DeleteFunc(providers.AllGuards(), func(g providers.Guard) bool {
		return !slices.Contains(before.Policy.Protect, g) && !slices.Contains(after.Policy.Protect, g)
	})
	c, now := &Comparison{}, o.Now()
	once := after.Policy.FindsAs(before.Policy)
	if once && !before.Policy.LastCopy && !after.Policy.LastCopy {
		return c, o.cases(ctx, j, before, c, progress, func(k *sweeper.Case) {
			c.Images++
			if change, ok := k.Change(before.Policy, after.Policy, now); ok {
				each(change)
			}
		})
	}
	was, is := sweeper.Side{Policy: before.Policy}, sweeper.Side{Policy: after.Policy}
	collect := func(side *sweeper.Side) func(*sweeper.Case) {
		return func(k *sweeper.Case) { side.Cases = append(side.Cases, k) }
	}
	if err := o.cases(ctx, j, before, c, progress, collect(&was)); err != nil {
		return nil, err
	}
	if is.Cases = was.Cases; !once {
		is.Cases = nil
		if err := o.cases(ctx, j, after, c, progress, collect(&is)); err != nil {
			return nil, err
		}
	}
	var changes []sweeper.Change
	changes, c.Images = sweeper.Compare(was, is, now)
	for _, change := range changes {
		each(change)
	}
	return c, nil
}

// cases scans the storages of a policy, calls each for what was found, and adds the scan to c.
func (o Options) cases(
	ctx context.Context, j *journal.Journal, of NamedPolicy, c *Comparison, progress func(seen, matched int64),
	each func(*sweeper.Case),
) (err error) {
	o.Shared = &Shared{PolicyFile: of.File, Policy: of.Policy, Journal: j}
	a, err := Open(ctx, o)
	if err != nil {
		return fmt.Errorf("%s: %w", of.File, err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	sum, err := a.Sweeper.Scan(ctx, sweeper.ScanOptions{Case: each, Progress: progress})
	c.Scans = append(c.Scans, sum)
	return err
}

// ReadRecord opens the record for reading. It returns nil without an error if there is none.
func (p Paths) ReadRecord(ctx context.Context) (*journal.Journal, error) {
	j, err := journal.OpenReadOnly(ctx, p.Journal())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return j, err
}
