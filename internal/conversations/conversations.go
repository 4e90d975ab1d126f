// Package conversations finds out what became of the pictures of each conversation in ChatGPT, by the data exports and
// the record.
package conversations

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// Conversation is a conversation in ChatGPT in which pictures were made, according to a data export, with what became
// of the copies of these pictures.
type Conversation struct {
	ID, Title string
	Made      time.Time // of its first picture, UTC; zero: not known
	Images    int       // different pictures that ChatGPT made in it

	Found []Copy // the copies that are there, according to the last scans
	Swept []Copy // the copies that sweepd moved to the trash and did not restore since
}

// Link returns the address of the conversation.
func (c Conversation) Link() string { return known.Picture{Conversation: c.ID}.Link() }

// Copy is a file with the bytes of a picture, or with those of the picture without its credential.
type Copy struct {
	Storage string
	Entry   providers.Entry

	// Of a copy that was swept: the run, the time, and the kind of operation that later took it out of the trash, or ""
	// while it is there.
	Run      int64
	At       time.Time
	Resolved providers.OpKind
}

// All returns all conversations of the data exports that were learnt in which pictures were made, the newest
// first. It reads only the record. Pictures that were given to ChatGPT are left out, and so is one whose conversation
// an export does not name; unplaced is the number of these.
func All(ctx context.Context, j *journal.Journal) (all []Conversation, unplaced int, err error) {
	ix := conversationIndex{by: map[providers.Hashes][]string{}, all: map[string]*Conversation{}}
	if unplaced, err = ix.learn(ctx, j); err != nil {
		return nil, 0, err
	}
	storages, err := j.Scanned(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, storage := range storages {
		for rec, err := range j.Records(ctx, storage, fingerprint.Version) {
			if err != nil {
				return nil, 0, err
			}
			for _, c := range ix.of(rec.Entry.Size, rec.Entry.Sums()) {
				c.Found = append(c.Found, Copy{Storage: storage, Entry: rec.Entry})
			}
		}
	}
	for op, err := range j.Operations(ctx, journal.Filter{}) {
		if err != nil {
			return nil, 0, err
		}
		if op.Op.Kind != providers.OpTrash || op.State() != "done" || op.Resolved == providers.OpRestore {
			continue
		}
		e := op.Op.Entry
		e.Hashes = op.Sums
		for _, c := range ix.of(e.Size, e.Sums()) {
			c.Swept = append(c.Swept, Copy{op.Op.Storage, e, op.Op.Cause.Run, op.Ended, op.Resolved})
		}
	}
	for _, c := range ix.all {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Conversation) int {
		return cmp.Or(b.Made.Compare(a.Made), strings.Compare(a.Title, b.Title), strings.Compare(a.ID, b.ID))
	})
	return all, unplaced, nil
}

// conversationIndex finds conversations by the bytes of their pictures.
type conversationIndex struct {
	by  map[providers.Hashes][]string // the ids, by one kind of hash alone
	all map[string]*Conversation
}

// learn reads the known pictures, and returns the number of generated ones without a conversation.
func (ix *conversationIndex) learn(ctx context.Context, j *journal.Journal) (unplaced int, err error) {
	uploads := map[[sha256.Size]byte]bool{}
	made := map[[sha256.Size]byte][]known.Picture{}
	twins := map[[sha256.Size]byte]fingerprint.Twin{}
	err = j.EachKnown(ctx, func(p journal.KnownPicture) bool {
		switch p.Origin {
		case known.Uploaded:
			uploads[p.SHA256] = true
		case known.Generated:
			made[p.SHA256] = append(made[p.SHA256], p.Picture)
		}
		if p.Twin.Size > 0 {
			twins[p.SHA256] = p.Twin
		}
		return true
	})
	for sum, pictures := range made {
		if uploads[sum] {
			continue
		}
		placed := map[string]bool{}
		for _, p := range pictures {
			if p.Conversation == "" || placed[p.Conversation] {
				continue
			}
			placed[p.Conversation] = true
			ix.add(p)
			if t, ok := twins[sum]; ok && !uploads[t.SHA256] {
				ix.index(p.Conversation, t.Size, providers.Hashes{SHA256: t.SHA256})
			}
		}
		if len(placed) == 0 {
			unplaced++
		}
	}
	return unplaced, err
}

// add counts a picture of a conversation.
func (ix *conversationIndex) add(p known.Picture) {
	c := ix.all[p.Conversation]
	if c == nil {
		c = &Conversation{ID: p.Conversation}
		ix.all[p.Conversation] = c
	}
	c.Images++
	c.Title = cmp.Or(c.Title, p.Title)
	if c.Made.IsZero() || !p.Made.IsZero() && p.Made.Before(c.Made) {
		c.Made = p.Made
	}
	ix.index(p.Conversation, p.Size, p.Hashes)
}

// index makes the conversation known by the hashes of one of its files.
func (ix *conversationIndex) index(id string, size int64, sums providers.Hashes) {
	sums = providers.Entry{Size: size, Hashes: sums}.Sums()
	for _, key := range kinds(sums) {
		if !slices.Contains(ix.by[key], id) {
			ix.by[key] = append(ix.by[key], id)
		}
	}
}

// of returns the conversations with a picture of these bytes.
func (ix *conversationIndex) of(size int64, sums providers.Hashes) (all []*Conversation) {
	for _, key := range kinds(providers.Entry{Size: size, Hashes: sums}.Sums()) {
		for _, id := range ix.by[key] {
			if c := ix.all[id]; !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}

// kinds returns each hash that is known alone, as a key.
func kinds(h providers.Hashes) (keys []providers.Hashes) {
	if h.SHA256 != ([sha256.Size]byte{}) {
		keys = append(keys, providers.Hashes{SHA256: h.SHA256})
	}
	if h.ContentHash != ([sha256.Size]byte{}) {
		keys = append(keys, providers.Hashes{ContentHash: h.ContentHash})
	}
	return keys
}
