package sweeper

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// matches reports whether the policy would trash the entry, were it still in
// its place: by a fresh examination of all of it, or, where that is dear and
// nothing is deleted by it, by skimming it once.
func (s *Sweeper) matches(ctx context.Context, st *providers.Storage, r *reader, b *Binned, whole bool) (bool, error) {
	t := b.Trashed
	if !fingerprint.Interesting(t.Name()) {
		return false, nil
	}
	skim := far(st) && !whole
	if b.known == nil || !skim {
		if r.openTrashed(ctx, st, t); skim {
			r.skimTrashed(ctx, st, t)
		}
		v, err := s.o.Classifier.Classify(fingerprint.File{Name: t.Name(), Size: t.Size, Bytes: r, Skim: skim})
		if err != nil {
			return false, err
		}
		b.known = &v
	}
	v := *b.known
	b.Verdict = v
	paths := s.paths(st, t.Path)
	for _, p := range s.places(paths) {
		if s.o.Policy.Storages[p.storage].Excludes(p.below) {
			return false, nil
		}
		for _, t.Path = range paths {
			if !s.wouldTrash(p.storage, t, b.since(), v) {
				return false, nil
			}
		}
	}
	return v.Confidence > fingerprint.None, nil
}

// paths are the path that an entry of a bin says it was at, which another program
// wrote, and on this machine the same without symbolic links.
func (s *Sweeper) paths(st *providers.Storage, written string) []string {
	if far(st) || s.o.Real == nil {
		return []string{written}
	}
	folder, name := path.Split(written)
	return slices.Compact([]string{written, path.Join(s.o.Real(folder), name)})
}

// wouldTrash asks the policy twice, because a bin does not say when the file
// was last written to: as if it were on the day when it came there, and as if
// it were ages before. A rule on its age must let it go either way.
func (s *Sweeper) wouldTrash(storage string, t providers.Trashed, since time.Time, v fingerprint.Verdict) bool {
	return !slices.ContainsFunc([]time.Time{since, time.Unix(1, 0)}, func(at time.Time) bool {
		f := policy.Facts{
			Storage: storage, Verdict: v, FirstSeen: at, Marked: since,
			Entry: providers.Entry{Ref: providers.Ref(t.Path), Path: t.Path, Size: t.Size, Modified: at},
		}
		return s.o.Policy.Decide(f, s.o.Now()).Action != policy.Trash
	})
}

// place is a storage in which an entry of a bin was, and its path below the
// root there; "" where that is not known.
type place struct{ storage, below string }

// places are the storages in whose roots one of the paths of an entry is; where
// none is in any, all of the policy's, for a bin is of no storage in particular.
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

// keptInBin reports whether a person said keep to the content of the entry,
// which no right to purge outranks. One that is gone needs no keeping.
func keptInBin(ctx context.Context, st *providers.Storage, r *reader, t providers.Trashed, w words) (bool, error) {
	if among, err := w.sized(ctx, t.Size); err != nil || len(among) == 0 {
		return false, err
	}
	r.openTrashed(ctx, st, t)
	sums, err := r.sums()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	word, err := w.ofContent(ctx, journal.Content{Size: t.Size, SHA256: sums.SHA256})
	return word == journal.Keep, err
}
