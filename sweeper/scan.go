package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// Found is one file with its verdict, and what the policy says of it.
type Found struct {
	Storage   string
	Entry     providers.Entry
	Verdict   fingerprint.Verdict
	Decision  policy.Decision
	Marked    bool  // a grace is running
	BytesRead int64 // 0 when the verdict was known
}

// ScanOptions say what a scan tells.
type ScanOptions struct {
	All      bool                      // every image, not only what matches
	Each     func(Found)               // called for one file at a time, in no order
	Progress func(seen, matched int64) // called now and then; may be nil
}

// Scan looks at every file of the storages that may be an image, takes the
// verdict from the journal where this revision was examined before, and says
// what the policy would do. It changes nothing but the journal's memory.
// Places and files that cannot be read are problems in the Summary; an error
// is returned only when the scan as a whole has no meaning.
func (s *Sweeper) Scan(ctx context.Context, o ScanOptions) (*Summary, error) {
	if err := s.judgeClock(ctx); err != nil {
		return nil, err
	}
	started := s.o.Now()
	sum := &Summary{ByConfidence: map[fingerprint.Confidence]int64{}, ByAction: map[string]int64{}, SeenIn: map[string]int64{}}
	s.lacking(sum)
	for _, st := range s.o.Storages {
		if err := s.scanStorage(ctx, st, o, sum); err != nil {
			return sum, err
		}
	}
	sum.Duration = s.o.Now().Sub(started)
	return sum, nil
}

// scan is the state of one storage's scan. Everything below mu is shared by
// its workers.
type scan struct {
	*Sweeper
	st   *providers.Storage
	o    ScanOptions
	seen *journal.Seen

	words wordsThen // what a person said, as the scan begins

	mu    sync.Mutex
	sum   *Summary
	found map[providers.Ref]providers.Revision // matched so far: a listing may repeat files
}

// listed is a file of the listing, and what is known of it.
type listed struct {
	providers.Entry
	known journal.Known
}

// batch is how many entries go to a worker at once; small enough that a slow
// storage's files are not held back, large enough that handing over is free.
const batch = 64

func (s *Sweeper) scanStorage(ctx context.Context, st *providers.Storage, o ScanOptions, sum *Summary) error {
	seen, err := s.o.Journal.LoadSeen(ctx, st.Name(), fingerprint.Version)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	words, err := s.o.Journal.Words(ctx)
	if err != nil {
		return fmt.Errorf("read what a person said: %w", err)
	}
	sc := &scan{Sweeper: s, st: st, o: o, seen: seen, words: wordsThen{words}, sum: sum, found: map[providers.Ref]providers.Revision{}}
	lists := make(chan []listed, s.o.Workers)
	var workers sync.WaitGroup
	for range s.o.Workers {
		workers.Go(func() {
			r := new(reader)
			for list := range lists {
				for _, l := range list {
					sc.judge(ctx, r, l)
				}
			}
		})
	}
	complete := sc.list(ctx, lists)
	close(lists)
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := seen.Save(ctx, seen.Cursor(), complete && !st.Part()); err != nil { // a partial listing forgets nothing
		sum.problem(st.Name(), "", "remember", err) // costs time at the next scan, never safety
	}
	return nil
}

// errUnended: nothing says that the listing was complete, so it was not.
var errUnended = errors.New("the listing stopped before its end")

// list reads the listing and hands over what has to be examined. It reports
// whether the listing was complete.
func (sc *scan) list(ctx context.Context, lists chan<- []listed) (complete bool) {
	whole, passed, counted, plain, pending := true, int64(0), int64(0), int64(0), make([]listed, 0, batch)
	flush := func() {
		if len(pending) > 0 {
			lists <- pending
			pending = make([]listed, 0, batch)
		}
	}
	for c, err := range sc.st.Changes(ctx, "") {
		switch {
		case err != nil:
			whole = false
			sc.unlisted(ctx, err)
		case c.Gone:
		case c.Checkpoint():
			complete, counted = true, passed
			sc.saw(c.Seen)
		default:
			complete = false
			passed++
			known := sc.seen.Look(c.Entry)
			if known == journal.PlainImage && !sc.o.All { // with All its media type is wanted, which was not kept
				plain++
				continue
			}
			if known == journal.NotImage {
				continue
			}
			if pending = append(pending, listed{c.Entry, known}); len(pending) == batch {
				flush()
				sc.progress(passed)
			}
		}
	}
	if whole && !complete && ctx.Err() == nil {
		sc.unlisted(ctx, errUnended)
	}
	flush()
	sc.progress(passed)
	sc.saw(passed - counted) // no fewer, where the listing broke off
	sc.count(func(sum *Summary) { sum.Images += plain })
	if !whole || !complete {
		sc.count(func(sum *Summary) { sum.Partial = true })
	}
	return whole && complete
}

// saw counts files of any kind.
func (sc *scan) saw(files int64) {
	sc.count(func(sum *Summary) { sum.Seen += files; sum.SeenIn[sc.st.Name()] += files })
}

// unlisted notes a place, or a storage, that could not be listed, and stops
// the roots that it is in. An empty root is no news unless files were known
// there: then perhaps its disk is missing.
func (sc *scan) unlisted(ctx context.Context, err error) {
	path, reason := "", err
	if u, ok := errors.AsType[*providers.UnlistedError](err); ok {
		path, reason = u.Path, u.Err
	}
	quiet := errors.Is(err, providers.ErrEmpty) && !sc.knewFiles(ctx, path)
	sc.count(func(sum *Summary) {
		if !quiet {
			sum.problem(sc.st.Name(), path, "list", reason)
			sum.stop(sc.st, path, reason)
		}
	})
}

// knewFiles reports whether the journal remembers a match below the folder; in
// doubt it does.
func (sc *scan) knewFiles(ctx context.Context, folder string) bool {
	for rec, err := range sc.Sweeper.o.Journal.Records(ctx, sc.st.Name(), fingerprint.Version) {
		if err != nil || within(rec.Entry.Path, folder) {
			return true
		}
	}
	return false
}

// judge takes the verdict from the journal where it has one, and examines the
// file where it has none.
func (sc *scan) judge(ctx context.Context, r *reader, l listed) {
	if l.known == journal.Matched {
		if rec, ok, err := sc.seen.Matched(ctx, l.Entry); err == nil && ok {
			sc.emit(ctx, r, rec, 0)
			return
		}
	}
	sc.examine(ctx, r, l.Entry)
}

// examine classifies one file and remembers the verdict.
func (sc *scan) examine(ctx context.Context, r *reader, e providers.Entry) {
	if ctx.Err() != nil {
		return
	}
	r.open(ctx, sc.st, e)
	v, err := sc.Sweeper.o.Classifier.Classify(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r})
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, providers.ErrChanged) && ctx.Err() == nil { // gone or in flux: the next scan will see
			sc.count(func(sum *Summary) {
				sum.Failed++
				sum.problem(sc.st.Name(), e.Path, "examine", err)
			})
		}
		return
	}
	if v.Confidence == fingerprint.None || sc.doubt == nil { // a wrong clock's date of first sight would be believed later
		if err := sc.seen.Put(ctx, e, v); err != nil {
			sc.count(func(sum *Summary) { sum.problem(sc.st.Name(), e.Path, "remember", err) })
		}
	}
	sc.emit(ctx, r, journal.Record{Entry: e, Verdict: v, FirstSeen: sc.Sweeper.o.Now()}, r.fetched)
}

// emit counts a verdict and tells it, with what is to become of the file, where
// it is asked for.
func (sc *scan) emit(ctx context.Context, r *reader, rec journal.Record, fetched int64) {
	e, v := rec.Entry, rec.Verdict
	d, err := sc.decide(ctx, sc.st, r, rec, sc.words)
	sc.mu.Lock()
	defer sc.mu.Unlock()
	sc.sum.BytesRead += fetched
	if v.MediaType == "" || err != nil {
		return
	}
	if v.Confidence == fingerprint.None {
		sc.sum.Images++
		if !sc.o.All {
			return
		}
	} else {
		if sc.found[e.Ref] == e.Revision {
			return
		}
		sc.found[e.Ref] = e.Revision
		sc.sum.Images++
		sc.sum.Matched++
	}
	sc.sum.ByConfidence[v.Confidence]++
	if v.Confidence > fingerprint.None {
		sc.sum.ByAction[string(d.Action)]++
	}
	if sc.o.Each != nil {
		sc.o.Each(Found{sc.st.Name(), e, v, d, !rec.Marked.IsZero(), fetched})
	}
}

func (sc *scan) count(do func(*Summary)) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	do(sc.sum)
}

func (sc *scan) progress(seen int64) {
	if sc.o.Progress == nil {
		return
	}
	sc.mu.Lock()
	matched := sc.sum.Matched
	sc.mu.Unlock()
	sc.o.Progress(seen, matched)
}
