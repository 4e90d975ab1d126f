package sweeper

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// matches reports whether the policy would trash the entry if it were still in its place. It examines the whole file;
// if that costs much and nothing is deleted by the result, it reads only the header, once.
func (s *Sweeper) matches(
	ctx context.Context, st *providers.Storage, r *reader, b *TrashEntry, whole bool,
) (bool, error) {
	if !fingerprint.Interesting(b.Trashed.Name()) {
		return false, nil
	}
	// An earlier verdict, which may be of a header alone, is enough only if nothing is deleted by it.
	if headerOnly := isRemote(st) && !whole; b.known == nil || !headerOnly {
		v, err := s.classifyTrashed(ctx, st, r, b.Trashed, headerOnly)
		if err != nil {
			return false, err
		}
		b.known = &v
	}
	var err error
	if b.Verdict, b.learnt, err = s.weighTrashed(ctx, st, r, b.Trashed, *b.known, whole); err != nil {
		return false, err
	}
	return s.wouldTrashAnywhere(st, b), nil
}

// classifyTrashed reads a file in the trash, or only its header.
func (s *Sweeper) classifyTrashed(
	ctx context.Context, st *providers.Storage, r *reader, t providers.Trashed, headerOnly bool,
) (fingerprint.Verdict, error) {
	if r.openTrashed(ctx, st, t); headerOnly {
		r.openTrashedHeader(ctx, st, t)
	}
	return s.o.Classifier.Classify(fingerprint.File{Name: t.Name(), Size: t.Size, Bytes: r, HeaderOnly: headerOnly})
}

// weighTrashed returns the verdict of the detectors on a file in the trash with what is known of its bytes, and since
// when that speaks for ChatGPT. Unless whole is set, nothing is read for this if reading costs much. A file that was in
// a data export gets no level, so that the export itself is not purged.
func (s *Sweeper) weighTrashed(
	ctx context.Context, st *providers.Storage, r *reader, t providers.Trashed, v fingerprint.Verdict, whole bool,
) (_ fingerprint.Verdict, learnt time.Time, err error) {
	k, err := s.learnt(ctx)
	if err != nil || v.MediaType == "" {
		return v, learnt, err
	}
	if !isRemote(st) && slices.ContainsFunc(s.paths(st, t.Path), func(at string) bool { return k.inExport(at) != "" }) {
		return fingerprint.Verdict{MediaType: v.MediaType}, learnt, nil
	}
	rec := journal.Record{Entry: providers.Entry{Size: t.Size}, Verdict: v, FirstSeen: longAgo}
	if k.set.HasSize(t.Size) && (!isRemote(st) || whole) {
		r.openTrashed(ctx, st, t)
		if rec.Entry.Hashes, err = r.sums(); err != nil {
			return v, learnt, err
		}
	}
	if k.weigh(&rec); rec.FirstSeen.After(longAgo) {
		learnt = rec.FirstSeen
	}
	return rec.Verdict, learnt, nil
}

// longAgo is before any file.
var longAgo = time.Unix(1, 0)

// wouldTrashAnywhere reports whether the policy would trash the entry in every storage in which it may have been, by
// every path that it may have had there. The only guard that applies is "tagged", because a tag in the bytes is still
// there.
func (s *Sweeper) wouldTrashAnywhere(st *providers.Storage, b *TrashEntry) bool {
	if holdsTag(s.o.Policy, b.Verdict) {
		return false
	}
	t, paths := b.Trashed, s.paths(st, b.Trashed.Path)
	for _, p := range s.places(paths) {
		if in, _ := s.o.Policy.Storage(p.storage); in.Excludes(p.below) {
			return false
		}
		for _, t.Path = range paths {
			if !s.wouldTrash(p.storage, t, b) {
				return false
			}
		}
	}
	return b.Verdict.Confidence > fingerprint.None
}

// paths returns the path at which an entry of a bin was, as another program wrote it, and on this machine also the
// same path without symbolic links.
func (s *Sweeper) paths(st *providers.Storage, written string) []string {
	if isRemote(st) || s.o.Real == nil {
		return []string{written}
	}
	folder, name := path.Split(written)
	return slices.Compact([]string{written, path.Join(s.o.Real(folder), name)})
}

// wouldTrash reports whether the policy would trash the entry with that path. It asks twice, because a bin does not
// record when the file was last written: once as if on the day it came there, once as if ages before. A rule on its age
// must let it go both times.
func (s *Sweeper) wouldTrash(storage string, t providers.Trashed, b *TrashEntry) bool {
	since := b.since()
	return !slices.ContainsFunc([]time.Time{since, longAgo}, func(at time.Time) bool {
		// A grace counts from the time at which the file came into the bin, or from which on it is known.
		f := policy.Facts{
			// Whether the account is only reported on is asked elsewhere.
			Joined:  longAgo,
			Storage: storage, Verdict: b.Verdict, FirstSeen: later(at, b.learnt), Marked: later(since, b.learnt),
			Entry: providers.Entry{Ref: providers.Ref(t.Path), Path: t.Path, Size: t.Size, Modified: at},
		}
		return s.o.Policy.Decide(f, s.o.Now()).Action != policy.Trash
	})
}

// later returns the later time.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// place is a storage in which an entry of a bin was, and its path below the root there; "" if that is not known.
type place struct{ storage, below string }

// places returns the storages whose roots contain one of the paths of an entry. If there is none, it returns all
// storages of the policy, because a bin belongs to no storage in particular.
func (s *Sweeper) places(paths []string) (all []place) {
	add := func(storage string, roots []string) {
		for _, root := range roots {
			for _, at := range paths {
				if rest, ok := strings.CutPrefix(at, strings.TrimSuffix(root, "/")+"/"); ok {
					all = append(all, place{storage, rest})
				}
			}
		}
	}
	// A root counts as it is written, as it is resolved now, and as the storage has opened it.
	for name, st := range s.o.Policy.Storages {
		add(name, st.Roots)
		add(name, s.o.Policy.RealRoots(name))
	}
	for _, st := range s.o.Storages {
		if !st.Part() {
			add(st.Name(), st.Roots()) // links resolved
		}
	}
	if len(all) == 0 {
		for name := range s.o.Policy.Storages {
			all = append(all, place{storage: name})
		}
	}
	return all
}

// whyGiven is why a picture that the person gave to ChatGPT is kept.
func whyGiven() language.Message { return language.Messagef("you uploaded it to ChatGPT") }

// keptInBin returns why the content of the entry is kept, which takes precedence over any right to purge: the user has
// decided so, or has uploaded it to ChatGPT. It returns zero if it is not kept, or if the entry is gone.
func (by decider) keptInBin(
	ctx context.Context, st *providers.Storage, r *reader, t providers.Trashed,
) (why language.Message, err error) {
	k, err := by.learnt(ctx)
	if err != nil {
		return why, err
	}
	if among, err := by.overrides.sized(ctx, t.Size); err != nil || len(among) == 0 && !k.set.HasUploadSize(t.Size) {
		return why, err
	}
	r.openTrashed(ctx, st, t)
	sums, err := r.sums()
	if errors.Is(err, fs.ErrNotExist) {
		return why, nil
	}
	if err != nil {
		return why, err
	}
	if m, ok := k.set.Of(t.Size, sums); ok && m.Uploaded() {
		return whyGiven(), nil
	}
	override, err := by.overrides.ofContent(ctx, journal.Content{Size: t.Size, SHA256: sums.SHA256})
	if override == journal.Keep {
		why = language.Messagef("you kept it")
	}
	return why, err
}

// givenInBin returns whyGiven if the person gave the entry to ChatGPT without its credential. This is known of pictures
// that a scan has verified whole; for others it takes the bytes. So the file is read before it is purged, if any upload
// may be what is left of it. If one is, the picture is recorded, so that keptInBin knows it from then on.
func (by decider) givenInBin(
	ctx context.Context, st *providers.Storage, r *reader, t providers.Trashed,
) (why language.Message, err error) {
	k, err := by.learnt(ctx)
	if err != nil || !k.set.HasUploadBelow(t.Size) || !fingerprint.Interesting(t.Name()) {
		return why, err
	}
	v, err := by.s.classifyTrashed(ctx, st, r, t, false)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return why, nil
	case err != nil || !k.gave(v.Twin):
		return why, err
	}
	sums, err := r.sums()
	if err != nil {
		return why, err
	}
	rec := journal.Record{Entry: providers.Entry{Size: t.Size, Hashes: sums}, Verdict: v}
	return whyGiven(), by.s.verified(ctx, []known.Picture{verified(rec)})
}
