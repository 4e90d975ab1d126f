package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Found is one file with its verdict and the policy's decision.
type Found struct {
	Storage   string
	Entry     providers.Entry
	Verdict   fingerprint.Verdict
	Decision  policy.Decision
	Marked    bool  // a grace is running
	BytesRead int64 // 0 if the verdict was known
	Known     Known // with ScanOptions.Known; zero if nothing is known of the bytes

	base  fingerprint.Verdict // of the detectors alone, which the journal has
	match known.Match         // what is known of the bytes; zero if nothing is
}

// ScanOptions are the options of a scan.
type ScanOptions struct {
	All      bool                      // report every image, not only the matches
	Known    bool                      // look up where a known picture comes from
	Each     func(Found)               // called for one file at a time, in no order
	Progress func(seen, matched int64) // called now and then; may be nil
	// Stop is called before each file that has to be examined, with the number of those before it. If it returns true,
	// the scan ends here with the Problem ErrStopped, and remembers what it has examined. nil: never.
	Stop func(examined int) bool

	// Case is called as Each is, with what a decision on the file needs. If it is set, the scan remembers nothing: the
	// policy may be one that is not in force.
	Case func(*Case)
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

// scan is Scan after prepare. It ends at the first storage that returns an error.
func (s *Sweeper) scan(ctx context.Context, doubt *journal.ClockError, o ScanOptions) (*Summary, error) {
	started := s.o.Now()
	sum := s.summary()
	sum.ByConfidence, sum.ByAction, sum.SeenIn = map[fingerprint.Confidence]int64{}, map[string]int64{},
		map[string]int64{}
	s.lacking(sum)
	var scans []*scan
	for _, st := range s.originalsFirst() {
		sc, err := s.scanStorage(ctx, doubt, st, o, sum)
		if err != nil {
			return sum, err
		}
		scans = append(scans, sc)
	}
	if err := askLast(ctx, scans); err != nil {
		return sum, err
	}
	findTwins(ctx, scans)
	sum.Duration = s.o.Now().Sub(started)
	return sum, nil
}

// scan is the state of one storage's scan. The fields below mu are shared by its workers.
type scan struct {
	st         *providers.Storage
	journal    *journal.Journal
	classifier *fingerprint.Classifier
	now        func() time.Time
	workers    int // files examined at once
	decider    decider
	knowledge  knowledge
	listing    journal.Listing // what is known before a listing from the beginning
	lookalikes *lookalikes
	looks      *journal.Looks // nil if lookalikes is
	options    ScanOptions

	seen *journal.VerdictCache
	pass *pass // the listing under way

	asking asking

	mu    sync.Mutex
	sum   *Summary
	found map[providers.Ref]providers.Revision // matched so far: a listing may repeat files
	plain int64                                // examined, and not from ChatGPT

	postponed map[*reader][]*emission // matches, by worker
	readers   sync.Pool               // of *reader, for emitAll

	originals []known.Picture // verified, and not known when the scan began
	noted     int             // the number of originals that are in the record by now
	unnoted   bool            // others could not be recorded
	sizes     sizes           // of the files that were listed; see again

	unlooked map[providers.Ref]bool // files that could not be compared this time

	unwanted []providers.Entry // files with a grace that no rule wants any more, or that has to begin anew
}

// newScan returns the state before the first listing: what is remembered of the storage, and the user's decisions.
func (s *Sweeper) newScan(
	ctx context.Context, doubt *journal.ClockError, st *providers.Storage, o ScanOptions, sum *Summary,
) (*scan, error) {
	seen, err := s.o.Journal.LoadVerdictCache(ctx, st.Name(), s.o.Policy.Detectors(st.Name()))
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	by, err := s.decider(ctx, doubt)
	if err != nil {
		return nil, err
	}
	k, err := by.learnt(ctx)
	if err != nil {
		return nil, err
	}
	x, err := s.lookalikes(ctx)
	var looks *journal.Looks
	if err == nil && x != nil {
		looks, err = s.o.Journal.LoadLooks(ctx, st.Name())
	}
	if err != nil {
		return nil, err
	}
	var ask asking
	if ask, k.answers, err = s.newAsking(ctx, doubt, st); err != nil {
		return nil, err
	}
	workers := s.o.Workers
	if isRemote(st) {
		workers = s.o.RemoteWorkers
	}
	return &scan{
		st: st, journal: s.o.Journal, classifier: s.o.Classifier, now: s.o.Now, workers: workers, decider: by,
		knowledge: k, lookalikes: x, looks: looks, asking: ask, options: o, seen: seen, sum: sum,
		found: map[providers.Ref]providers.Revision{}, unlooked: map[providers.Ref]bool{},
		postponed: map[*reader][]*emission{}, readers: sync.Pool{New: func() any { return new(reader) }},
	}, nil
}

// scanStorage lists the changes since the cursor, or everything if there is no cursor, if it has expired, or for
// All, which reports images that the journal does not name. If pictures are to be uploaded, it leaves the scan to be
// finished by askLast.
func (s *Sweeper) scanStorage(
	ctx context.Context, doubt *journal.ClockError, st *providers.Storage, o ScanOptions, sum *Summary,
) (*scan, error) {
	sc, err := s.newScan(ctx, doubt, st, o, sum)
	if err != nil {
		return nil, err
	}
	since := providers.Cursor("")
	if sc.follows() {
		if since, err = sc.since(ctx); err != nil {
			return nil, err
		}
	}
	if o.All || sc.anew() || sc.relists(ctx) {
		since = ""
	}
	if p := sc.run(ctx, since); p.expired && ctx.Err() == nil {
		sc.seen.Reset()
		sc.asking.queue = nil
		sc.run(ctx, "")
	}
	if err := s.o.AskErr; err != nil && sc.asking.on {
		sum.problem(st.Name(), "", doingAsk, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(sc.asking.queue) == 0 {
		return sc, sc.finish(ctx)
	}
	sc.saveListed(ctx)
	sc.noteOriginals(ctx)
	return sc, nil
}

// finish adds up the last listing and remembers the results.
func (sc *scan) finish(ctx context.Context) error {
	p := sc.pass
	sc.conclude(p)
	sc.lookAgain()
	if sc.remembers() {
		sc.save(ctx, p)
	}
	if p.complete() && p.since != "" {
		if err := sc.emitCached(ctx, p); err != nil {
			return err
		}
	}
	if !sc.remembers() {
		return nil
	}
	if err := sc.noteJoined(ctx, p); err != nil {
		sc.sum.problem(sc.st.Name(), "", "remember the first sweep of", err) // it is only reported on longer
	}
	if err := sc.saveLooks(ctx, p); err != nil && !errors.Is(err, fs.ErrPermission) {
		sc.sum.problem(sc.st.Name(), "", "remember what pictures look like", err) // costs time at the next scan
	}
	sc.noteOriginals(ctx)
	sc.endGraces(ctx)
	return nil
}

// noteOriginals records the originals that were found since the last call, so that their twins are known.
func (sc *scan) noteOriginals(ctx context.Context) {
	if !sc.remembers() {
		return
	}
	if err := sc.decider.s.verified(ctx, sc.originals[sc.noted:]); err != nil {
		sc.originals = sc.originals[:sc.noted] // the next scan finds them again
		sc.unnoted = true
		sc.sum.problem(sc.st.Name(), "", "remember the originals", err)
	}
	sc.noted = len(sc.originals)
}

// endGraces ends the graces of what no rule wants any more.
func (sc *scan) endGraces(ctx context.Context) {
	if err := sc.journal.Unmark(ctx, sc.st.Name(), sc.unwanted); err != nil {
		// the next scan tries again
		sc.sum.problem(sc.st.Name(), "", "end the grace of what no rule wants any more of", err)
	}
	sc.unwanted = nil
}

// remembers reports whether the scan stores what it finds.
func (sc *scan) remembers() bool { return sc.options.Case == nil }

// saveListed stores the verdicts, and not the position of the next listing, because not all before it is done.
func (sc *scan) saveListed(ctx context.Context) {
	if err := sc.seen.Save(ctx, sc.seen.Cursor(), false); err != nil {
		sc.sum.problem(sc.st.Name(), "", "remember", err)
	}
}

// save stores the verdicts, and the position of the next listing. A partial listing forgets nothing.
func (sc *scan) save(ctx context.Context, p *pass) {
	whole := p.complete() && p.since == "" && !sc.st.Part()
	var err error
	if whole && sc.follows() {
		err = sc.seen.SaveListed(ctx, sc.cursor(p), sc.listing)
	} else {
		err = sc.seen.Save(ctx, sc.cursor(p), whole)
	}
	if err != nil {
		sc.sum.problem(sc.st.Name(), "", "remember", err) // costs time at the next scan, never safety
	}
}

// run lists the changes since the cursor and examines them.
func (sc *scan) run(ctx context.Context, since providers.Cursor) *pass {
	p := newPass(since)
	// The workers begin later, so they see it without a lock.
	sc.pass = p
	ahead := sc.workers
	if isRemote(sc.st) {
		ahead = waiting
	}
	// used has room for those that wait and those that are examined.
	lists, used := make(chan []listed, ahead), make(chan []listed, 2*sc.workers)
	var workers sync.WaitGroup
	for range sc.workers {
		workers.Go(func() {
			r := new(reader)
			sc.emitAll(ctx, r)
			for list := range lists {
				sc.recall(ctx, list)
				for _, l := range list {
					sc.judge(ctx, r, l)
				}
				sc.emitAll(ctx, r)
				select {
				// If there is no room for it, a list is left to the garbage collector.
				case used <- list[:0]:
				default:
				}
			}
		})
	}
	sc.list(ctx, p, lists, used)
	if since != "" && p.complete() {
		sc.retry(ctx, p, lists)
	}
	close(lists)
	workers.Wait()
	return p
}

// version returns that of the detectors.
func (sc *scan) version() int { return sc.decider.s.o.Policy.Detectors(sc.st.Name()) }

// emission is a verdict to emit, with the decision on the file.
type emission struct {
	rec      journal.Record // with the verdict that counts
	base     fingerprint.Verdict
	began    time.Time // when a grace began; zero: none did
	original known.Picture
	isNew    bool // the original is not known yet
	fetched  int64

	f   Found
	d   policy.Decision
	c   *Case // nil unless it is asked for
	err error
}

// emit counts a verdict and reports it to Each, if asked for, with the decision on the file. A worker's matches wait
// for emitAll.
func (sc *scan) emit(ctx context.Context, r *reader, rec journal.Record, fetched int64) {
	m := emission{rec: rec, base: rec.Verdict, began: rec.Marked, fetched: fetched}
	if m.base.Twin.Size > 0 {
		m.original, m.isNew = sc.original(rec)
	}
	sc.weighRecord(&m.rec)
	if m.rec.Verdict.Confidence == fingerprint.None || !sc.postpone(r, m) {
		sc.decideOn(ctx, r, &m)
		sc.settle(&m)
	}
}

// postpone keeps a match for emitAll, and reports whether r is a worker's reader.
func (sc *scan) postpone(r *reader, m emission) bool {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	all, ok := sc.postponed[r]
	if ok {
		sc.postponed[r] = append(all, &m)
	}
	return ok
}

// emitAll emits what was postponed for the reader's worker. It decides on all of it at the same time, because files of
// one folder then share what their guards look up. From then on the worker's matches are postponed.
func (sc *scan) emitAll(ctx context.Context, r *reader) {
	sc.mu.Lock()
	all := sc.postponed[r]
	sc.postponed[r] = nil
	sc.mu.Unlock()
	if len(all) == 1 {
		sc.decideOn(ctx, r, all[0])
	} else {
		var group sync.WaitGroup
		for _, m := range all {
			group.Go(func() {
				own := sc.readers.Get().(*reader)
				sc.decideOn(ctx, own, m)
				sc.readers.Put(own)
			})
		}
		group.Wait()
	}
	for _, m := range all {
		sc.settle(m)
	}
}

// decideOn decides on the file.
func (sc *scan) decideOn(ctx context.Context, r *reader, m *emission) {
	m.d.Action = policy.Keep // no rule decides on a picture that is not from ChatGPT
	if m.rec.Verdict.Confidence > fingerprint.None || sc.options.All || sc.options.Case != nil {
		m.f = sc.foundAs(ctx, m.rec, m.base, m.fetched)
		m.d, m.c, m.err = sc.decide(ctx, r, m.rec)
	}
}

// settle counts what was decided and reports it.
func (sc *scan) settle(m *emission) {
	e, v, d := m.rec.Entry, m.rec.Verdict, m.d
	sc.mu.Lock()
	defer sc.mu.Unlock()
	sc.sum.BytesRead += m.fetched
	// It is not an image, or it is gone or in flux.
	if v.MediaType == "" || m.err != nil {
		return
	}
	if m.isNew && sc.decider.doubt == nil {
		sc.originals = append(sc.originals, m.original)
	}
	outdated := m.rec.Marked.IsZero() // by what was learnt since
	if !m.began.IsZero() && (outdated || d.Action == policy.Keep || d.Action == policy.Review) {
		sc.unwanted = append(sc.unwanted, e)
	}
	if v.Confidence == fingerprint.None {
		sc.sum.Images++
		if !sc.records(e, m.base) {
			sc.plain++
		}
		if !sc.options.All {
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
		sc.sum.rule(d.Rule).decided(e, d)
	}
	if sc.options.Each != nil {
		m.f.Decision = d
		sc.options.Each(m.f)
	}
	if sc.options.Case != nil {
		sc.options.Case(m.c)
	}
}

// foundAs returns what a scan reports of a file, without the decision.
func (sc *scan) foundAs(ctx context.Context, rec journal.Record, base fingerprint.Verdict, fetched int64) Found {
	f := Found{
		Storage: sc.st.Name(), Entry: rec.Entry, Verdict: rec.Verdict, Marked: !rec.Marked.IsZero(),
		BytesRead: fetched, base: base,
	}
	f.match, _ = sc.knowledge.of(rec.Entry)
	if sc.options.Known {
		if err := sc.decider.s.locate(ctx, &f); err != nil {
			sc.count(func(sum *Summary) {
				sum.problem(sc.st.Name(), rec.Entry.Path, "look up what is known of", err)
			})
		}
	}
	return f
}

// decide returns the decision on a file, and what it needs if that is asked for.
func (sc *scan) decide(ctx context.Context, r *reader, rec journal.Record) (d policy.Decision, c *Case, err error) {
	if sc.options.Case == nil {
		d, err = sc.decider.decide(ctx, sc.st, r, rec)
		return d, c, err
	}
	q := sc.decider.question(sc.st, r, rec)
	if c, err = know(ctx, q); err != nil {
		return d, c, err
	}
	q.facts = c
	d, err = q.decide(ctx)
	return d, c, err
}

// count lets do change the summary under the lock.
func (sc *scan) count(do func(*Summary)) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	do(sc.sum)
}

// progress reports the numbers so far. The listing calls it, without the lock, so that a slow caller holds up no
// worker.
func (sc *scan) progress(seen int64) {
	if sc.options.Progress == nil {
		return
	}
	sc.mu.Lock()
	matched := sc.sum.Matched
	sc.mu.Unlock()
	sc.options.Progress(seen, matched)
}
