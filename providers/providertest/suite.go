package providertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // thumbnails
	"image/png"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// Harness is one empty storage that the suite may fill, as its owner would, and open any number of times. Names are
// relative to a root of the storage, with slashes. Write, Remove and Discard act as another program would, past the
// driver, and end the test if they cannot.
type Harness interface {
	// Open opens a new driver on the storage.
	Open(t *testing.T) providers.Driver
	// Path returns the Entry.Path of the file with that name, directly in a root.
	Path(name string) string
	// Write creates the file or replaces its content, and creates the folders in its name.
	Write(t *testing.T, name string, content []byte)
	// Remove deletes the file without the trash.
	Remove(t *testing.T, name string)
	// Discard moves the file to the trash without the driver; it is called only if the driver can list the trash.
	Discard(t *testing.T, name string)
}

// Hiding is a Harness of a storage whose bin does not list a file while another has its path. Dropbox is one: its
// deleted files are found by their paths.
type Hiding interface{ HidesReplaced() bool }

// promises returns all promises that Run tests. To add one, write it into the group that it belongs to: it becomes a
// test of every provider, and a line of the table in providers/README.md (Table).
func promises() [][]promise {
	return [][]promise{listings, reading, thumbnails, trashing, returning, refusing}
}

// Run tests that the provider keeps every promise of providers.Driver. start makes a new empty storage for each case.
func Run(t *testing.T, start func(t *testing.T) Harness) {
	for _, group := range promises() {
		for _, p := range group {
			t.Run(p.name, func(t *testing.T) {
				h := start(t)
				d := h.Open(t)
				t.Cleanup(func() {
					if err := d.Close(); err != nil {
						t.Errorf("close: %v", err)
					}
				})
				if !d.Can().Has(p.needs) {
					// the promise is about an ability that this account lacks; see refusing
					return
				}
				p.check(&box{T: t, Harness: h, d: d})
			})
		}
	}
}

// promise is one part of the contract: its name is that of a test, and check fails the test if it is not kept. needs
// are the abilities without which it means nothing.
type promise struct {
	name  string
	needs providers.Can
	check func(*box)
}

// box is one case: a storage and an open driver. Its methods fail the test or end it, so that a promise reads as a list
// of steps.
type box struct {
	*testing.T
	Harness
	d providers.Driver
}

// keyed returns the nth key, in the form of Recorder.Begin's. n is from 0 to 25.
func keyed(n int) string { return strings.Repeat("a", 25) + string("abcdefghijklmnopqrstuvwxyz"[n]) }

// put writes the file, and returns its entry in a full listing.
func (b *box) put(name, content string) providers.Entry {
	b.Helper()
	b.Write(b.T, name, []byte(content))
	return b.find(name)
}

// list reads a whole listing. An empty storage may return ErrEmpty. gone has the refs that the listing names as gone,
// last its last element, which should be the checkpoint. Any other error ends the case.
func (b *box) list(
	since providers.Cursor,
) (present map[string]providers.Entry, gone []providers.Ref, last providers.Change) {
	b.Helper()
	present = map[string]providers.Entry{}
	for c, err := range b.d.Changes(b.Context(), since) {
		switch {
		case errors.Is(err, providers.ErrEmpty):
		case err != nil:
			b.Fatalf("changes since %q: %v", since, err)
		case c.Gone:
			gone = append(gone, c.Entry.Ref)
		case !c.Checkpoint():
			present[c.Entry.Path] = c.Entry
		}
		last = c
	}
	return present, gone, last
}

// find returns the entry of the name in a full listing.
func (b *box) find(name string) providers.Entry {
	b.Helper()
	present, _, _ := b.list("")
	e, ok := present[b.Path(name)]
	if !ok {
		b.Fatalf("%s is not listed; got %d files", name, len(present))
	}
	return e
}

// trash moves the file to the trash, and ends the case if that fails.
func (b *box) trash(key string, e providers.Entry) providers.Receipt {
	b.Helper()
	r, err := b.d.Trash(b.Context(), key, e.Ref, e.Revision)
	if err != nil {
		b.Fatalf("trash %s: %v", e.Path, err)
	}
	return r
}

// holds checks that the file is in its place with that content.
func (b *box) holds(name, content string) {
	b.Helper()
	e := b.find(name)
	got, err := b.read(e, 0, e.Size)
	if err != nil || string(got) != content {
		b.Errorf("%s holds %q, %v; want %q", name, got, err, content)
	}
}

// bothHold checks that there are two files of that name, with those contents. Services such as Google Drive allow that.
// contents are sorted.
func (b *box) bothHold(name string, contents ...string) {
	b.Helper()
	var got []string
	for c, err := range b.d.Changes(b.Context(), "") {
		if err != nil {
			b.Fatal(err)
		}
		if c.Entry.Path != b.Path(name) {
			continue
		}
		bytes, err := b.read(c.Entry, 0, c.Entry.Size)
		if err != nil {
			b.Fatal(err)
		}
		got = append(got, string(bytes))
	}
	if slices.Sort(got); !slices.Equal(got, contents) {
		b.Errorf("files called %s hold %q, want %q", name, got, contents)
	}
}

// absent checks that neither Stat nor a listing finds the file.
func (b *box) absent(e providers.Entry) {
	b.Helper()
	if _, err := b.d.Stat(b.Context(), e.Ref); !errors.Is(err, fs.ErrNotExist) {
		b.Errorf("stat of %s: got %v, want fs.ErrNotExist", e.Path, err)
	}
	if present, _, _ := b.list(""); present[e.Path].Ref == e.Ref {
		b.Errorf("%s is still listed", e.Path)
	}
}

// read returns a range of the revision of e. The error of Close counts as well.
func (b *box) read(e providers.Entry, off, n int64) ([]byte, error) {
	rc, err := b.d.ReadRange(b.Context(), e.Ref, e.Revision, off, n)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(rc)
	return got, errors.Join(err, rc.Close())
}

// readTrashed is read for a file in the trash.
func (b *box) readTrashed(r providers.Receipt, off, n int64) ([]byte, error) {
	rc, err := b.d.ReadTrashed(b.Context(), r, off, n)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(rc)
	return got, errors.Join(err, rc.Close())
}

// gone checks what Gone returns for the receipt. Gone must answer by looking, and never change what it looks at.
func (b *box) gone(r providers.Receipt, want bool) {
	b.Helper()
	if got, err := b.d.Gone(b.Context(), r); err != nil || got != want {
		b.Errorf("gone: got %v, %v; want %v", got, err, want)
	}
}

// trashed lists what is in the trash of files that were in the storage's root. A real machine may have bins with other
// files in them.
func (b *box) trashed() iter.Seq2[providers.Trashed, error] {
	return func(yield func(providers.Trashed, error) bool) {
		for t, err := range b.d.Trashed(b.Context()) {
			if (err != nil || strings.HasPrefix(t.Path, b.Path(""))) && !yield(t, err) {
				return
			}
		}
	}
}

// bin returns the paths in the trash, as trashed lists them.
func (b *box) bin() []string {
	b.Helper()
	var paths []string
	for t, err := range b.trashed() {
		if err != nil {
			b.Fatalf("trashed: %v", err)
		}
		paths = append(paths, t.Path)
	}
	slices.Sort(paths)
	return paths
}

// binIs checks that the trash has exactly these files, as far as the storage can list it.
func (b *box) binIs(want ...string) {
	b.Helper()
	if !b.d.Can().Has(providers.CanListTrash) {
		return
	}
	for i, name := range want {
		want[i] = b.Path(name)
	}
	slices.Sort(want)
	if got := b.bin(); !slices.Equal(got, want) {
		b.Errorf("the trash holds %q, want %q", got, want)
	}
}

// fails checks that err is of the kind want.
func (b *box) fails(doing string, err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("%s: got %v, want %v", doing, err, want)
	}
}

// listings are the promises about Changes and Wait.
var listings = []promise{
	// A file that no listing names is never swept, and after a checkpoint it counts as gone.
	{"ChangesFromTheStartNameEveryFileOnceAtLeast", 0, func(b *box) {
		for i := range 50 {
			b.Write(b.T, fmt.Sprintf("%02d.png", i), []byte{byte(i)})
		}
		if present, _, _ := b.list(""); len(present) != 50 {
			b.Errorf("got %d files, want 50", len(present))
		}
	}},
	// Only a checkpoint shows that a listing is complete. Without one no file counts as gone.
	{"ACompleteListingEndsWithACheckpoint", 0, func(b *box) {
		_, _, last := b.list("")
		if !last.Checkpoint() || last.Next == "" {
			b.Errorf("an empty storage's listing ends with %+v, want a checkpoint", last)
		}
		b.put("a.png", "a")
		if _, _, last = b.list(""); !last.Checkpoint() || last.Next == "" || last.Seen != 1 {
			b.Errorf("the listing ends with %+v, want a checkpoint that has seen 1 file", last)
		}
	}},
	// A service that only follows changes would otherwise never see the file.
	{"ChangesSinceACheckpointNameWhatIsNew", 0, func(b *box) {
		b.put("old.png", "old")
		_, _, last := b.list("")
		b.Write(b.T, "new.png", []byte("new"))
		if present, _, _ := b.list(last.Next); present[b.Path("new.png")].Ref == "" {
			b.Errorf("the new file is not among the changes: %v", present)
		}
	}},
	// The verdict in the record is of the old bytes.
	{"ChangesSinceACheckpointNameWhatChanged", 0, func(b *box) {
		was := b.put("a.png", "one")
		_, _, last := b.list("")
		b.Write(b.T, "a.png", []byte("two"))
		if present, _, _ := b.list(last.Next); present[b.Path("a.png")].Revision == was.Revision {
			b.Errorf("the changed file still has revision %q", was.Revision)
		}
	}},
	// A file that is not named is taken for unchanged, and one that is named as gone loses its record.
	{"ChangesSinceACheckpointNameWhatIsGoneAndNothingElse", providers.CanFollow, func(b *box) {
		b.put("stays.png", "stays")
		removed := b.put("removed.png", "a")
		_, _, last := b.list("")
		b.Remove(b.T, "removed.png")
		present, gone, next := b.list(last.Next)
		if len(present) != 0 || !slices.Equal(gone, []providers.Ref{removed.Ref}) ||
			!next.Checkpoint() || next.Seen > 1 {
			b.Errorf("got %v, gone %q, then %+v; want %q gone, and a checkpoint that knows of 1 file", present,
				gone, next, removed.Ref)
		}
		if present, gone, again := b.list(next.Next); len(present)+len(gone) != 0 || !again.Checkpoint() {
			b.Errorf("nothing changed, and yet %v, gone %q, %+v", present, gone, again)
		}
	}},
	// Its row in the record would otherwise stay, and be due for ever.
	{"WhatIsTrashedIsGoneSinceACheckpoint", providers.CanFollow | providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		_, _, last := b.list("")
		b.trash(keyed(1), e)
		if _, gone, _ := b.list(last.Next); !slices.Contains(gone, e.Ref) {
			b.Errorf("gone: %q, want %q among them", gone, e.Ref)
		}
	}},
	// The cursor may be of another storage, or of an older program.
	{"AnUnknownCursorIsExpiredOrListsEverything", 0, func(b *box) {
		e := b.put("a.png", "a")
		for c, err := range b.d.Changes(b.Context(), "no such cursor") {
			if errors.Is(err, providers.ErrExpired) || c.Entry.Ref == e.Ref {
				return
			}
		}
		b.Error("neither ErrExpired nor the file")
	}},
	// A listing that was cut off must not look complete.
	{"AListingWhoseContextEndsHasNoCheckpoint", 0, func(b *box) {
		b.put("a.png", "a")
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		var last error
		for c, err := range b.d.Changes(ctx, "") {
			if last = err; err == nil && c.Checkpoint() {
				b.Errorf("got the checkpoint %+v", c)
			}
		}
		b.fails("changes", last, context.Canceled)
	}},
	// A caller that leaves must not block the driver, or leave a goroutine behind that does.
	{"AListingCanBeLeftAtAnyElement", 0, func(b *box) {
		for i := range 5 {
			b.Write(b.T, fmt.Sprintf("%d.png", i), nil)
		}
		for stop := range 6 {
			n := 0
			for range b.d.Changes(b.Context(), "") {
				if n++; n > stop {
					break
				}
			}
		}
	}},
	// A page and a sweep of one service list the same storage.
	{"ListingsMayRunAtTheSameTime", 0, func(b *box) {
		for i := range 20 {
			b.Write(b.T, fmt.Sprintf("%02d.png", i), nil)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				n := 0
				for c, err := range b.d.Changes(b.Context(), "") {
					if err == nil && !c.Checkpoint() {
						n++
					}
				}
				if n < 20 {
					b.Errorf("got %d files, want 20", n)
				}
			})
		}
		wg.Wait()
	}},
	// A scan would find it due again.
	{"AFileInTheTrashIsNotListed", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		b.trash(keyed(1), e)
		b.absent(e)
	}},
	// The change may come before the call: Wait compares with the cursor, and does not only listen.
	{"WaitReturnsWhenSomethingChanged", providers.CanWait, func(b *box) {
		_, _, last := b.list("")
		b.Write(b.T, "a.png", nil)
		if err := b.d.Wait(b.Context(), last.Next); err != nil {
			b.Errorf("wait: %v", err)
		}
	}},
	// The service could not be stopped otherwise.
	{"WaitEndsWithItsContext", providers.CanWait, func(b *box) {
		_, _, last := b.list("")
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		b.fails("wait", b.d.Wait(ctx, last.Next), context.Canceled)
	}},
}

// reading are the promises about Stat, about revisions, and about ReadRange.
var reading = []promise{
	// A decision is made by the listing and repeated by Stat before the move; any difference would hold the file.
	{"StatGivesTheEntryOfTheListing", 0, func(b *box) {
		want := b.put("a.png", "bytes")
		got, err := b.d.Stat(b.Context(), want.Ref)
		if err != nil || got != want {
			b.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		if want.Size != 5 || want.Modified.IsZero() {
			b.Errorf("got size %d, modified %v; want 5 and a time", want.Size, want.Modified)
		}
	}},
	// The settle time of a policy counts from one of them.
	{"WhenAFileCameHereIsToldByOneTime", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "bytes")
		if e.Created.IsZero() == e.Changed.IsZero() {
			b.Errorf("got created %v, changed %v; want one of them", e.Created, e.Changed)
		}
	}},
	// Any other error counts as a failure of the storage, which is tried again.
	{"StatOfNothingIsNotExist", 0, func(b *box) {
		e := b.put("a.png", "a")
		b.Remove(b.T, "a.png")
		_, err := b.d.Stat(b.Context(), e.Ref)
		b.fails("stat", err, fs.ErrNotExist)
	}},
	// It is the one protection against a write between the examination and the move.
	{"ARevisionChangesWithTheBytes", 0, func(b *box) {
		one := b.put("a.png", "one")
		two := b.put("a.png", "two") // the same size
		if one.Revision == two.Revision || one.Revision == "" {
			b.Errorf("both have revision %q", one.Revision)
		}
	}},
	// A revision that changed by itself would refuse every move.
	{"ARevisionStaysWhileTheFileDoes", 0, func(b *box) {
		one := b.put("a.png", "one")
		b.put("b.png", "other")
		if two := b.find("a.png"); two.Revision != one.Revision {
			b.Errorf("the revision went from %q to %q", one.Revision, two.Revision)
		}
	}},
	// Detectors read by offsets, also beyond the end of a file that is shorter than its header claims.
	{"ReadRangeGivesExactlyThoseBytes", 0, func(b *box) {
		content := bytes.Repeat([]byte("0123456789"), 20_000)
		b.Write(b.T, "a.png", content)
		e, size := b.find("a.png"), int64(len(content))
		// At the beginning, in the middle, at the end, across it and beyond it.
		for _, r := range [][2]int64{
			{0, 1},
			{0, size},
			{3, 7},
			{size - 1, 1},
			{size - 3, 10},
			{size, 1},
			{size + 5, 5},
			{0, 0},
			{65_530, 70_000},
		} {
			got, err := b.read(e, r[0], r[1])
			want := content[min(r[0], size):min(r[0]+r[1], size)]
			if err != nil || !bytes.Equal(got, want) {
				b.Errorf("%d bytes at %d: got %d bytes, %v; want %d", r[1], r[0], len(got), err, len(want))
			}
		}
	}},
	// Other bytes must never pass for those of the revision.
	{"ReadRangeOfAChangedFileIsItsOldRevisionOrErrChanged", 0, func(b *box) {
		e := b.put("a.png", "one")
		b.Write(b.T, "a.png", []byte("two"))
		got, err := b.read(e, 0, 3)
		if !errors.Is(err, providers.ErrChanged) && (err != nil || string(got) != "one") {
			b.Errorf("got %q, %v; want ErrChanged, or what was there", got, err)
		}
	}},
	// Empty bytes would be examined as those of the file.
	{"ReadRangeOfNothingIsAnError", 0, func(b *box) {
		e := b.put("a.png", "one")
		b.Remove(b.T, "a.png")
		if got, err := b.read(e, 0, 3); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, providers.ErrChanged) {
			b.Errorf("got %q, %v; want fs.ErrNotExist or ErrChanged", got, err)
		}
	}},
}

// picture returns a PNG of 64 x 48 pixels.
func picture(b *box) string {
	b.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 64, 48))); err != nil {
		b.Fatal(err)
	}
	return file.String()
}

// thumbnails are the promises about Thumbnail.
var thumbnails = []promise{
	// The user decides by it. A service may round the size up, here to twice the wish at most.
	{"AThumbnailIsASmallPictureOfThatRevision", providers.CanThumbnail, func(b *box) {
		e := b.put("a.png", picture(b))
		rc, err := b.d.Thumbnail(b.Context(), e.Ref, e.Revision, 32)
		if err != nil {
			b.Fatal(err)
		}
		small, _, err := image.Decode(rc)
		if err := errors.Join(err, rc.Close()); err != nil || small.Bounds().Dx() > 64 {
			b.Errorf("got %v, %v", small, err)
		}
		b.Write(b.T, "a.png", []byte("two"))
		_, err = b.d.Thumbnail(b.Context(), e.Ref, e.Revision, 32)
		b.fails("of a file that changed", err, providers.ErrChanged)
	}},
	// The error is no failure of the storage: the page shows a sign in its place.
	{"AFileThatIsNoPictureHasNoThumbnail", providers.CanThumbnail, func(b *box) {
		e := b.put("a.png", "no picture")
		_, err := b.d.Thumbnail(b.Context(), e.Ref, e.Revision, 32)
		b.fails("thumbnail", err, fs.ErrNotExist)
	}},
}

// trashing are the promises about Trash and Settle.
var trashing = []promise{
	// The one thing that sweepd is for, and nothing else moves with it.
	{"TrashMovesTheFileToTheBin", providers.CanTrash, func(b *box) {
		b.put("stays.png", "stays")
		e := b.put("a.png", "a")
		b.trash(keyed(1), e)
		b.absent(e)
		b.holds("stays.png", "stays")
		b.binIs("a.png")
	}},
	// The new bytes were never examined.
	{"TrashOfAChangedFileIsRefused", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "one")
		b.Write(b.T, "a.png", []byte("two"))
		_, err := b.d.Trash(b.Context(), keyed(1), e.Ref, e.Revision)
		b.fails("trash", err, providers.ErrChanged)
		b.holds("a.png", "two")
		b.binIs()
	}},
	// A name alone does not identify a file.
	{"TrashOfANewFileUnderTheSameNameIsRefused", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "one")
		b.Remove(b.T, "a.png")
		b.Write(b.T, "a.png", []byte("two"))
		_, err := b.d.Trash(b.Context(), keyed(1), e.Ref, e.Revision)
		if !errors.Is(err, providers.ErrChanged) && !errors.Is(err, fs.ErrNotExist) {
			b.Errorf("trash: got %v, want ErrChanged or fs.ErrNotExist", err)
		}
		b.holds("a.png", "two")
		b.binIs()
	}},
	// The run then counts it as left alone, since the user was faster.
	{"TrashOfNothingIsNotExist", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		b.Remove(b.T, "a.png")
		_, err := b.d.Trash(b.Context(), keyed(1), e.Ref, e.Revision)
		b.fails("trash", err, fs.ErrNotExist)
		b.binIs()
	}},
	// Without a revision there was no examination.
	{"TrashWithoutARevisionIsRefused", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		if _, err := b.d.Trash(b.Context(), keyed(1), e.Ref, ""); err == nil {
			b.Error("got no error")
		}
		b.holds("a.png", "a")
	}},
	// The second call must not move the file that has come to the place meanwhile.
	{"TrashAgainWithTheSameKeyGivesTheSameReceipt", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "one")
		want := b.trash(keyed(1), e)
		b.Write(b.T, "a.png", []byte("two"))
		if got := b.trash(keyed(1), e); got != want {
			b.Errorf("got receipt %q, want %q", got, want)
		}
		b.holds("a.png", "two")
	}},
	// A name is used again once its file is gone.
	{"TwoFilesOfOneNameBothFitInTheBin", providers.CanTrash | providers.CanRestore, func(b *box) {
		one := b.trash(keyed(1), b.put("a.png", "one"))
		two := b.trash(keyed(2), b.put("a.png", "two"))
		if one == two {
			b.Fatalf("both have receipt %q", one)
		}
		b.binIs("a.png", "a.png")
		if _, err := b.d.Restore(b.Context(), one); err != nil {
			b.Fatalf("restore: %v", err)
		}
		b.holds("a.png", "one")
	}},
	// Each success becomes a record in the journal, and the file was moved once.
	{"OfManyTrashesOfOneFileOneMovesIt", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() { _, errs[i] = b.d.Trash(b.Context(), keyed(i), e.Ref, e.Revision) })
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			}
		}
		if done != 1 {
			b.Errorf("%d calls say that they moved it, want 1: %v", done, errs)
		}
		b.binIs("a.png")
	}},
	// After a stop no move may begin.
	{"TrashWithAnEndedContextMovesNothing", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		_, err := b.d.Trash(ctx, keyed(1), e.Ref, e.Revision)
		b.fails("trash", err, context.Canceled)
		b.holds("a.png", "a")
		b.binIs()
	}},
	// It is called after a crash between the move and its outcome: the receipt is all that undo has.
	{"SettleAfterASuccessGivesTheSameReceipt", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		want := b.trash(keyed(1), e)
		got, err := b.d.Settle(b.Context(), keyed(1), e.Ref, e.Revision)
		if err != nil || got != want {
			b.Errorf("got %q, %v; want %q", got, err, want)
		}
	}},
	// Settle only finds out what has happened.
	{"SettleOfAKeyThatMovedNothingIsNotExistAndMovesNothing", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		_, err := b.d.Settle(b.Context(), keyed(1), e.Ref, e.Revision)
		b.fails("settle", err, fs.ErrNotExist)
		b.holds("a.png", "a")
		b.binIs()
	}},
	// The file is in its place, so there is no move to complete.
	{"SettleAfterARestoreIsNotExist", providers.CanTrash | providers.CanRestore, func(b *box) {
		e := b.put("a.png", "a")
		if _, err := b.d.Restore(b.Context(), b.trash(keyed(1), e)); err != nil {
			b.Fatalf("restore: %v", err)
		}
		_, err := b.d.Settle(b.Context(), keyed(1), e.Ref, e.Revision)
		b.fails("settle", err, fs.ErrNotExist)
		b.holds("a.png", "a")
	}},
	// A move would be recorded twice otherwise, and by a wrong rule.
	{"SettleDoesNotTakeAnothersMoveForItsOwn", providers.CanTrash, func(b *box) {
		e := b.put("a.png", "a")
		b.trash(keyed(1), e)
		_, err := b.d.Settle(b.Context(), keyed(2), e.Ref, e.Revision)
		b.fails("settle", err, fs.ErrNotExist)
		b.binIs("a.png")
	}},
}
