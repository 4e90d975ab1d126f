package guards

import (
	"context"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers/local/mentions"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// memory is what the guards have read of the folders: for each root the names that its documents mention, and Git's
// indexes. The zero value is empty.
type memory struct {
	// mu guards both maps. Each shelf has a lock of its own.
	mu       sync.Mutex
	mentions map[*roots.Root]*shelf
	indexes  map[string]*gitIndex
}

// shelf is the result of reading the documents below one root. They are read at the first question after a listing
// has begun, and again after a while; an interrupted reading is discarded.
type shelf struct {
	mu      sync.Mutex
	reading chan struct{} // closed when it has been read; nil: no goroutine reads
	read    *reading
	words   *reading
}

// reading is the outcome of reading all documents below a root.
type reading struct {
	listing uint64 // the number of listings that had begun
	at      time.Time
	took    time.Duration
	unread  language.Message // why some were not read; zero if all were
	index   *mentions.Index
	words   *mentions.Words
	paths   map[uint32]string // of the documents that mention a file
	known   []document        // all documents seen

	files, bytes int64 // opened and read for it
}

// state is one state of one document's bytes.
type state struct {
	disk.Identity
	dev uint64
}

// document is one state of a document, and the number that a reading gave it.
type document struct {
	state
	number uint32
}

// Documents are read again when a reading is older than readAgain and than readShare times as long as it took, so
// that reading takes a small share of a long run; in any case when it is older than readLatest. Unchanged documents
// are not opened for it.
const (
	readAgain  = 2 * time.Second
	readShare  = 20
	readLatest = 10 * time.Minute
)

// mentioned returns which document names the file; "" if none does. A document below a root that the file is in, and
// that cannot be read, may name it. One of another root counts only if it is known to name it: that root may be a disk
// that is not there.
func (g *Guards) mentioned(ctx context.Context, path, name string) (why language.Message, err error) {
	for _, r := range g.o.Roots {
		s := g.memory.shelf(r)
		read, err := s.get(ctx, g, r, false)
		if err != nil {
			return language.Message{}, err
		}
		_, in := disk.Below(r.Path, path)
		if why := read.names(name, in); !why.IsZero() {
			return why, nil
		}
		if _, _, known := read.index.Find(name); known || !in {
			continue
		}
		// Names without a picture's extension are not in the index.
		if read, err = s.get(ctx, g, r, true); err != nil {
			return language.Message{}, err
		}
		if why := read.mayName(r, name); !why.IsZero() {
			return why, nil
		}
	}
	return language.Message{}, nil
}

// names returns which document names the file; it finds only names with a picture's extension. If the file is in the
// root of the documents, one that could not be read may name it.
func (x *reading) names(name string, in bool) language.Message {
	if in && !x.unread.IsZero() {
		return x.unread
	}
	if doc, found, _ := x.index.Find(name); found {
		return language.Messagef("%q names it", x.paths[doc])
	}
	return language.Message{}
}

// mayName returns why a document may name a file without a picture's extension; "" if none does.
func (x *reading) mayName(r *roots.Root, name string) language.Message {
	if !x.unread.IsZero() {
		return x.unread
	}
	found, known := x.words.Has(name)
	switch {
	case !known:
		return language.Messagef("its name has no word that could be looked for in the documents below %q", r.Path)
	case found:
		return language.Messagef("a document below %q may name it: all words of its name are there", r.Path)
	}
	return language.Message{}
}

// shelf returns the root's shelf, empty at first.
func (m *memory) shelf(r *roots.Root) *shelf {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mentions == nil {
		m.mentions = map[*roots.Root]*shelf{}
	}
	if m.mentions[r] == nil {
		m.mentions[r] = &shelf{}
	}
	return m.mentions[r]
}

// get returns the last reading, unless it is stale; then one caller reads while the others wait.
func (s *shelf) get(ctx context.Context, g *Guards, r *roots.Root, words bool) (*reading, error) {
	for {
		s.mu.Lock()
		kept := &s.read
		if words {
			kept = &s.words
		}
		last := *kept
		if last != nil && !g.stale(last) {
			s.mu.Unlock()
			return last, nil
		}
		wait := s.reading
		if wait == nil {
			s.reading = make(chan struct{})
			s.mu.Unlock()
			read := g.readDocuments(ctx, r, last, words)
			s.mu.Lock()
			close(s.reading)
			s.reading = nil
			if ctx.Err() == nil {
				*kept = read
			}
			s.mu.Unlock()
			return read, ctx.Err()
		}
		s.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// stale reports whether documents that a new question depends on may have been written since the reading: a document
// that was written before a listing began always counts for the files of that listing.
func (g *Guards) stale(x *reading) bool {
	if x.listing != g.o.Listing() {
		return true
	}
	if g.o.Now == nil {
		return false
	}
	age := g.o.Now().Sub(x.at)
	// If the clock was set back, the age is not known.
	return age < 0 || age > min(max(readAgain, readShare*x.took), readLatest)
}
