package sweeper

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Plan is everything that is due, as a value: made once, counted, printed or saved, and executed at most once.
type Plan struct {
	Made   time.Time
	Policy string  // policy.Policy.Hash of the policy that made it
	Scope  []Scope // the storages that were scanned
	Trash  []Item  // to be moved to the trash
	Mark   []Item  // whose grace begins
	Purge  []Item  // to be deleted for good from the trash
	Spared []Item  // due but for being the last copy; not saved

	Scan     *Summary // of the scan that made it; not saved
	Reviewed bool     // the user has reviewed it; not saved: see LoadPlan
	ID       string   // of a plan that was saved: the hash of its bytes
}

// Scope is one storage that a plan covers.
type Scope struct {
	Storage string
	Roots   []string // if the storage was not the policy's own but named by paths
	Seen    int64    // files of any kind: what a share is a share of
}

// Item is one file of a plan.
type Item struct {
	Storage  string
	Entry    providers.Entry
	Found    string // the verdict in one sentence
	Decision policy.Decision
	Copy     *Copy // of a trash, if the last copy is kept: the one that stays

	// PurgeReason, Receipt and Key belong to a purge: the right, and the entry of the trash bin. For sweepd's own files
	// Key is the trash operation that put the file there.
	PurgeReason PurgeReason
	Receipt     providers.Receipt
	Key         string
}

// Copy is a file with the same bytes as another.
type Copy struct {
	Storage string
	Entry   providers.Entry
}

// Empty reports whether executing p would change nothing.
func (p *Plan) Empty() bool { return len(p.Trash)+len(p.Mark)+len(p.Purge) == 0 }

// sizeOf returns the total size of the items. It returns math.MaxInt64 on overflow, and a negative size counts as 0.
func sizeOf(items []Item) (n int64) {
	for _, it := range items {
		size := max(it.Entry.Size, 0)
		if n > math.MaxInt64-size {
			return math.MaxInt64
		}
		n += size
	}
	return n
}

// Plan scans as Scan does and returns the files that are due and the scan's Summary. It changes nothing.
func (s *Sweeper) Plan(ctx context.Context, o ScanOptions) (*Plan, *Summary, error) {
	p := &Plan{Made: s.o.Now(), Policy: s.o.Policy.Hash()}
	var stay []Copy
	each := o.Each
	o.Each = func(f Found) {
		if !p.add(f) && s.o.Policy.LastCopy {
			stay = append(stay, Copy{f.Storage, f.Entry})
		}
		if each != nil {
			each(f)
		}
	}
	doubt, err := s.prepare(ctx)
	if err != nil {
		return nil, nil, err
	}
	sum, err := s.scan(ctx, doubt, o)
	if err != nil {
		return nil, sum, err
	}
	p.Scan = sum
	for _, st := range s.o.Storages {
		p.Scope = append(p.Scope, Scope{Storage: st.Name(), Seen: sum.SeenIn[st.Name()]})
	}
	if err := s.planPurge(ctx, doubt, p, sum, func(b TrashEntry) bool { return b.Due }); err != nil {
		return nil, sum, err
	}
	p.stop(sum)
	p.sort()
	if s.o.Policy.LastCopy {
		if err := s.keepLastCopies(ctx, p, sum, stay); err != nil {
			return nil, sum, err
		}
	}
	return p, sum, nil
}

// PlanFound returns a plan of the files that a scan found due, for Allow. It has no purges and does not look for last
// copies, for which Plan asks the storages more; so it may differ from Plan's if the policy keeps last copies.
func (s *Sweeper) PlanFound(found []Found, sum *Summary) *Plan {
	p := &Plan{Made: s.o.Now(), Policy: s.o.Policy.Hash()}
	for _, f := range found {
		p.add(f)
	}
	for _, st := range s.o.Storages {
		p.Scope = append(p.Scope, Scope{Storage: st.Name(), Seen: sum.SeenIn[st.Name()]})
	}
	p.Trash = slices.DeleteFunc(p.Trash, sum.stopped)
	return p
}

// PlanPurge plans the due entries of the trash bins for which want returns true, and looks at nothing else. Problems
// are in the Summary.
func (s *Sweeper) PlanPurge(ctx context.Context, want func(TrashEntry) bool) (*Plan, *Summary, error) {
	p := &Plan{Made: s.o.Now(), Policy: s.o.Policy.Hash(), Scan: s.summary()}
	for _, st := range s.o.Storages {
		p.Scope = append(p.Scope, Scope{Storage: st.Name()})
	}
	doubt, err := s.prepare(ctx)
	if err != nil {
		return nil, p.Scan, err
	}
	s.lacking(p.Scan)
	err = s.planPurge(ctx, doubt, p, p.Scan, func(b TrashEntry) bool { return b.Due && want(b) })
	p.sort()
	return p, p.Scan, err
}

// add adds a found file to the plan and reports whether it is due to be trashed.
func (p *Plan) add(f Found) bool {
	it := Item{Storage: f.Storage, Entry: f.Entry, Found: f.Verdict.String(), Decision: f.Decision}
	switch d := f.Decision; {
	case d.Action == policy.Trash:
		p.Trash = append(p.Trash, it)
		return true
	case d.Action == policy.Hold && d.Grace && !f.Marked:
		p.Mark = append(p.Mark, it)
	}
	return false
}

// stop removes the files from the plan that are in a root that was not listed whole.
func (p *Plan) stop(sum *Summary) {
	for _, it := range p.Trash {
		if sum.stopped(it) {
			sum.hold(it, policy.ReasonUnlisted)
		}
	}
	p.Trash, p.Mark, p.Purge = slices.DeleteFunc(p.Trash, sum.stopped), slices.DeleteFunc(p.Mark, sum.stopped),
		slices.DeleteFunc(p.Purge, sum.stopped)
}

// sort orders the items by storage and path, so that a plan reads the same each time.
func (p *Plan) sort() {
	for _, items := range [][]Item{p.Trash, p.Mark, p.Purge} {
		slices.SortFunc(items, func(a, b Item) int {
			return cmp.Or(strings.Compare(a.Storage, b.Storage), strings.Compare(a.Entry.Path, b.Entry.Path),
				strings.Compare(a.Key, b.Key), strings.Compare(string(a.Receipt), string(b.Receipt)))
		})
	}
}
