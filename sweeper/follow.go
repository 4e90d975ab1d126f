package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// follows reports whether the next listing continues at the end of this one. A part of a storage has no cursor of its
// own.
func (sc *scan) follows() bool { return sc.st.Can().Has(providers.CanFollow) && !sc.st.Part() }

// learning is how long a storage that is followed waits for twins of new originals. Knowledge from a source does not
// wait.
const learning = 24 * time.Hour

// since returns the cursor from which to list, or "" if the files that the feed does not name have to be compared with
// what was learnt since the last listing from the beginning.
func (sc *scan) since(ctx context.Context) (providers.Cursor, error) {
	originals, err := sc.journal.Originals(ctx)
	if err != nil {
		return "", fmt.Errorf("read the journal: %w", err)
	}
	sc.listing = journal.Listing{Learnt: sc.knowledge.state.Learnt, Originals: originals, At: sc.now()}
	before := sc.seen.Listed()
	if before.Learnt != sc.listing.Learnt ||
		before.Originals != originals && sc.now().Sub(before.At) >= learning {
		return "", nil
	}
	return sc.seen.Cursor(), nil
}

// cursor returns where the next listing continues: after everything that was listed without a gap and was examined,
// or is marked for another try. Files that are not remembered because the clock is in doubt must be listed again. So
// must everything if nothing at all was listed, which is more likely a fault than the truth.
func (sc *scan) cursor(p *pass) providers.Cursor {
	if !sc.follows() || p.at == "" || sc.decider.doubt != nil || p.since == "" && p.passed == 0 {
		return sc.seen.Cursor()
	}
	return p.at
}

// conclude adds the results of the listing as a whole to the summary.
func (sc *scan) conclude(p *pass) {
	seen, plain := p.seen, p.plain
	if p.since == "" {
		seen += p.passed - p.counted // no fewer, if the listing broke off
	} else {
		// The cache also has the plain images that this scan has examined and counted.
		plain = sc.seen.Plain() - sc.plain
	}
	sc.saw(seen)
	sc.count(func(sum *Summary) {
		sum.Images += plain
		sum.Partial = sum.Partial || !p.whole()
	})
}

// retry examines the files that could not be examined before, which the feed need not name again.
func (sc *scan) retry(ctx context.Context, p *pass, lists chan<- []listed) {
	for _, ref := range sc.seen.Pending() {
		if ctx.Err() != nil {
			return
		}
		if p.mentioned(ref) {
			continue
		}
		e, err := sc.st.Stat(ctx, ref)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			sc.seen.Resolve(ref)
		case err != nil:
			sc.count(func(sum *Summary) {
				sum.Failed++
				sum.problem(sc.st.Name(), string(ref), "examine", err)
			})
		default:
			sc.seen.Resolve(ref) // unless its examination marks it again
			// If it is mentioned, emitCached does not emit it as well.
			turn := p.mention(ref, func() {})
			known := sc.seen.Get(e)
			if known == journal.Unknown || known == journal.Matched ||
				known == journal.PlainImage && sc.mayLookAlike(e) {
				lists <- []listed{{Entry: e, known: known, turn: turn}}
			}
		}
	}
}

// emitCached emits the files that matched before and are still there, since the feed named neither a change nor a
// removal of them. A plan therefore always covers everything.
func (sc *scan) emitCached(ctx context.Context, p *pass) error {
	r := new(reader)
	for rec, err := range sc.journal.Records(ctx, sc.st.Name(), sc.version()) {
		if err != nil {
			return fmt.Errorf("read what is remembered of %s: %w", sc.st.Name(), err)
		}
		if p.mentioned(rec.Entry.Ref) || !sc.inRoots(rec.Entry.Path) {
			continue
		}
		sc.met(ctx, r, listed{Entry: rec.Entry}, rec)
	}
	sc.count(func(sum *Summary) { // the cursor's count may be older than the names in the feed
		less := max(int64(len(sc.found))-sum.SeenIn[sc.st.Name()], 0)
		sum.Seen += less
		sum.SeenIn[sc.st.Name()] += less
	})
	return ctx.Err()
}

// inRoots reports whether the path is in a root. It returns true if there are no roots.
func (sc *scan) inRoots(path string) bool {
	roots := sc.st.Roots()
	return len(roots) == 0 || slices.ContainsFunc(roots, func(root string) bool { return within(path, root) })
}
