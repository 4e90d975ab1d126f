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

// Comparison is the difference in effect between two policies on the files that are there now.
type Comparison struct {
	Changes []sweeper.Change
	Images  int                // files that match, in the storages of either policy
	Scans   []*sweeper.Summary // of the scans that found them: one if both policies scan the same
}

// Partial reports whether not all files could be compared.
func (c *Comparison) Partial() bool {
	return slices.ContainsFunc(c.Scans, func(sum *sweeper.Summary) bool { return sum.Trouble() })
}

// Compare scans the storages of both policies and compares what they do with the files; see sweeper.Compare. It changes
// and remembers nothing: it reads the journal j, or has none if that is nil. It returns an error if a storage of this
// machine, or each account, could not be opened. If both policies name the same storages and copies, they are scanned
// once. Every guard that either of them has is asked in both scans, so that a decision by the other policy needs no
// further look.
func (o Options) Compare(
	ctx context.Context, j *journal.Journal, before, after NamedPolicy, progress func(seen, matched int64),
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
	was, sum, err := o.side(ctx, j, before, progress)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Scans: []*sweeper.Summary{sum}}
	is := sweeper.Side{Policy: after.Policy, Cases: was.Cases}
	if !after.Policy.FindsAs(before.Policy) {
		if is, sum, err = o.side(ctx, j, after, progress); err != nil {
			return nil, err
		}
		c.Scans = append(c.Scans, sum)
	}
	c.Changes, c.Images = sweeper.Compare(was, is, o.Now())
	return c, nil
}

// side scans the storages of a policy.
func (o Options) side(
	ctx context.Context, j *journal.Journal, of NamedPolicy, progress func(seen, matched int64),
) (side sweeper.Side, sum *sweeper.Summary, err error) {
	o.Shared = &Shared{PolicyFile: of.File, Policy: of.Policy, Journal: j}
	a, err := Open(ctx, o)
	if err != nil {
		return side, nil, fmt.Errorf("%s: %w", of.File, err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	side.Policy = of.Policy
	sum, err = a.Sweeper.Scan(ctx, sweeper.ScanOptions{
		Case: func(c *sweeper.Case) { side.Cases = append(side.Cases, c) }, Progress: progress,
	})
	return side, sum, err
}

// ReadRecord opens the record for reading. It returns nil without an error if there is none.
func (p Paths) ReadRecord(ctx context.Context) (*journal.Journal, error) {
	j, err := journal.OpenReadOnly(ctx, p.Journal())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return j, err
}
