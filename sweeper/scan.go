package sweeper

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// Found is one file with its verdict and the policy's decision.
type Found struct {
	Storage   string
	Entry     providers.Entry
	Verdict   fingerprint.Verdict
	Decision  policy.Decision
	Marked    bool  // a grace is running
	BytesRead int64 // 0 if the verdict was known
}

// ScanOptions are the options of a scan.
type ScanOptions struct {
	All      bool                      // report every image, not only the matches
	Each     func(Found)               // called for one file at a time, in no order
	Progress func(seen, matched int64) // called now and then; may be nil
}

// Scan looks at every file of the storages that may be an image, takes the verdict from the journal if this revision
// was examined before, and applies the policy. It changes only what the journal remembers. Places and files that
// cannot be read are problems in the Summary. Scan returns an error only if the scan as a whole has no meaning.
func (s *Sweeper) Scan(ctx context.Context, o ScanOptions) (*Summary, error) {
	doubt, err := s.prepare(ctx)
	if err != nil {
		return nil, err
	}
	return s.scan(ctx, doubt, o)
}

func (s *Sweeper) scan(ctx context.Context, doubt *ClockError, o ScanOptions) (*Summary, error) {
	started := s.o.Now()
	sum := s.summary()
	sum.ByConfidence, sum.ByAction, sum.SeenIn = map[fingerprint.Confidence]int64{}, map[string]int64{},
		map[string]int64{}
	s.lacking(sum)
	for _, st := range s.o.Storages {
		if err := s.scanStorage(ctx, doubt, st, o, sum); err != nil {
			return sum, err
		}
	}
	sum.Duration = s.o.Now().Sub(started)
	return sum, nil
}

// scan is the state of one storage's scan. The fields below mu are shared by its workers.
type scan struct {
	*Sweeper
	st   *providers.Storage
	o    ScanOptions
	seen *journal.VerdictCache

	decider decider // with the user's decisions at the start of the scan
	pass    *pass   // the listing under way

	mu    sync.Mutex
	sum   *Summary
	found map[providers.Ref]providers.Revision // matched so far: a listing may repeat files
	plain int64                                // examined, and not from ChatGPT

	unwanted []providers.Entry // files with a grace under way that no rule wants gone any more
}

// listed is a file of the listing, with what is known of it.
type listed struct {
	providers.Entry
	known journal.Known
	turn  int // see pass
}

// batch is the number of entries that go to a worker at once: small enough not to hold back a slow storage's files,
// large enough that the hand-over costs nothing. Entries of a remote storage go one by one.
const batch = 64

// waiting is the number of a remote storage's files that may wait for their examination: the listing goes ahead so far.
const waiting = 1024

func (s *Sweeper) scanStorage(
	ctx context.Context, doubt *ClockError, st *providers.Storage, o ScanOptions, sum *Summary,
) error {
	seen, err := s.o.Journal.LoadVerdictCache(ctx, st.Name(), fingerprint.Version)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	by, err := s.decider(ctx, doubt)
	if err != nil {
		return err
	}
	sc := &scan{
		Sweeper: s, st: st, o: o, seen: seen, decider: by, sum: sum,
		found: map[providers.Ref]providers.Revision{},
	}
	since := providers.Cursor("")
	if sc.follows() && !o.All {
		since = seen.Cursor()
	}
	p := sc.run(ctx, since)
	if p.expired && ctx.Err() == nil {
		seen.Reset()
		p = sc.run(ctx, "")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	sc.conclude(p)
	// a partial listing forgets nothing
	if err := seen.Save(ctx, sc.cursor(p), p.complete() && p.since == "" && !st.Part()); err != nil {
		sum.problem(st.Name(), "", "remember", err) // costs time at the next scan, never safety
	}
	if p.complete() && p.since != "" {
		if err := sc.emitCached(ctx, p); err != nil {
			return err
		}
	}
	if err := s.o.Journal.Unmark(ctx, st.Name(), sc.unwanted); err != nil {
		sum.problem(st.Name(), "", "end the grace of what no rule wants any more of", err) // the next scan tries again
	}
	return nil
}

// run lists the changes since the cursor and examines them.
func (sc *scan) run(ctx context.Context, since providers.Cursor) *pass {
	p := newPass(since)
	sc.pass = p
	n, ahead := sc.Sweeper.o.Workers, sc.Sweeper.o.Workers
	if isRemote(sc.st) {
		n, ahead = sc.Sweeper.o.RemoteWorkers, waiting
	}
	lists := make(chan []listed, ahead)
	var workers sync.WaitGroup
	for range n {
		workers.Go(func() {
			r := new(reader)
			for list := range lists {
				for _, l := range list {
					sc.judge(ctx, r, l)
				}
			}
		})
	}
	sc.list(ctx, p, lists)
	if since != "" && p.complete() {
		sc.retry(ctx, p, lists)
	}
	close(lists)
	workers.Wait()
	return p
}

// errUnended: nothing shows that the listing was complete, so it was not.
var errUnended = errors.New("the listing stopped before its end")

// list reads the listing and hands over the files to be examined.
func (sc *scan) list(ctx context.Context, p *pass, lists chan<- []listed) {
	size := batch
	if isRemote(sc.st) {
		size = 1
	}
	pending := make([]listed, 0, size)
	flush := func() {
		if len(pending) > 0 {
			lists <- pending
			pending = make([]listed, 0, size)
		}
	}
	for c, err := range sc.st.Changes(ctx, p.since) {
		if errors.Is(err, providers.ErrExpired) && p.since != "" {
			p.expired = true
			break
		}
		if err != nil {
			p.broken = true
			p.partial = sc.unlisted(ctx, err) || p.partial
			continue
		}
		l, examine := sc.take(p, c)
		if !examine {
			continue
		}
		if pending = append(pending, l); len(pending) == size {
			flush()
			sc.progress(p.passed)
		}
	}
	if !p.expired && !p.broken && !p.ended && ctx.Err() == nil {
		p.broken = true
		p.partial = sc.unlisted(ctx, errUnended)
	}
	flush()
	sc.progress(p.passed)
}

// take notes one element of the listing and reports whether it has to be examined or emitted.
func (sc *scan) take(p *pass, c providers.Change) (l listed, examine bool) {
	if p.note(c); c.Checkpoint() {
		return l, false
	}
	turn := p.mention(c.Entry.Ref, func() {
		if c.Gone {
			sc.seen.Gone(c.Entry.Ref)
			sc.seen.Resolve(c.Entry.Ref)
		}
	})
	if c.Gone {
		return l, false
	}
	known := sc.seen.Get(c.Entry)
	if known == journal.PlainImage && !sc.o.All { // All needs the media type, which was not kept
		p.plain++
		return l, false
	}
	return listed{c.Entry, known, turn}, known != journal.NotImage
}

// saw counts files of any kind.
func (sc *scan) saw(files int64) {
	sc.count(func(sum *Summary) { sum.Seen += files; sum.SeenIn[sc.st.Name()] += files })
}

// unlisted notes a place, or a storage, that could not be listed, and stops the roots that contain it. It returns
// false for an empty root, which is no problem unless files were known there: then its disk may be missing.
func (sc *scan) unlisted(ctx context.Context, err error) (news bool) {
	path, reason := "", err
	if u, ok := errors.AsType[*providers.UnlistedError](err); ok {
		path, reason = u.Path, u.Err
	}
	if errors.Is(err, providers.ErrEmpty) && !sc.knewFiles(ctx, path) {
		return false
	}
	sc.count(func(sum *Summary) {
		sum.problem(sc.st.Name(), path, "list", reason)
		sum.stop(sc.st, path, reason)
	})
	return true
}

// knewFiles reports whether the journal has a match below the folder. It returns true in doubt.
func (sc *scan) knewFiles(ctx context.Context, folder string) bool {
	for rec, err := range sc.Sweeper.o.Journal.Records(ctx, sc.st.Name(), fingerprint.Version) {
		if err != nil || within(rec.Entry.Path, folder) {
			return true
		}
	}
	return false
}

// judge takes the verdict from the journal if it has one, and else examines the file.
func (sc *scan) judge(ctx context.Context, r *reader, l listed) {
	if l.known == journal.Matched {
		var rec journal.Record
		var ok bool
		var err error
		if !sc.pass.ifLatest(l, func() { rec, ok, err = sc.seen.Matched(ctx, l.Entry) }) {
			return // the last mention of the file counts
		}
		if err == nil && ok {
			sc.emit(ctx, r, rec, 0)
			return
		}
	}
	if !sc.examine(ctx, r, l) && sc.follows() {
		sc.seen.Retry(l.Ref)
	}
}

// examine examines one file and remembers the verdict. For a match that costs little to read whole it also remembers
// the hashes, by which the file is recognised elsewhere. It returns true if the file needs no further examination
// until it changes.
func (sc *scan) examine(ctx context.Context, r *reader, l listed) (done bool) {
	if ctx.Err() != nil {
		return false
	}
	known, v := l.known, fingerprint.Verdict{}
	if known != journal.PlainImage {
		var err error
		if known, v, err = sc.seen.ByContent(ctx, l.Entry); err != nil {
			known = journal.Unknown
		}
	}
	r.fetched = 0
	read := false
	switch {
	case known == journal.NotImage, known == journal.PlainImage && !sc.o.All:
		sc.pass.ifLatest(l, func() { sc.seen.PutKnown(l.Entry, known) })
		if known == journal.PlainImage {
			sc.count(func(sum *Summary) { sum.Images++; sc.plain++ })
		}
		return true
	case known != journal.Matched:
		var err error
		if v, err = sc.classify(ctx, r, l.Entry, known == journal.PlainImage); err != nil {
			if !isTransient(ctx, err) { // gone or in flux: the next scan will see
				sc.count(func(sum *Summary) {
					sum.Failed++
					sum.problem(sc.st.Name(), l.Path, "examine", err)
				})
			}
			return false
		}
		read = v.Confidence >= fingerprint.Possible && !isRemote(sc.st)
	}
	if read {
		if err := r.know(&l.Entry); isTransient(ctx, err) {
			return false
		} // a match that cannot be hashed is still a match
	}
	return sc.remember(ctx, r, l, v)
}

// classify reads the file, or only its header if reading costs much. A known plain image may be known from a whole
// reading, which a header-only reading must not overrule; so one that finds a match there is followed by a whole
// reading.
func (sc *scan) classify(
	ctx context.Context, r *reader, e providers.Entry, plain bool,
) (v fingerprint.Verdict, err error) {
	if isRemote(sc.st) {
		r.openHeader(ctx, sc.st, e)
		v, err = sc.Sweeper.o.Classifier.Classify(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r, HeaderOnly: true})
		if err != nil || !plain || !v.Partial || v.Confidence == fingerprint.None {
			return v, err
		}
	}
	r.open(ctx, sc.st, e)
	return sc.Sweeper.o.Classifier.Classify(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r})
}

// remember stores the verdict in the journal and emits it.
func (sc *scan) remember(ctx context.Context, r *reader, l listed, v fingerprint.Verdict) (done bool) {
	var err error
	latest := true
	// A date of first sight from a wrong clock would be trusted later.
	if v.Confidence == fingerprint.None || sc.decider.doubt == nil {
		latest = sc.pass.ifLatest(l, func() { err = sc.seen.Put(ctx, l.Entry, v) })
		if err != nil {
			sc.count(func(sum *Summary) { sum.problem(sc.st.Name(), l.Path, "remember", err) })
		}
	}
	if latest {
		sc.emit(ctx, r, journal.Record{Entry: l.Entry, Verdict: v, FirstSeen: sc.Sweeper.o.Now()}, r.fetched)
	}
	return err == nil
}

// emit counts a verdict and reports it to Each, if asked for, with the decision on the file.
func (sc *scan) emit(ctx context.Context, r *reader, rec journal.Record, fetched int64) {
	e, v := rec.Entry, rec.Verdict
	d, err := sc.decider.decide(ctx, sc.st, r, rec)
	sc.mu.Lock()
	defer sc.mu.Unlock()
	sc.sum.BytesRead += fetched
	if v.MediaType == "" || err != nil {
		return
	}
	if v.Confidence == fingerprint.None {
		sc.sum.Images++
		sc.plain++
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
	if !rec.Marked.IsZero() && (d.Action == policy.Keep || d.Action == policy.Review) {
		sc.unwanted = append(sc.unwanted, e)
	}
	if v.Confidence > fingerprint.None {
		sc.sum.ByAction[string(d.Action)]++
		sc.sum.rule(d.Rule).decided(e, d)
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
