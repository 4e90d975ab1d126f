package sweeper

import (
	"context"
	"fmt"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// guardLastCopy is the one guard that needs to know more than one file, so the engine has it, not the storage.
const guardLastCopy providers.Guard = "last_copy"

// keepLastCopies removes each item from the plan whose deletion would leave no file with its bytes. To each other
// item it adds the copy that stays: one of stay, or a spared item. Copies are looked for among the matches of this
// scan; if a copy is not recognised, a file too many is kept. Files that the user approved stay in the plan.
func (s *Sweeper) keepLastCopies(ctx context.Context, p *Plan, sum *Summary, stay []Copy) error {
	c := newCopies(s.contentOf(new(reader)))
	c.stay(stay...)
	var due []Item
	for _, it := range p.Trash {
		if !it.Decision.Approved {
			other, err := c.other(ctx, Copy{it.Storage, it.Entry})
			switch {
			// It is gone or in flux. The next scan will see, so this is no problem.
			case isTransient(ctx, err):
				sum.hold(it, policy.ReasonUnknown)
				continue
			case err != nil:
				sum.hold(it, policy.ReasonUnknown)
				sum.problem(it.Storage, it.Entry.Path, "look for copies of", err)
				continue
			case other == nil:
				it.Decision = spare(it.Decision)
				sum.hold(it, it.Decision.ReasonCode)
				p.Spared = append(p.Spared, it)
				continue
			}
			it.Copy = other
		}
		due = append(due, it)
	}
	p.Trash = due
	return ctx.Err()
}

// spare holds a file because no other copy of it stays.
func spare(d policy.Decision) policy.Decision {
	why := language.Messagef("it is the last known copy")
	d = hold(d, policy.ReasonOf(guardLastCopy), why)
	d.Guards = append(d.Guards, providers.Held{Guard: guardLastCopy, Why: why})
	return d
}

// spareKnown does the same as spare for a file that no scan has just compared with others, by the matches in the
// journal.
func (s *Sweeper) spareKnown(
	ctx context.Context, st *providers.Storage, e providers.Entry, d policy.Decision,
) (policy.Decision, error) {
	if !s.o.Policy.LastCopy || d.Action != policy.Trash || d.Approved {
		return d, nil
	}
	c := newCopies(s.contentOf(new(reader)))
	for _, other := range s.o.Storages {
		for rec, err := range s.o.Journal.Records(ctx, other.Name(), s.o.Policy.Detectors(other.Name())) {
			if err != nil {
				return d, err
			}
			if rec.Entry.Size == e.Size && (other.Name() != st.Name() || rec.Entry.Ref != e.Ref) {
				c.stay(Copy{other.Name(), rec.Entry})
			}
		}
	}
	copy, err := c.other(ctx, Copy{st.Name(), e})
	if err == nil && copy == nil {
		d = spare(d)
	}
	return d, err
}

// contentOf returns the content of a copy.
type contentOf func(ctx context.Context, file Copy) (journal.Content, error)

// contentOf returns the content of a file by its hash or by reading it.
func (s *Sweeper) contentOf(r *reader) contentOf {
	return func(ctx context.Context, file Copy) (journal.Content, error) {
		st, err := s.storage(file.Storage)
		if err != nil {
			return journal.Content{}, err
		}
		return content(ctx, st, r, file.Entry)
	}
}

// copies knows which copy of each content stays.
type copies struct {
	read    contentOf
	staying map[int64][]Copy // by size: not read yet
	// kept has the copy that stays of each content that was read.
	kept map[journal.Content]Copy
}

// newCopies returns copies that know of no file yet. read is called only for files of equal sizes.
func newCopies(read contentOf) *copies {
	return &copies{read: read, staying: map[int64][]Copy{}, kept: map[journal.Content]Copy{}}
}

// stay adds files that stay.
func (c *copies) stay(all ...Copy) {
	for _, one := range all {
		c.staying[one.Entry.Size] = append(c.staying[one.Entry.Size], one)
	}
}

// other returns the copy of the file that stays. It returns nil if there is none; from then on the file itself is the
// one that stays.
func (c *copies) other(ctx context.Context, file Copy) (*Copy, error) {
	for _, one := range c.staying[file.Entry.Size] {
		of, err := c.read(ctx, one)
		if err == nil {
			c.kept[of] = one
		} else if ctx.Err() != nil {
			return nil, err
		} // an unreadable file counts as a copy of no other
	}
	// The copies of a size are read once, when the first file of that size is due.
	delete(c.staying, file.Entry.Size)
	of, err := c.read(ctx, file)
	if err != nil {
		return nil, err
	}
	if one, ok := c.kept[of]; ok {
		// It is the file itself, reached through another storage.
		if sameFile(one, file) {
			return nil, nil
		}
		return &one, nil
	}
	c.kept[of] = file
	return nil, nil
}

// sameFile reports whether two copies may be one file, which two storages reach by a link or a second mount. It
// returns true in doubt.
func sameFile(a, b Copy) bool {
	return a.Entry.Ref == b.Entry.Ref || a.Entry.Path == b.Entry.Path ||
		a.Entry.Revision == b.Entry.Revision && a.Entry.Name() == b.Entry.Name()
}

// plannedFiles are the refs and the paths of the files that a plan trashes.
type plannedFiles map[string]bool

// planned returns the names of the items' files: their refs, and their paths for storages that reach one file
// under different refs.
func planned(items []Item) plannedFiles {
	all := plannedFiles{}
	for _, it := range items {
		all[string(it.Entry.Ref)], all[it.Entry.Path] = true, true
	}
	return all
}

// copyStays returns nil if the item's other copy is where the plan has it, has the same bytes as e, the item as it is
// now, and is not due itself. Else it returns an error that wraps errKept, or the error of reading e. Nothing in the
// plan is trusted, because it may have been edited.
func (s *Sweeper) copyStays(
	ctx context.Context, r *reader, it Item, e providers.Entry, d policy.Decision, gone plannedFiles,
) error {
	if !s.o.Policy.LastCopy || d.Approved {
		return nil
	}
	if it.Copy == nil {
		return fmt.Errorf("%w: no other copy is known", errKept)
	}
	read := s.contentOf(r)
	me := Copy{it.Storage, e}
	mine, err := read(ctx, me)
	if err != nil {
		return err
	}
	st, err := s.storage(it.Copy.Storage)
	if err != nil {
		return err
	}
	stays, err := st.Stat(ctx, it.Copy.Entry.Ref)
	if err != nil || stays.Revision != it.Copy.Entry.Revision {
		return fmt.Errorf("%w: the other copy has changed or is gone", errKept)
	}
	if gone[string(stays.Ref)] || gone[stays.Path] || sameFile(me, Copy{it.Copy.Storage, stays}) {
		return fmt.Errorf("%w: the other copy is to go too", errKept)
	}
	if its, err := read(ctx, Copy{it.Copy.Storage, stays}); err != nil || its != mine {
		return fmt.Errorf("%w: the other copy has other bytes", errKept)
	}
	return nil
}
