package sweeper

import (
	"sync"

	"sweepd/providers"
)

// pass is one listing, from a cursor to its end or to where it broke off.
type pass struct {
	since   providers.Cursor
	expired bool // it cannot go on from there
	broken  bool // some place, or the rest, was not listed
	partial bool // and that is no root that is only empty
	ended   bool // the last element was a checkpoint

	at      providers.Cursor // of the last checkpoint before anything broke; "": none
	passed  int64            // files named
	counted int64            // of them, before the last checkpoint
	seen    int64            // files of any kind
	plain   int64            // known to be images that are not ours

	// In a listing that goes on from a cursor, the last mention of each file: a
	// feed may name it twice, and workers overtake each other. nil: not followed.
	mu    sync.Mutex
	turns map[providers.Ref]int
}

func newPass(since providers.Cursor) *pass {
	p := &pass{since: since}
	if since != "" {
		p.turns = map[providers.Ref]int{}
	}
	return p
}

// complete reports whether everything was named that there is, or that changed.
func (p *pass) complete() bool { return p.ended && !p.broken && !p.expired }

// whole reports whether all could be seen: an empty root could, although nothing
// is concluded from it.
func (p *pass) whole() bool { return p.complete() || p.broken && !p.partial && !p.expired }

// note counts one element of the listing.
func (p *pass) note(c providers.Change) {
	p.ended = c.Checkpoint()
	switch {
	case !p.ended && !c.Gone:
		p.passed++
	case !p.ended:
	case p.since != "":
		p.seen = c.Seen // as far as the cursor knows
	default:
		p.seen += c.Seen
	}
	if p.ended {
		p.counted = p.passed
		if !p.broken {
			p.at = c.Next
		}
	}
}

// mention gives the file its turn, and does what goes with it before any worker
// that has an earlier one.
func (p *pass) mention(ref providers.Ref, do func()) (turn int) {
	if p.turns == nil {
		do()
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turns[ref]++
	do()
	return p.turns[ref]
}

// ifLatest does it unless the file was mentioned again since.
func (p *pass) ifLatest(l listed, do func()) bool {
	if p.turns == nil {
		do()
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turns[l.Ref] != l.turn {
		return false
	}
	do()
	return true
}

// mentioned reports whether the listing named the file.
func (p *pass) mentioned(ref providers.Ref) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.turns[ref] > 0
}
