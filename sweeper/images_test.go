package sweeper_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

// sumsOf are the hashes of content.
func sumsOf(content []byte) providers.Hashes {
	h := providers.NewHasher()
	_, _ = h.Write(content) // never fails
	return h.Sum()
}

// large is a picture of some n bytes.
func large(colour byte, n int) []byte {
	return slices.Insert(picture(colour), 33, c2patest.PNGChunk("IDAT", make([]byte, n))...)
}

// found scans the storages and returns what matches, by storage and path.
func (b *box) found(s *sweeper.Sweeper) (all []sweeper.Found) {
	b.Helper()
	if _, err := s.Scan(b.Context(),
		sweeper.ScanOptions{Each: func(f sweeper.Found) { all = append(all, f) }}); err != nil {
		b.Fatal(err)
	}
	return all
}

// hashes are those that the journal remembers of a file.
func (b *box) hashes(path string) providers.Hashes {
	b.Helper()
	rec, err := b.journal.Record(b.Context(), "home", fingerprint.Version, b.entry(path).Ref)
	if err != nil {
		b.Fatal(err)
	}
	return rec.Entry.Hashes
}

// storageOf opens another account under that name.
func (b *box) storageOf(name string, a *providertest.Account) *providers.Storage {
	b.Helper()
	st, err := providers.NewStorage(name, providertest.NewMemory(a),
		providers.Options{Roots: []string{"/data/root"}, Recorder: b.journal})
	if err != nil {
		b.Fatal(err)
	}
	return st
}

func TestAMatchOfADiskIsHashedWhenItIsExaminedAndNothingElseIs(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	content := large(1, 5<<20)
	b.put(ours(1), content)
	b.put("/data/root/holiday.png", large(2, 5<<20))
	b.plan()
	if got := b.hashes(ours(1)); got != sumsOf(content) {
		t.Errorf("got %x, want %x", got, sumsOf(content))
	}
	if n := b.account.BytesRead(); n < 5<<20 || n > 6<<20 {
		t.Errorf("%d bytes were read of two pictures of 5 MiB, of which one matches", n)
	}
	before := b.account.BytesRead()
	p, _ := b.plan()
	if b.account.BytesRead() != before || len(p.Trash) != 1 || p.Trash[0].Entry.Hashes != sumsOf(content) {
		t.Errorf("a second scan read %d bytes, and plans %+v", b.account.BytesRead()-before, p.Trash)
	}
	b.put(ours(1), picture(3)) // another revision
	b.plan()
	if got := b.hashes(ours(1)); got != sumsOf(picture(3)) {
		t.Errorf("of the next revision: got %x", got)
	}
}

// A Dropbox knows its files by another hash than a Drive.
func TestAnImageThatIsKnownCostsNoByteInAnotherStorage(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		first, second func(*providertest.Account)
		size          int
		want          bool
	}{
		"disk, Dropbox": {near, (*providertest.Account).RemoteInBlocks, 5 << 20, true},
		"disk, Drive":   {near, (*providertest.Account).Remote, 5 << 20, true},
		"Drive, Dropbox, of one block": {
			(*providertest.Account).Remote, (*providertest.Account).RemoteInBlocks, 1 << 20, true,
		},
		"Dropbox, Drive, of one block": {
			(*providertest.Account).RemoteInBlocks, (*providertest.Account).Remote, 1 << 20, true,
		},
		"Drive, Dropbox, of two blocks": {
			(*providertest.Account).Remote, (*providertest.Account).RemoteInBlocks, 5 << 20, false,
		},
		"Dropbox, Dropbox, of two": {
			(*providertest.Account).RemoteInBlocks, (*providertest.Account).RemoteInBlocks, 5 << 20, true,
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBox(t, rules)
			one, other := providertest.NewAccount(), providertest.NewAccount()
			c.first(one)
			c.second(other)
			content := large(1, c.size)
			then := b.clock.AddDate(0, 0, -100)
			one.Write(ours(1), content, then)
			b.found(b.sweeping(b.storageOf("one", one)))
			other.Write(strings.Replace(ours(1), "root/", "root/sub/", 1), content, then)
			all := b.found(b.sweeping(b.storageOf("other", other)))
			if len(all) != 1 || all[0].Verdict.Confidence != fingerprint.Likely || (other.BytesRead() == 0) != c.want {
				t.Errorf("%d bytes were read for %+v", other.BytesRead(), all)
			}
			before := other.BytesRead()
			other.Write(ours(2), content, then) // the name is a part of a verdict
			if all := b.found(b.sweeping(b.storageOf("other", other))); len(all) != 2 || other.BytesRead() == before {
				t.Errorf("under another name: %+v, unread", all)
			}
		})
	}
}

func TestFilesAreOneImageByAnyHashThatTwoOfThemKnow(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	s := b.sweeping(b.storage(), b.storageOf("drive", remoteAccount()), b.storageOf("box", remoteAccount()))
	const small, large = 1 << 20, 5 << 20 // of one block, and of two
	x, y := sumsOf([]byte("x")), sumsOf([]byte("y"))
	sha, blocks := providers.Hashes{SHA256: x.SHA256}, providers.Hashes{ContentHash: x.ContentHash}
	file := func(storage string, n int, size int64, h providers.Hashes) sweeper.Found {
		e := providers.Entry{
			Ref:    providers.Ref(fmt.Sprint(storage, n)),
			Path:   fmt.Sprintf("/data/root/%d.png", n),
			Size:   size,
			Hashes: h,
		}
		return sweeper.Found{Storage: storage, Entry: e, Verdict: fingerprint.Verdict{Confidence: fingerprint.Likely}}
	}
	sure := file("drive", 9, large, sha)
	sure.Verdict.Confidence = fingerprint.Proven
	for what, c := range map[string]struct {
		files []sweeper.Found
		want  string
	}{
		"nothing": {nil, ""},
		"one kind, the same": {
			[]sweeper.Found{file("drive", 1, large, sha), file("drive", 2, large, sha)}, "drive1 drive2",
		},
		"another length": {
			[]sweeper.Found{file("drive", 1, large, sha), file("drive", 2, large+1, sha)}, "drive1; drive2",
		},
		"other bytes": {
			[]sweeper.Found{file("drive", 1, large, sha), file("home", 2, large, y)}, "drive1; home2",
		},
		"no kind in common": {
			[]sweeper.Found{file("drive", 1, large, sha), file("box", 2, large, blocks)}, "box2; drive1",
		},
		"a disk's file between": {
			[]sweeper.Found{file("drive", 1, large, sha), file("box", 2, large, blocks), file("home", 3, large, x)},
			"box2 drive1 home3",
		},
		"of one block": {
			[]sweeper.Found{
				file("drive", 1, small, sha), file("box", 2, small, providers.Entry{Size: small, Hashes: sha}.Sums()),
			},
			"box2 drive1",
		},
		"a remote file that was read": {
			[]sweeper.Found{file("drive", 1, large, x), file("box", 2, large, blocks)}, "box2 drive1",
		},
		"remote, without a hash": {
			[]sweeper.Found{file("box", 1, large, providers.Hashes{}), file("box", 2, large, providers.Hashes{})},
			"box1; box2",
		},
		"two chains that meet": {
			[]sweeper.Found{
				file("drive", 1, large, sha), file("drive", 2, large, sha), file("box", 3, large, blocks),
				file("box", 4, large, blocks), file("home", 5, large, x),
			},
			"box3 box4 drive1 drive2 home5",
		},
		"the surest is the first": {
			[]sweeper.Found{
				file("box", 2, large, blocks), file("home", 3, large, x), sure, file("drive", 5, large+1, sha),
			},
			"drive9 box2 home3; drive5",
		},
	} {
		for range 5 {
			images, err := s.Images(t.Context(), c.files)
			var rows []string
			for _, img := range images {
				var row []string
				for _, f := range img.Places {
					row = append(row, string(f.Entry.Ref))
				}
				rows = append(rows, strings.Join(row, " "))
			}
			if got := strings.Join(rows, "; "); err != nil || got != c.want {
				t.Errorf("%s: got %q, %v; want %q", what, got, err, c.want)
			}
			// in any order
			c.files = append(c.files[min(1, len(c.files)):], c.files[:min(1, len(c.files))]...)
		}
	}
}

// near leaves an account as it is: a disk's.
func near(a *providertest.Account) { a.Lack(providers.CanFollow) }

func remoteAccount() *providertest.Account {
	a := providertest.NewAccount()
	a.Remote()
	return a
}

// An older program did not hash the files that it examined, and neither are files hashed that may change unnoticed.
func TestWhatHasNoHashesIsReadWhereAnotherFileHasItsLength(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for i := range 3 {
		b.put(ours(i), large(1, 10_000*min(i, 1)))
	}
	if _, err := b.over(weak{b.driver}).Scan(t.Context(), sweeper.ScanOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.journal.Mark(t.Context(), "home", []providers.Entry{b.entry(ours(1))}, b.clock); err != nil {
		t.Fatal(err)
	}
	files := b.found(b.sweeper())
	if b.hashes(ours(1)) != (providers.Hashes{}) {
		t.Fatal("what may change unseen was remembered by its hashes")
	}
	before := b.account.BytesRead()
	images, err := b.sweeper().Images(t.Context(), files)
	if err != nil || len(images) != 2 || len(images[1].Places) != 2 {
		t.Errorf("got %+v, %v", images, err)
	}
	if n := b.account.BytesRead() - before; n < 20_000 || n > 30_000 {
		t.Errorf("%d bytes were read of two files of 10 kB", n)
	}
	rec, err := b.journal.Record(t.Context(), "home", fingerprint.Version, b.entry(ours(1)).Ref)
	if err != nil || rec.Entry.Hashes != images[1].Hashes || !rec.Marked.Equal(b.clock) {
		t.Errorf("what is remembered is %+v, %v", rec, err)
	}
	before = b.account.BytesRead()
	if _, err := b.sweeper().Images(t.Context(), b.found(b.sweeper())); err != nil || b.account.BytesRead() != before {
		t.Errorf("the second time %d bytes were read, %v", b.account.BytesRead()-before, err)
	}
}

// altering is a storage that alters one bit of each large read.
type altering struct{ *providertest.Faulty }

func (a altering) ReadRange(
	ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	rc, err := a.Faulty.ReadRange(ctx, ref, rev, off, n)
	if err != nil || n < 300_000 {
		return rc, err
	}
	b, err := io.ReadAll(rc)
	b[len(b)/2] ^= 1
	return io.NopCloser(bytes.NewReader(b)), err
}

func TestBytesThatAreNotWhatTheStorageSaysAreBelievedNothing(t *testing.T) {
	t.Parallel()
	for what, remote := range map[string]func(*providertest.Account){
		"SHA-256":      (*providertest.Account).Remote,
		"content hash": (*providertest.Account).RemoteInBlocks,
	} {
		b, s := remoteBox(t, remoteRules)
		remote(b.account)
		genuine, _ := signed(s, 1)
		b.put("/data/root/a.png", genuine)
		p := b.dueAre("/data/root/a.png")
		sum, err := b.over(altering{b.driver}).Execute(t.Context(), p, nil)
		if err != nil || sum.Refused != 1 || sum.Trashed != 0 ||
			!strings.Contains(sum.Problems[0].Text, "not what its hash says") {
			t.Errorf("%s: got %+v, %v", what, sum, err)
		}
		b.binIs()
		p = b.dueAre("/data/root/a.png") // nothing was concluded from them
		if sum := b.execute(p); sum.Trashed != 1 {
			t.Errorf("%s, unaltered: got %+v", what, sum)
		}
	}
}

// A file that is moved is another by its name where that is its path.
func TestARemoteFileThatWasBroughtBackStaysKeptWhereverItIsMoved(t *testing.T) {
	t.Parallel()
	for what, remote := range map[string]func(*providertest.Account){
		"SHA-256":      (*providertest.Account).Remote,
		"content hash": (*providertest.Account).RemoteInBlocks,
	} {
		b, s := remoteBox(t, remoteRules)
		remote(b.account)
		genuine, _ := signed(s, 1)
		b.put("/data/root/a.png", genuine)
		sum := b.execute(b.dueAre("/data/root/a.png"))
		if sum := b.undo(sum.Run); sum.Restored != 1 || sum.Errors != 0 {
			t.Fatalf("%s: got %+v", what, sum)
		}
		b.account.Remove("/data/root/a.png")
		b.put("/data/root/album/b.png", genuine)
		before := b.account.BytesRead()
		b.dueAre()
		if n := b.account.BytesRead() - before; n > 50_000 {
			t.Errorf("%s: %d bytes were read to know it again", what, n)
		}
		other, _ := signed(s, 2)
		b.put("/data/root/album/c.png", other)
		b.dueAre("/data/root/album/c.png")
	}
}

func TestARemoteFileThatCannotBeReadIsBroughtBackAndKeptByItsNameAlone(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	b.account.RemoteInBlocks()
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	sum := b.execute(b.dueAre("/data/root/a.png"))
	b.fail(providertest.Fault{Method: "ReadRange", Err: io.ErrUnexpectedEOF})
	got := b.undo(sum.Run)
	if got.Restored != 1 || got.Refused+got.Failed != 0 || len(got.Problems) != 1 ||
		got.Problems[0].Doing != "keep every copy of" {
		t.Errorf("got %+v", got)
	}
	b.fail()
	b.dueAre()
}

func TestWhatADiskKeepsByContentADropboxKeepsUnread(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	b.account.RemoteInBlocks()
	genuine, _ := signed(s, 1)
	other, _ := signed(s, 2)
	disk := newBox(t, rules) // only to hash it there
	disk.put(ours(1), genuine)
	c, err := disk.sweeper().Content(t.Context(), disk.storage(), disk.entry(ours(1)))
	if err != nil {
		t.Fatal(err)
	}
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/b.png", other)
	b.dueAre("/data/root/a.png", "/data/root/b.png")
	if err := b.journal.SetContentOverride(t.Context(), c, "keep"); err != nil {
		t.Fatal(err)
	}
	before := b.account.BytesRead()
	b.dueAre("/data/root/b.png")
	if b.account.BytesRead() != before {
		t.Errorf("%d bytes were read", b.account.BytesRead()-before)
	}
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("got %+v", sum)
	}
	if !slices.Equal(b.account.Bin(), []string{"/data/root/b.png"}) {
		t.Errorf("the trash holds %q", b.account.Bin())
	}
}
