package sweeper

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// Plan is everything that is due, as a value: made once, counted, printed or
// saved, and executed at most once.
type Plan struct {
	Made   time.Time
	Policy string  // policy.Policy.Hash of the policy that made it
	Scope  []Scope // the storages that were looked at
	Trash  []Item  // to be moved to the trash
	Mark   []Item  // whose grace begins
	Purge  []Item  // to be deleted for good from the trash

	Scan *Summary // of the scan that made it; not saved
}

// Scope is one storage that a plan covers.
type Scope struct {
	Storage string
	Roots   []string // where the storage was not the policy's own but named by paths
	Seen    int64    // files of any kind: what a share is a share of
}

// Item is one file of a plan.
type Item struct {
	Storage  string
	Entry    providers.Entry
	Found    string // the verdict in one sentence
	Decision policy.Decision
	Key      string // of a purge: the trash operation that put the file into the bin
}

// Empty reports whether executing p would change nothing.
func (p *Plan) Empty() bool { return len(p.Trash)+len(p.Mark)+len(p.Purge) == 0 }

// Bytes is how large the items are together.
func Bytes(items []Item) (n int64) {
	for _, it := range items {
		n += it.Entry.Size
	}
	return n
}

// Plan scans as Scan does and returns what is due with the scan's Summary. It
// changes nothing.
func (s *Sweeper) Plan(ctx context.Context, o ScanOptions) (*Plan, *Summary, error) {
	now := s.o.Now()
	p := &Plan{Made: now, Policy: s.o.Policy.Hash()}
	each := o.Each
	o.Each = func(f Found) {
		p.add(f)
		if each != nil {
			each(f)
		}
	}
	sum, err := s.Scan(ctx, o)
	if err != nil {
		return nil, sum, err
	}
	p.Scan = sum
	for _, st := range s.o.Storages {
		p.Scope = append(p.Scope, Scope{Storage: st.Name(), Seen: sum.SeenIn[st.Name()]})
		if err := s.planPurge(ctx, p, st, now); err != nil {
			return nil, sum, err
		}
	}
	for _, items := range [][]Item{p.Trash, p.Mark, p.Purge} {
		slices.SortFunc(items, func(a, b Item) int {
			return cmp.Or(strings.Compare(a.Storage, b.Storage), strings.Compare(a.Entry.Path, b.Entry.Path), strings.Compare(a.Key, b.Key))
		})
	}
	return p, sum, nil
}

// add takes what a scan found into the plan, if it is due.
func (p *Plan) add(f Found) {
	it := Item{Storage: f.Storage, Entry: f.Entry, Found: f.Verdict.String(), Decision: f.Decision}
	switch d := f.Decision; {
	case d.Action == policy.Trash:
		p.Trash = append(p.Trash, it)
	case d.Action == policy.Hold && d.Grace && !f.Marked:
		p.Mark = append(p.Mark, it)
	}
}

// planPurge adds what we trashed in st at least as long ago as the policy
// demands. The journal's time counts, not the bin's.
func (s *Sweeper) planPurge(ctx context.Context, p *Plan, st *providers.Storage, now time.Time) error {
	after := s.o.Policy.Trash.Ours
	if after <= 0 || !st.Can().Has(providers.CanPurge) {
		return nil
	}
	for op, err := range s.o.Journal.Operations(ctx, dueForPurge(st.Name(), now, after)) {
		if err != nil {
			return fmt.Errorf("read what is in the trash: %w", err)
		}
		p.Purge = append(p.Purge, Item{
			Storage: st.Name(), Entry: op.Op.Entry, Key: op.Key,
			Decision: policy.Decision{Action: policy.Trash, Rule: "trash.ours", Reasons: []string{"trashed by sweepd on " + op.Ended.Local().Format(time.DateOnly)}},
		})
	}
	return nil
}

func dueForPurge(storage string, now time.Time, after time.Duration) journal.Filter {
	return journal.Filter{Storage: storage, InTrash: true, EndedBefore: now.Add(-after + time.Microsecond)} // at least as long ago
}
