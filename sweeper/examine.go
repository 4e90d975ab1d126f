package sweeper

import (
	"context"
	"crypto/sha256"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// recall reads the records of the matches in a list of several files. The others, and all after an error, are read one
// by one.
func (sc *scan) recall(ctx context.Context, list []listed) {
	if len(list) == 1 {
		return
	}
	var refs []providers.Ref
	for _, l := range list {
		if l.known == journal.Matched {
			refs = append(refs, l.Ref)
		}
	}
	records, err := sc.seen.RecordsOf(ctx, refs)
	if err != nil {
		return
	}
	for i := range list {
		list[i].rec = records[list[i].Ref]
	}
}

// judge takes the verdict from the journal if it has one, and else examines the file.
func (sc *scan) judge(ctx context.Context, r *reader, l listed) {
	if l.known == journal.Matched {
		var rec journal.Record
		var ok bool
		var err error
		match := func() { rec, ok, err = sc.seen.Matched(ctx, l.Entry) }
		if l.rec != nil {
			match = func() { rec, ok, err = sc.seen.MatchedBy(l.Entry, l.rec) }
		}
		if !sc.pass.ifLatest(l, match) {
			return // the last mention of the file counts
		}
		// A record without hashes may be of a known picture.
		if err == nil && ok && (isRemote(sc.st) || rec.Entry.Weak || !sc.knowledge.unhashed(rec.Entry)) {
			if sc.look(ctx, rec.Entry, rec.Verdict); sc.records(rec.Entry, rec.Verdict) {
				sc.met(ctx, r, l, rec)
				return
			}
			// It was kept for its hashes, which are of no use any more.
			if !sc.options.All {
				sc.noMatch(l, journal.PlainImage)
				return
			}
		}
	}
	// A feed need not name the file again, so the journal has to.
	if !sc.examine(ctx, r, l) && sc.follows() {
		sc.seen.Retry(l.Ref)
	}
}

// examine examines one file and remembers the verdict, unless a file with its content and name was examined before. It
// returns true if the file needs no further examination until it changes.
func (sc *scan) examine(ctx context.Context, r *reader, l listed) (done bool) {
	if ctx.Err() != nil {
		return false
	}
	known, v := sc.byContent(ctx, l)
	// The files before it do not count.
	r.fetched = 0
	switch {
	case known == journal.NotImage, known == journal.PlainImage && !sc.options.All && !sc.mayBeKnown(l.Entry) &&
		!sc.mayLookAlike(l.Entry):
		sc.noMatch(l, known)
		return true
	case known != journal.Matched:
		if v, done = sc.read(ctx, r, &l.Entry, known == journal.PlainImage); !done {
			return false
		}
	}
	if !sc.asking.on {
		return sc.remember(ctx, r, l, v)
	}
	sc.look(ctx, l.Entry, v)
	c := openCase{listed: l, rec: journal.Record{Entry: l.Entry, Verdict: v, FirstSeen: sc.now()}}
	if !sc.isOpen(c.rec) {
		return sc.remember(ctx, r, l, v)
	}
	return sc.enqueue(ctx, r, c) || sc.unasked(ctx, r, c)
}

// byContent returns what is known of the file by its revision, else by its content and name.
func (sc *scan) byContent(ctx context.Context, l listed) (known journal.Known, v fingerprint.Verdict) {
	if l.known == journal.PlainImage {
		return l.known, v
	}
	known, v, err := sc.seen.ByContent(ctx, l.Entry)
	if err != nil {
		known = journal.Unknown
	}
	return known, v
}

// noMatch remembers a file that is known to be no match.
func (sc *scan) noMatch(l listed, known journal.Known) {
	sc.pass.ifLatest(l, func() { sc.seen.PutKnown(l.Entry, known) })
	if known == journal.PlainImage {
		sc.count(func(sum *Summary) { sum.Images++; sc.plain++ })
	}
}

// read returns the verdict on the bytes of the file. To a match that costs little to read whole it adds the hashes,
// by which the file is recognised elsewhere. ok is false if the file could not be read.
func (sc *scan) read(ctx context.Context, r *reader, e *providers.Entry, plain bool) (v fingerprint.Verdict, ok bool) {
	v, err := sc.classify(ctx, r, *e, plain)
	if err != nil {
		if !isTransient(ctx, err) { // gone or in flux: the next scan will see
			sc.count(func(sum *Summary) {
				sum.Failed++
				sum.problem(sc.st.Name(), e.Path, "examine", err)
			})
		}
		return v, false
	}
	switch {
	case isRemote(sc.st):
	case v.Confidence >= fingerprint.Possible, v.MediaType != "" && sc.knowledge.unhashed(*e):
		if err := r.know(e); isTransient(ctx, err) {
			return v, false
		} // a match that cannot be hashed is still a match
	}
	return v, true
}

// mayBeKnown reports whether a plain image has to be looked at again, because a known picture has its size or its hash.
func (sc *scan) mayBeKnown(e providers.Entry) bool {
	if sc.knowledge.has(e) {
		return true
	}
	return !isRemote(sc.st) && !e.Weak && sc.knowledge.unhashed(e)
}

// records reports whether the journal has a Record of a file with that verdict: it matches, or it is known, or it looks
// like a known picture, or it was hashed because a known picture has its size.
func (sc *scan) records(e providers.Entry, base fingerprint.Verdict) bool {
	if base.Confidence >= fingerprint.Possible {
		return true
	}
	if sc.knowledge.has(e) || sc.lookalikes != nil && sc.weigh(e, base).LooksLike() {
		return true
	}
	return !isRemote(sc.st) && e.SHA256 != [sha256.Size]byte{} && sc.knowledge.hasSize(e.Size)
}

// classify reads the file, or only its header if reading costs much. A known plain image may be known from a whole
// reading, which a header-only reading must not overrule; so one that finds a match there is followed by a whole
// reading.
func (sc *scan) classify(
	ctx context.Context, r *reader, e providers.Entry, plain bool,
) (v fingerprint.Verdict, err error) {
	if isRemote(sc.st) {
		r.openHeader(ctx, sc.st, e)
		v, err = sc.classifier.Classify(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r, HeaderOnly: true})
		if err != nil || !plain || !v.Partial || v.Confidence == fingerprint.None {
			return v, err
		}
	}
	r.open(ctx, sc.st, e)
	return r.classify(sc.classifier, e)
}

// remember stores the verdict in the journal and emits it. It returns false if the file has to be examined again.
func (sc *scan) remember(ctx context.Context, r *reader, l listed, v fingerprint.Verdict) (done bool) {
	var err error
	latest := true
	sc.look(ctx, l.Entry, v)
	// A date of first sight from a wrong clock would be trusted later.
	if sc.remembers() && (v.Confidence == fingerprint.None || sc.decider.doubt == nil) {
		put := sc.seen.Put
		if sc.records(l.Entry, v) {
			put = sc.seen.Keep
		}
		latest = sc.pass.ifLatest(l, func() { err = put(ctx, l.Entry, v) })
		if err != nil {
			sc.count(func(sum *Summary) { sum.problem(sc.st.Name(), l.Path, "remember", err) })
		}
	}
	if latest {
		sc.emit(ctx, r, journal.Record{Entry: l.Entry, Verdict: v}, r.fetched)
	}
	return err == nil
}
