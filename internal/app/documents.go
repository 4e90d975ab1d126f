package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/sweepd/sweepd/documents"
	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// Document is a document with pictures in it that are from ChatGPT, or one that was not read as a whole.
type Document struct {
	Storage    string
	Entry      providers.Entry
	Pictures   []DocumentPicture
	Repacked   int   // pictures of a PDF in which no original can be recognised
	Incomplete error // the reason why a part of it was not looked at
}

// DocumentPicture is one of these pictures.
type DocumentPicture struct {
	documents.Picture
	File         string // the path of a file that the scan has found, with the same picture; "" if there is none
	Conversation string // its id; "" if it is not known
	Title        string // of the conversation
}

// Link returns the address of the conversation, or "" if it is not known.
func (p DocumentPicture) Link() string { return known.Picture{Conversation: p.Conversation}.Link() }

// Documents are the documents that a scan has looked into.
type Documents struct {
	Found    []Document // by storage and path
	Seen     int        // documents
	Images   int        // pictures in them
	Matched  int        // those that are from ChatGPT
	Repacked int        // in all of them
	Problems []DocumentProblem
	Skipped  []string // storages that were not looked into: accounts of a service
}

// DocumentProblem is a place that could not be listed, or a document that could not be read.
type DocumentProblem struct {
	Storage, Path string
	Err           error
}

// documentWorkers is the number of documents that are read at once.
const documentWorkers = 2

// Documents looks into the documents of the open storages on this machine, and compares their pictures with those that
// are known: found are the files that the scan has found. It changes nothing. progress is called now and then.
func (a *App) Documents(
	ctx context.Context, found []sweeper.Found, progress func(seen, matched int),
) (*Documents, error) {
	set, _, err := a.Journal.Known(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the known pictures: %w", err)
	}
	k, err := a.knownPictures(ctx, set, found)
	if err != nil {
		return nil, fmt.Errorf("read the known pictures: %w", err)
	}
	s := &documentScan{a: a, reader: documents.New(a.Classifier, k), known: k, progress: progress}
	for _, sc := range a.Scope {
		if a.isRemote(sc) {
			s.result.Skipped = append(s.result.Skipped, sc.Storage)
			continue
		}
		if err := s.storage(ctx, sc); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.result.Found, func(x, y Document) int {
		return cmp.Or(strings.Compare(x.Storage, y.Storage), strings.Compare(x.Entry.Path, y.Entry.Path))
	})
	return &s.result, ctx.Err()
}

// Moved returns files that were moved to the trash as Documents takes them. Each has the verdict that a scan recorded
// for its bytes under its name; it is none if that was by another version of the detectors, or only by what was learnt.
// A file whose hash is not known is left out.
func (a *App) Moved(ctx context.Context, ops []journal.Operation) (moved []sweeper.Found, err error) {
	verdicts := map[string]*journal.VerdictCache{} // by storage
	for _, op := range ops {
		f := sweeper.Found{Storage: op.Op.Storage, Entry: op.Op.Entry}
		if f.Entry.Hashes = op.Sums; op.Sums.SHA256 == ([sha256.Size]byte{}) {
			continue
		}
		if verdicts[f.Storage] == nil {
			verdicts[f.Storage], err = a.Journal.LoadVerdictCache(ctx, f.Storage, a.Policy.Detectors(f.Storage))
		}
		if err == nil {
			_, f.Verdict, err = verdicts[f.Storage].ByContent(ctx, f.Entry)
		}
		if err != nil {
			return nil, fmt.Errorf("read what was found: %w", err)
		}
		moved = append(moved, f)
	}
	return moved, nil
}

// documentScan is a look into all documents. The fields below mu are shared by its workers.
type documentScan struct {
	a        *App
	reader   *documents.Reader
	known    *knownPictures
	progress func(seen, matched int)

	mu     sync.Mutex
	result Documents
}

// storage opens the storage anew, to list documents instead of pictures, and reads them.
func (s *documentScan) storage(ctx context.Context, sc sweeper.Scope) (err error) {
	d, roots, err := s.a.openFolders(ctx, sc, documents.Interesting)
	if err != nil {
		return err
	}
	st, err := providers.NewStorage(sc.Storage, d, providers.Options{Roots: roots, Part: sc.Roots != nil})
	if err != nil {
		return errors.Join(err, d.Close())
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	entries := make(chan providers.Entry)
	var workers sync.WaitGroup
	for range documentWorkers {
		workers.Go(func() {
			for e := range entries {
				s.document(ctx, st, e)
			}
		})
	}
	for c, err := range st.Changes(ctx, "") {
		if ctx.Err() != nil {
			break
		}
		switch unlisted, ok := errors.AsType[*providers.UnlistedError](err); {
		case ok:
			s.problem(sc.Storage, unlisted.Path, unlisted.Err)
		case err != nil:
			s.problem(sc.Storage, "", err)
		case !c.Checkpoint():
			entries <- c.Entry
		}
	}
	close(entries)
	workers.Wait()
	return nil
}

// problem adds a place that could not be read. It is called by all workers.
func (s *documentScan) problem(storage, path string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Problems = append(s.result.Problems, DocumentProblem{storage, path, err})
}

// document reads one document.
func (s *documentScan) document(ctx context.Context, st *providers.Storage, e providers.Entry) {
	report, err := s.reader.Read(e.Name(), ranges{ctx, st, e}, e.Size)
	d := Document{Storage: st.Name(), Entry: e, Repacked: report.Repacked, Incomplete: report.Incomplete}
	for _, p := range report.Pictures {
		if err == nil {
			var dp DocumentPicture
			dp, err = s.known.about(ctx, p)
			d.Pictures = append(d.Pictures, dp)
		}
	}
	if err != nil {
		s.problem(st.Name(), e.Path, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.result
	r.Seen, r.Images, r.Matched, r.Repacked = r.Seen+1, r.Images+report.Images, r.Matched+len(d.Pictures),
		r.Repacked+report.Repacked
	if len(d.Pictures) > 0 || d.Incomplete != nil {
		r.Found = append(r.Found, d)
	}
	s.progress(r.Seen, r.Matched)
}

// knownPictures are the pictures with which those of documents are compared: those of the journal, and the files that a
// scan has found. It implements documents.Known.
type knownPictures struct {
	a      *App
	set    *known.Set
	files  map[[sha256.Size]byte]sweeper.Found
	sizes  map[int64]bool                     // of files
	learnt map[[sha256.Size]byte]learntPixels // by the hash of the pixels
	// pixels returns the SHA-256 of files by that of their pixels. The files are read when the first is asked for.
	pixels func() map[[sha256.Size]byte][sha256.Size]byte
}

// learntPixels is the picture in the journal that has certain pixels.
type learntPixels struct {
	size     int64
	sum      [sha256.Size]byte
	uploaded bool // one picture with these pixels is an upload
}

// knownPictures returns the known pictures together with the files.
func (a *App) knownPictures(ctx context.Context, set *known.Set, found []sweeper.Found) (*knownPictures, error) {
	k := &knownPictures{
		a: a, set: set, files: map[[sha256.Size]byte]sweeper.Found{}, sizes: map[int64]bool{},
		learnt: map[[sha256.Size]byte]learntPixels{},
	}
	for _, f := range found {
		sum := f.Entry.SHA256
		if sum == ([sha256.Size]byte{}) || !before(f, k.files[sum]) {
			continue
		}
		k.files[sum], k.sizes[f.Entry.Size] = f, true
	}
	k.pixels = sync.OnceValue(func() map[[sha256.Size]byte][sha256.Size]byte { return k.readPixels(ctx) })
	err := a.Journal.EachKnown(ctx, func(p journal.KnownPicture) bool {
		if p.Pixels != ([sha256.Size]byte{}) {
			m, _ := set.Of(p.Size, p.Hashes)
			uploaded := k.learnt[p.Pixels].uploaded || p.Origin == known.Uploaded || m.Uploaded()
			k.learnt[p.Pixels] = learntPixels{p.Size, p.SHA256, uploaded}
		}
		return true
	})
	return k, err
}

// before reports whether a file is named rather than the other one, which has the same bytes or is none: it has the
// surer verdict, or the path that comes first.
func before(f, other sweeper.Found) bool {
	return cmp.Or(cmp.Compare(other.Verdict.Confidence, f.Verdict.Confidence),
		strings.Compare(f.Entry.Path, other.Entry.Path)) < 0
}

// MayBe implements documents.Known.
func (k *knownPictures) MayBe(size int64, crc uint32) bool {
	return k.sizes[size] || k.set.MayBe(size, crc)
}

// Weigh implements documents.Known. The picture of a file that was found has the verdict on the file, which has a name.
func (k *knownPictures) Weigh(size int64, sum [sha256.Size]byte, v fingerprint.Verdict) fingerprint.Verdict {
	m, ok := k.set.Of(size, providers.Hashes{SHA256: sum})
	if ok {
		v = m.Weigh(v)
	}
	if f, found := k.files[sum]; found && !(ok && m.Uploaded()) && f.Verdict.Confidence > v.Confidence {
		return f.Verdict
	}
	return v
}

// Pixels implements documents.Known. The verdict is at most strong: the PDF has the pixels alone. The pixels of an
// upload are the person's own, whatever else has them.
func (k *knownPictures) Pixels(sum [sha256.Size]byte) (original [sha256.Size]byte, v fingerprint.Verdict) {
	learnt := k.learnt[sum]
	if learnt.uploaded {
		return learnt.sum, v
	}
	if m, ok := k.set.Of(learnt.size, providers.Hashes{SHA256: learnt.sum}); ok {
		original, v = learnt.sum, m.Weigh(fingerprint.Verdict{MediaType: "image/png"})
	}
	if file, ok := k.pixels()[sum]; ok && k.files[file].Verdict.Confidence >= v.Confidence {
		original, v = file, k.files[file].Verdict
	}
	v.Confidence = min(v.Confidence, fingerprint.Strong)
	return original, v
}

// readPixels reads the PNG files that were found on this machine. A file that cannot be read is passed over.
func (k *knownPictures) readPixels(ctx context.Context) map[[sha256.Size]byte][sha256.Size]byte {
	all := map[[sha256.Size]byte][sha256.Size]byte{}
	for sum, f := range k.files {
		i := slices.IndexFunc(k.a.Storages, func(st *providers.Storage) bool { return st.Name() == f.Storage })
		if i < 0 || f.Verdict.MediaType != "image/png" || !k.a.Storages[i].Can().Has(providers.CanReadWhole) {
			continue
		}
		rc, err := k.a.Storages[i].ReadRange(ctx, f.Entry, 0, f.Entry.Size)
		if err != nil {
			continue
		}
		h := fingerprint.NewPixelHasher()
		_, err = io.Copy(h, rc)
		if pixels, ok := h.Sum(); errors.Join(err, rc.Close()) == nil && ok {
			all[pixels] = sum
		}
	}
	return all
}

// about adds to a picture what the journal and the scan know of it.
func (k *knownPictures) about(ctx context.Context, p documents.Picture) (DocumentPicture, error) {
	d := DocumentPicture{Picture: p, File: k.files[p.SHA256].Entry.Path}
	same, err := k.a.Journal.KnownBy(ctx, p.SHA256)
	if err != nil {
		return d, fmt.Errorf("read the known pictures: %w", err)
	}
	for _, s := range same {
		if s.Conversation != "" {
			d.Conversation, d.Title = s.Conversation, s.Title
		}
	}
	return d, nil
}
