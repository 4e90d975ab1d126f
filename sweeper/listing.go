package sweeper

import (
	"context"
	"errors"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// listed is a file of the listing, with what is known of it.
type listed struct {
	providers.Entry
	known journal.Known
	turn  int             // see pass
	rec   *journal.Record // of a match, if it was read already; see recall
}

// batch is the number of entries that go to a worker at once: small enough not to hold back a slow storage's files,
// large enough that the hand-over costs nothing. Entries of a remote storage go one by one.
const batch = 64

// waiting is the number of a remote storage's files that may wait for their examination: the listing goes ahead so far.
const waiting = 1024

// errUnended: nothing shows that the listing was complete, so it was not.
var errUnended = errors.New("the listing stopped before its end")

// ErrStopped is the Problem of a storage whose scan was ended by ScanOptions.Stop. Nothing is planned for it.
var ErrStopped = errors.New("the scan was stopped, and goes on with the next one")

// list reads the listing and hands over the files to be examined. The error of a place does not end it: it is
// noted, and nothing below the root of the place is deleted. used has lists that are examined, to be filled again.
func (sc *scan) list(ctx context.Context, p *pass, lists chan<- []listed, used <-chan []listed) {
	size := batch
	if isRemote(sc.st) {
		size = 1
	}
	pending := make([]listed, 0, size)
	flush := func() {
		if len(pending) > 0 {
			lists <- pending
			select {
			case pending = <-used:
			default:
				pending = make([]listed, 0, size)
			}
		}
	}
	examined := 0
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
		if l.known == journal.Unknown && sc.options.Stop != nil {
			if sc.options.Stop(examined) {
				p.broken, p.ended = true, false
				p.partial = sc.unlisted(ctx, ErrStopped)
				break
			}
			examined++
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
	sc.sizes.add(c.Entry.Size)
	known := sc.seen.Get(c.Entry)
	// All needs the media type, which was not kept.
	if known == journal.PlainImage && !sc.options.All && !sc.mayBeKnown(c.Entry) &&
		!sc.mayLookAlike(c.Entry) {
		p.plain++
		return l, false
	}
	// One that is known by now need not wait for an upload.
	if known == journal.Waiting && !sc.mayBeKnown(c.Entry) && !sc.mayLookAlike(c.Entry) && sc.skips(c.Entry) {
		p.plain++
		return l, false
	}
	return listed{Entry: c.Entry, known: known, turn: turn}, known != journal.NotImage
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
	for rec, err := range sc.journal.Records(ctx, sc.st.Name(), sc.version()) {
		if err != nil || within(rec.Entry.Path, folder) {
			return true
		}
	}
	return false
}
