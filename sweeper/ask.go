package sweeper

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// Ask uploads a picture to OpenAI and returns the answer. Errors other than those below are about the service and not
// about the picture, so that no other picture need be uploaded.
type Ask func(ctx context.Context, picture []byte, mediaType string) (fingerprint.Answer, error)

// The errors of an Ask about one picture.
var (
	ErrUnsuitable = errors.New("OpenAI does not examine it")           // and would not the next time
	ErrUnanswered = errors.New("OpenAI gave no answer that is usable") // another picture may get one
)

// maxUnanswered is the number of pictures in a row without an answer after which a scan asks no more.
const maxUnanswered = 3

// asking is what the scan of a storage that asks has to upload. All storages are examined first, because the originals
// that are verified may settle what a picture is; then one picture at a time is uploaded. So the listing waits for no
// answer, and only one picture is in memory. Pictures that are left over, by the limit or because the service fails,
// wait for a later scan.
type asking struct {
	on    bool
	left  int        // uploads that the limit permitted when the scan began
	queue []openCase // guarded by scan.mu
}

// openCase is a picture to ask about.
type openCase struct {
	listed
	rec   journal.Record
	known bool              // rec is the journal's
	sum   [sha256.Size]byte // of the bytes to upload, once they are read
}

// newAsking returns what a scan of the storage may upload, and OpenAI's earlier answers. If there is no record of the
// uploads there is no limit, and by a doubtful clock none that can be trusted, so that nothing is uploaded then.
func (s *Sweeper) newAsking(
	ctx context.Context, doubt *journal.ClockError, st *providers.Storage,
) (a asking, of answers, err error) {
	if a.on = s.o.Policy.Asks(st.Name()); !a.on {
		return a, nil, nil
	}
	if s.o.Ask != nil && doubt == nil {
		a.left, err = s.o.Journal.UploadsLeft(ctx, s.o.Policy.OpenAI.Uploads)
	}
	if err == nil {
		of, err = bySize(s.o.Journal.Answers(ctx))
	}
	if err != nil {
		return a, nil, fmt.Errorf("read the uploads: %w", err)
	}
	return a, of, nil
}

// answersOfSize returns OpenAI's answers about files of the size of e as they are now; nil if there are none, or if the
// policy does not ask.
func (s *Sweeper) answersOfSize(ctx context.Context, st *providers.Storage, e providers.Entry) (answers, error) {
	if !s.o.Policy.Asks(st.Name()) {
		return nil, nil
	}
	of, err := bySize(s.o.Journal.AnswersOfSize(ctx, e.Size))
	if err != nil {
		return nil, fmt.Errorf("read the uploads: %w", err)
	}
	if len(of) == 0 {
		return nil, nil
	}
	return of, nil
}

// bySize returns the answers in another order.
func bySize(all map[journal.Content]fingerprint.Answer, err error) (answers, error) {
	of := answers{}
	for c, a := range all {
		of.add(c, a)
	}
	return of, err
}

// add adds an answer.
func (of answers) add(c journal.Content, a fingerprint.Answer) {
	if of[c.Size] == nil {
		of[c.Size] = map[[sha256.Size]byte]fingerprint.Answer{}
	}
	of[c.Size][c.SHA256] = a
}

// askable reports whether OpenAI could add to what is known of the file. A camera's picture is settled.
func askable(e providers.Entry, v fingerprint.Verdict) bool {
	return e.Camera == "" && v.Askable(e.Size)
}

// isOpen reports whether OpenAI could add to what is known of the file, and has not answered yet as far as is known by
// its hash. A file with a weak revision has no hash and so no answer, because its bytes may change under that revision.
func (sc *scan) isOpen(rec journal.Record) bool {
	if !sc.asking.on || rec.Entry.Weak || !askable(rec.Entry, sc.weigh(rec.Entry, rec.Verdict)) {
		return false
	}
	_, answered := sc.knowledge.answer(rec.Entry)
	return !answered
}

// enqueue queues a picture to be uploaded, and reports whether it did. It does not if the answer would change nothing,
// because the rules or the user keep the file in any case, and if the limit is reached.
func (sc *scan) enqueue(ctx context.Context, r *reader, c openCase) bool {
	if sc.decider.s.o.Ask == nil || !sc.matters(c.rec) {
		return false
	}
	kept, err := overrideOf(ctx, sc.st, r, c.Entry, sc.decider.overrides)
	if err != nil || kept == journal.Keep {
		return false
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if len(sc.asking.queue) >= sc.asking.left {
		sc.sum.Unasked++
		return false
	}
	sc.asking.queue = append(sc.asking.queue, c)
	return true
}

// matters reports whether the policy asks about the file, because the rules would not keep it if OpenAI recognised it.
func (sc *scan) matters(rec journal.Record) bool {
	sc.weighRecord(&rec)
	rec.Verdict = rec.Verdict.Answered(fingerprint.Answer{SynthID: true})
	return sc.decider.s.o.Policy.Concerns(sc.decider.s.facts(sc.st.Name(), rec), sc.now())
}

// mayMatter is matters for an image of which only the entry is known. It takes the picture for one of ChatGPT's size. A
// rule on its pixels may decide otherwise.
func (sc *scan) mayMatter(e providers.Entry) bool {
	v := fingerprint.Verdict{MediaType: "image/png", Width: 1024, Height: 1024}
	return askable(e, v) && (sc.decider.s.o.Policy.AsksPixels() || sc.matters(journal.Record{Entry: e, Verdict: v}))
}

// skips reports whether an image that waits to be uploaded has to wait on, so that it need not be read. It counts it.
func (sc *scan) skips(e providers.Entry) bool {
	if sc.options.All {
		return false // it needs the media type, which was not kept
	}
	if sc.decider.s.o.Ask == nil || !sc.mayMatter(e) {
		return true
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if full := len(sc.asking.queue) >= sc.asking.left; full {
		sc.sum.Unasked++
		return true
	}
	return false
}

// relists reports whether a storage of which only the changes are listed has to be listed whole, because images that it
// does not name again wait to be uploaded. It does so once in the time of the limit.
func (sc *scan) relists(ctx context.Context) bool {
	if !sc.follows() || sc.asking.left == 0 || !sc.seen.Waits() {
		return false
	}
	what := "ask " + sc.st.Name()
	last, err := sc.journal.LastRun(ctx, what)
	if now := sc.now(); err == nil && now.Sub(last).Abs() >= journal.UploadWindow {
		return sc.journal.SetLastRun(ctx, what, now) == nil
	}
	return false
}

// met emits a file of which the journal has a record, and first asks about it if need be.
func (sc *scan) met(ctx context.Context, r *reader, l listed, rec journal.Record) {
	l.Entry = rec.Entry
	if !sc.isOpen(rec) || !sc.enqueue(ctx, r, openCase{listed: l, rec: rec, known: true}) {
		sc.emit(ctx, r, rec, 0)
	}
}

// unasked remembers an open picture by its own bytes. It returns false if the file has to be examined again.
func (sc *scan) unasked(ctx context.Context, r *reader, c openCase) (done bool) {
	switch {
	case c.known:
		sc.emit(ctx, r, c.rec, 0)
	case c.rec.Verdict.Confidence > fingerprint.None, sc.records(c.Entry, c.rec.Verdict):
		return sc.remember(ctx, r, c.listed, c.rec.Verdict)
	case sc.pass.ifLatest(c.listed, func() { sc.seen.PutKnown(c.Entry, journal.Waiting) }):
		sc.emit(ctx, r, c.rec, r.fetched)
	}
	return true
}

// doingAsk is what could not be done, in a Problem.
const doingAsk = "ask OpenAI about"

// askLast asks about the queued pictures of all scans, and finishes these. Pictures that a finished scan queues come
// from the record, and are asked about in the end.
func askLast(ctx context.Context, scans []*scan) error {
	for _, finished := range []bool{false, true} {
		known := !slices.ContainsFunc(scans, func(sc *scan) bool { return sc.unnoted })
		for _, sc := range scans {
			if len(sc.asking.queue) == 0 {
				continue
			}
			sc.ask(ctx, known)
			if err := ctx.Err(); err != nil {
				return err
			}
			if finished {
				sc.saveListed(ctx)
			} else if err := sc.finish(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// relearn takes what is known by now in place of what was known when the scan began: what the scan itself has verified,
// and OpenAI's answers about pictures of other storages.
func (sc *scan) relearn(ctx context.Context) error {
	k, err := sc.decider.s.learnt(ctx)
	if err == nil {
		k.answers, err = bySize(sc.journal.Answers(ctx))
	}
	if err == nil {
		sc.knowledge = k
		sc.decider.learnt = func(context.Context) (knowledge, error) { return k, nil }
	}
	return err
}

// ask uploads the queued pictures that are still open, and remembers the answers. If not all is known, it uploads none.
// A failure of the service ends it; the other pictures wait for a later scan.
func (sc *scan) ask(ctx context.Context, known bool) {
	queue := sc.asking.queue
	sc.asking.queue = nil
	if err := sc.relearn(ctx); err != nil {
		known = false
		sc.sum.problem(sc.st.Name(), "", doingAsk, err)
	}
	if !known {
		sc.giveUp(ctx, new(reader), queue)
		return
	}
	r, failed := new(reader), 0
	var picture []byte
	for i := range queue {
		c, err := &queue[i], error(nil)
		r.fetched = 0
		if sc.isOpen(c.rec) { // by the hashes that the storage has listed
			if picture, err = sc.picture(ctx, r, c, picture); err != nil {
				sc.unread(ctx, c.Entry, err)
				continue
			}
			err = sc.consult(ctx, c, picture)
		}
		if ctx.Err() != nil {
			return
		}
		if failed++; err == nil {
			failed = 0
		}
		switch unanswered := errors.Is(err, ErrUnanswered); {
		case err == nil && c.known:
			c.rec.Entry = c.Entry
			if err := sc.seen.Keep(ctx, c.Entry, c.rec.Verdict); err != nil {
				sc.sum.problem(sc.st.Name(), c.Path, "remember", err)
			}
			sc.emit(ctx, r, c.rec, r.fetched)
		case err == nil:
			sc.remember(ctx, r, c.listed, c.rec.Verdict)
		case unanswered && failed < maxUnanswered:
			sc.sum.problem(sc.st.Name(), c.Path, doingAsk, err)
			sc.giveUp(ctx, r, queue[i:i+1])
		default:
			if !errors.Is(err, journal.ErrUploads) {
				sc.sum.problem(sc.st.Name(), "", doingAsk, err)
			}
			sc.giveUp(ctx, r, queue[i:])
			return
		}
		sc.progress(sc.pass.passed)
	}
}

// giveUp leaves the pictures to a later scan.
func (sc *scan) giveUp(ctx context.Context, r *reader, queue []openCase) {
	sc.sum.Unasked += int64(len(queue))
	for _, c := range queue {
		r.fetched = 0
		sc.unasked(ctx, r, c)
	}
}

// unread counts a file that could not be read to be uploaded. A later scan examines it again.
func (sc *scan) unread(ctx context.Context, e providers.Entry, err error) {
	if sc.follows() {
		sc.seen.Retry(e.Ref)
	}
	if !isTransient(ctx, err) {
		sc.sum.Failed++
		sc.sum.problem(sc.st.Name(), e.Path, "examine", err)
	}
}

// picture reads all bytes of a file into the buffer and notes their hashes. The answer is bound to the same bytes that
// are uploaded.
func (sc *scan) picture(ctx context.Context, r *reader, c *openCase, buffer []byte) ([]byte, error) {
	e := &c.Entry
	r.open(ctx, sc.st, *e)
	all := slices.Grow(buffer[:0], int(e.Size))[:e.Size]
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, e.Size), all); err != nil {
		return buffer, err
	}
	h := providers.NewHasher()
	h.Write(all)
	sums := h.Sum()
	if differ(*e, providers.Entry{Size: e.Size, Hashes: sums}) {
		return buffer, fmt.Errorf("what was read is not what its hash says: %w", providers.ErrChanged)
	}
	c.sum, e.Hashes = sums.SHA256, sums
	return all, nil
}

// consult gets OpenAI's answer about a picture, which is uploaded unless its bytes show that it is not open: a copy of
// it was uploaded, it is known, or it names a camera. The upload is in the journal before it begins.
func (sc *scan) consult(ctx context.Context, c *openCase, picture []byte) error {
	s, of := sc.decider.s, journal.Content{Size: c.Size, SHA256: c.sum}
	if !sc.isOpen(journal.Record{Entry: c.Entry, Verdict: c.rec.Verdict}) {
		return nil
	}
	if c.rec.Verdict.Camera = fingerprint.NamesCamera(picture); c.rec.Verdict.Camera {
		return nil
	}
	upload, err := sc.journal.BeginUpload(ctx, of, s.o.Policy.OpenAI.Uploads)
	if err != nil {
		return err
	}
	sc.sum.Uploads++
	a, err := s.o.Ask(ctx, picture, c.rec.Verdict.MediaType)
	if errors.Is(err, ErrUnsuitable) {
		sc.sum.problem(sc.st.Name(), c.Path, doingAsk, err)
		a, err = fingerprint.Answer{Refused: err.Error()}, nil
	}
	if err != nil {
		return err
	}
	a.At = s.o.Now().UTC()
	sc.knowledge.answers.add(of, a)
	return sc.journal.EndUpload(ctx, upload, a)
}
