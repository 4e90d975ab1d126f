package sweeper_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/internal/testing/rotation"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

const remoteRules = `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: mine, when: {confidence: proven}, do: trash}
trash: {ours: 30d}
limits: {files: 100, bytes: 1GB, share: 100%}
`

// remoteBox returns a box on a remote storage with a change feed, and a signer whose
// pictures count as OpenAI's there.
func remoteBox(t testing.TB, policyText string, faults ...providertest.Fault) (*box, *c2patest.Signer) {
	t.Helper()
	s := c2patest.New(t, time.Date(2026, 5, 23, 12, 0, 0, 0, time.UTC))
	return remoteBoxOf(t, s, policyText, faults...), s
}

// remoteBoxOf is a remoteBox that believes a signer who is there already.
func remoteBoxOf(t testing.TB, s *c2patest.Signer, policyText string, faults ...providertest.Fault) *box {
	t.Helper()
	b := newBox(t, policyText)
	b.account = providertest.NewAccount()
	b.account.Remote()
	b.fail(faults...)
	anchors, err := c2pa.ParseAnchors(strings.NewReader(s.Anchors()))
	if err != nil {
		t.Fatal(err)
	}
	b.classifier = fingerprint.NewWith(fingerprint.Options{Anchors: anchors})
	return b
}

// midway is a driver whose feed names one file and then expires. The file is gone
// when everything is listed.
type midway struct {
	providers.Driver
	remove func(path string)
}

func (m midway) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	if since == "" {
		return m.Driver.Changes(ctx, since)
	}
	return func(yield func(providers.Change, error) bool) {
		for c := range m.Driver.Changes(ctx, since) {
			if !yield(c, nil) {
				return
			}
			m.remove(c.Entry.Path)
			yield(providers.Change{}, providers.ErrExpired)
			return
		}
	}
}

func TestWhatAnExpiredFeedNamedIsNotThereForThat(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/b.png", genuine)
	b.dueAre("/data/root/a.png", "/data/root/b.png")
	b.account.Star("/data/root/a.png")
	if _, err := b.over(midway{b.driver, b.account.Remove}).Scan(t.Context(), sweeper.ScanOptions{}); err != nil {
		t.Fatal(err)
	}
	b.remembers(1)
	b.dueAre("/data/root/b.png")
}

// signed is a picture with a credential, of half a megabyte, and the same with
// other pixels behind that credential.
func signed(s *c2patest.Signer, seed uint8) (genuine, edited []byte) {
	plain := slices.Insert(c2patest.PlainPNG(16, 16, seed), 33, c2patest.PNGChunk("IDAT", make([]byte, 500_000))...)
	genuine = s.Sign(plain, c2patest.Options{})
	edited = bytes.Clone(genuine)
	edited[len(edited)-300_000] ^= 1
	return genuine, edited
}

func (b *box) due(p *sweeper.Plan) (paths []string) {
	for _, it := range p.Trash {
		paths = append(paths, it.Entry.Path)
	}
	return paths
}

func (b *box) dueAre(want ...string) *sweeper.Plan {
	b.Helper()
	p, _ := b.plan()
	if got := b.due(p); !slices.Equal(got, want) {
		b.Errorf("due are %q, want %q", got, want)
	}
	return p
}

func TestARemotePicturesHeaderIsReadToPlanAndAllOfItOnceToBeMoved(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/photo.png", c2patest.PlainPNG(300, 300, 2))
	p := b.dueAre("/data/root/a.png")
	if n, calls := b.account.BytesRead(), b.driver.Calls("ReadRange"); n > 50_000 || calls > 3 {
		t.Errorf("the scan read %d bytes in %d requests", n, calls)
	}
	if !strings.Contains(p.Trash[0].Found, "to be read whole before it is moved") {
		t.Errorf("the plan says %q of a file that nobody has read", p.Trash[0].Found)
	}
	b.fail()
	before := b.account.BytesRead()
	if sum := b.execute(p); sum.Trashed != 1 {
		t.Fatalf("got %+v", sum)
	}
	if got := b.account.BytesRead() - before; got != int64(len(genuine)) {
		t.Errorf("moving it read %d bytes, want its %d once", got, len(genuine))
	}
	for method, want := range map[string]int{"Stat": 2, "ReadRange": 1, "Guards": 1, "Trash": 1} {
		if got := b.driver.Calls(method); got != want {
			t.Errorf("moving it took %d calls of %s, want %d", got, method, want)
		}
	}
	b.dueAre()
}

func TestWhatAHeaderOnlyReadingTakesForProvenAndIsNotIsRefusedAndNeverOfferedAgain(t *testing.T) {
	t.Parallel()
	for what, make := range map[string]func(*c2patest.Signer) []byte{
		"edited": func(s *c2patest.Signer) []byte { _, edited := signed(s, 1); return edited },
		"a credential of another picture": func(s *c2patest.Signer) []byte {
			genuine, _ := signed(s, 1)
			other := slices.Insert(c2patest.PlainPNG(16, 16, 9), 33,
				c2patest.PNGChunk("IDAT", bytes.Repeat([]byte{7}, 500_000))...)
			store := genuine[33 : len(genuine)-len(other)+33]
			return slices.Insert(other, 33, store...)
		},
		"cut short": func(s *c2patest.Signer) []byte { genuine, _ := signed(s, 1); return genuine[:200_000] },
	} {
		b, s := remoteBox(t, remoteRules)
		content := make(s)
		b.put("/data/root/a.png", content)
		p := b.dueAre("/data/root/a.png")
		sum := b.execute(p)
		if sum.Trashed != 0 || sum.Refused != 1 || sum.Failed != 0 {
			t.Errorf("%s: got %+v, want it refused", what, sum)
		}
		b.binIs()
		b.dueAre()
		if p, sum, err := b.sweeper().Plan(t.Context(), sweeper.ScanOptions{All: true}); err != nil ||
			len(p.Trash) != 0 {
			t.Errorf("%s: listed anew: %v, %+v, %v", what, p, sum, err)
		}
		read := b.account.BytesRead()
		b.put("/data/root/below/a.png", content)
		b.dueAre()
		if got := b.account.BytesRead() - read; got != 0 {
			t.Errorf("%s: %d bytes read of what is known", what, got)
		}
	}
}

func TestAPassWithoutChangesAsksOnceAndTellsTheSame(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/below/b.png", genuine)
	b.put("/data/root/photo.png", c2patest.PlainPNG(30, 30, 2))
	b.put("/data/root/notes.png", []byte("words"))
	first, sum1 := b.plan()
	b.fail()
	read := b.account.BytesRead()
	second, sum2 := b.plan()
	if got := b.account.BytesRead() - read; got != 0 || b.driver.Calls("Changes") != 1 {
		t.Errorf("%d bytes read and %d elements listed; want none and the checkpoint", got, b.driver.Calls("Changes"))
	}
	for _, method := range []string{"Stat", "ReadRange", "Guards"} {
		if n := b.driver.Calls(method); n != 0 {
			t.Errorf("%d calls of %s", n, method)
		}
	}
	if !slices.Equal(b.due(first), b.due(second)) || len(first.Trash) != 2 {
		t.Errorf("first %q, then %q", b.due(first), b.due(second))
	}
	if sum1.Seen != 4 || sum2.Seen != 4 || sum1.Images != 3 || sum2.Images != 3 || sum1.Matched != sum2.Matched ||
		sum2.SeenIn["home"] != 4 || sum2.Partial {
		t.Errorf("first %+v, then %+v", sum1, sum2)
	}
	if !second.Trash[0].Entry.Modified.Equal(first.Trash[0].Entry.Modified) ||
		second.Trash[0].Entry.SHA256 != first.Trash[0].Entry.SHA256 {
		t.Errorf("first %+v, then %+v", first.Trash[0].Entry, second.Trash[0].Entry)
	}
}

func TestWhatChangesIsFollowed(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	for _, name := range []string{"a", "b", "c", "d"} {
		b.put("/data/root/"+name+".png", genuine)
	}
	b.dueAre("/data/root/a.png", "/data/root/b.png", "/data/root/c.png", "/data/root/d.png")
	b.account.Remove("/data/root/a.png")
	b.account.Person("/data/root/b.png", b.clock)
	b.account.Move("/data/root/c.png", "/data/root/z.png")
	b.put("/data/root/d.png", c2patest.PlainPNG(30, 30, 2))
	b.put("/data/root/e.png", genuine)
	p := b.dueAre("/data/root/e.png", "/data/root/z.png")
	b.remembers(2)
	if sum := b.execute(p); sum.Trashed != 2 {
		t.Fatalf("got %+v", sum)
	} else {
		b.dueAre()
		b.remembers(0)
		b.undo(sum.Run)
	}
	b.dueAre() // who brings a file back wants it
	b.remembers(2)
	b.clock = b.clock.Add(time.Hour) // the decision was on the earlier bytes, and their copies
	other, edited := signed(s, 2)
	b.put("/data/root/e.png", edited)
	b.put("/data/root/e.png", other)
	b.put("/data/root/f.png", other)
	b.account.Remove("/data/root/f.png")
	b.dueAre("/data/root/e.png")
	b.remembers(2)
}

func TestARemoteFileThatIsSeenToBeProtectedIsHeldAndOtherGuardsAreAskedAtTheMove(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/b.png", genuine)
	b.dueAre("/data/root/a.png", "/data/root/b.png")
	b.account.Star("/data/root/a.png")
	b.account.Share("/data/root/b.png")
	b.dueAre()
	found, _ := b.scan(false)
	guards := map[providers.Guard]bool{}
	for _, f := range found {
		if f.Decision.Action == policy.Hold && len(f.Decision.Guards) == 1 {
			guards[f.Decision.Guards[0].Guard] = true
		}
	}
	if len(found) != 2 || !guards[providers.GuardTagged] || !guards[providers.GuardShared] {
		t.Errorf("got %+v, want both held", found)
	}
	if n := b.driver.Calls("Guards"); n != 0 {
		t.Errorf("%d guards were asked by scans", n)
	}
}

func TestAnExpiredCursorHasEverythingListedOnce(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/b.png", genuine)
	b.dueAre("/data/root/a.png", "/data/root/b.png")
	b.account.Remove("/data/root/a.png")
	b.account.Expire()
	read := b.account.BytesRead()
	b.dueAre("/data/root/b.png")
	b.remembers(1)
	if got := b.account.BytesRead() - read; got != 0 {
		t.Errorf("%d bytes of what is known were read", got)
	}
	b.fail()
	if b.dueAre("/data/root/b.png"); b.driver.Calls("Changes") != 1 {
		t.Errorf("the next pass lists %d elements, want the checkpoint", b.driver.Calls("Changes"))
	}
}

// However a pass is broken off or fails, the next good one knows everything.
func TestAFaultAnywhereInAPassLosesNothing(t *testing.T) {
	t.Parallel()
	boom := errors.New("connection reset")
	s := c2patest.New(t, time.Date(2026, 5, 23, 12, 0, 0, 0, time.UTC))
	genuine, _ := signed(s, 1)
	for _, follow := range []bool{false, true} {
		for _, method := range []string{"Changes", "ReadRange", "Stat"} {
			for _, nth := range rotation.Part(t, []int{0, 1, 2, 3, 4, 5, 6}) {
				b := remoteBoxOf(t, s, remoteRules)
				b.put("/data/root/old.png", genuine)
				b.put("/data/root/gone.png", genuine)
				if follow {
					b.plan()
				}
				b.account.Remove("/data/root/gone.png")
				for i := range 3 {
					// each to be read
					b.put("/data/root/"+string(rune('a'+i))+".png", append(bytes.Clone(genuine), byte(i)))
				}
				b.put("/data/root/new.png", genuine)
				b.fail(providertest.Fault{Method: method, Nth: nth + 1, Err: boom})
				p, sum := b.plan()
				if failed := b.driver.Calls(method) > nth; failed && sum.Errors == 0 {
					t.Errorf("%s %d (following: %v): the summary knows no problem", method, nth+1, follow)
				} else if method == "Changes" && failed && (len(p.Trash) != 0 || !sum.Partial) {
					t.Errorf("%s %d (following: %v): due are %q, partial %v", method, nth+1, follow, b.due(p),
						sum.Partial)
				}
				b.fail()
				b.dueAre("/data/root/a.png", "/data/root/b.png", "/data/root/c.png", "/data/root/new.png",
					"/data/root/old.png")
				b.remembers(5)
			}
		}
	}
}

func TestAFileThatCannotBeReadComesAgainAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules, providertest.Fault{Method: "ReadRange", Err: errors.New("this file is abusive")})
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	for range 2 {
		if _, sum := b.plan(); sum.Failed != 1 || sum.Errors != 1 || sum.Partial {
			t.Errorf("got %+v, want one failure", sum)
		}
	}
	b.account.Remove("/data/root/a.png")
	if _, sum := b.plan(); sum.Failed != 0 {
		t.Errorf("got %+v of a file that is gone", sum)
	}
	b.put("/data/root/b.png", genuine)
	b.plan()
	b.fail()
	b.dueAre("/data/root/b.png")
	b.fail(providertest.Fault{Method: "Stat", Err: errors.New("nothing is left to be asked")})
	b.dueAre("/data/root/b.png")
}

func TestWithADoubtedClockNoCursorIsSaved(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	b.boot, b.up = "1", time.Hour
	b.put("/data/root/a.png", genuine)
	b.execute(b.dueAre("/data/root/a.png")) // a run to trust the clock by
	b.put("/data/root/b.png", genuine)
	b.clock = b.clock.AddDate(1, 0, 0) // and the kernel counted nothing
	b.dueAre()
	b.clock = b.clock.AddDate(-1, 0, 0)
	b.dueAre("/data/root/b.png")
}

func TestTheSameFileInAnotherStorageIsNotRead(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/photo.png", c2patest.PlainPNG(300, 300, 2))
	b.dueAre("/data/root/a.png")
	read := b.account.BytesRead()
	other := b.named("other", false, "/data/root")
	p, sum, err := b.sweeping(other).Plan(t.Context(), sweeper.ScanOptions{})
	if err != nil || len(p.Trash) != 1 || sum.Images != 2 || b.account.BytesRead() != read {
		t.Errorf("%v, %+v, %v after %d bytes; want the same without a byte", p, sum, err, b.account.BytesRead()-read)
	}
	sum, err = b.sweeping(other).Execute(t.Context(), p, nil)
	if err != nil || sum.Trashed != 1 || b.account.BytesRead() == read {
		t.Errorf("%+v, %v; want it moved after it was read", sum, err)
	}
}

func TestCopiesOnARemoteStorageAreKnownByTheirHash(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules+"protect: {last_copy: keep}\n")
	genuine, _ := signed(s, 1)
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/b.png", genuine)
	p := b.dueAre("/data/root/b.png")
	if n := b.account.BytesRead(); n > 50_000 {
		t.Errorf("%d bytes were read to find the copy", n)
	}
	p.Trash[0].Entry.SHA256[0] ^= 1 // the hash in a plan must not be trusted
	if sum := b.execute(p); sum.Trashed != 1 {
		t.Errorf("got %+v", sum)
	}
	b.dueAre()
}

func TestTwoStoragesAreSweptAtOnceAndEachToItsEnd(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	for i := range 12 {
		genuine, _ := signed(s, byte(i))
		b.put("/data/root/"+string(rune('A'+i))+".png", genuine)
	}
	p, _ := b.plan()
	other := b.named("other", false, "/data/root")
	for i := range p.Trash {
		if i%2 == 0 {
			p.Trash[i].Storage = "other"
		}
	}
	p.Scope = append(p.Scope, sweeper.Scope{Storage: "other", Seen: 12})
	if sum, err := b.sweeping(b.storage(), other).Execute(t.Context(), p, nil); err != nil || sum.Trashed != 12 {
		t.Errorf("got %+v, %v", sum, err)
	}
}

func TestAPassThatIsBrokenOffIsGoneThroughAgain(t *testing.T) {
	t.Parallel()
	for stop := range 4 {
		b, s := remoteBox(t, remoteRules)
		genuine, _ := signed(s, 1)
		b.put("/data/root/old.png", genuine)
		b.put("/data/root/gone.png", genuine)
		b.plan()
		b.account.Remove("/data/root/gone.png")
		for i := range 3 {
			b.put("/data/root/"+string(rune('a'+i))+".png", append(bytes.Clone(genuine), byte(i)))
		}
		ctx, cancel := context.WithCancel(t.Context())
		found := 0
		_, err := b.sweeper().Scan(ctx, sweeper.ScanOptions{Each: func(sweeper.Found) {
			if found++; found > stop {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("broken off after %d: got %v", stop, err)
		}
		cancel()
		b.dueAre("/data/root/a.png", "/data/root/b.png", "/data/root/c.png", "/data/root/old.png")
		b.remembers(4)
	}
}

// few is a feed whose checkpoints count too few files, as Dropbox's do for files that
// were added since the last full listing.
type few struct{ providers.Driver }

func (f few) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		for c, err := range f.Driver.Changes(ctx, since) {
			if c.Checkpoint() && since != "" {
				c.Seen = 0
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

func TestWhatTheFeedHasNamedIsSeenHoweverLittleItsCursorCounts(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "share: 100%", "share: 50%", 1))
	b.account = providertest.NewAccount() // with a feed
	b.fail()
	b.put("/data/root/a.txt", nil)
	s := b.over(few{b.driver})
	if _, err := s.Scan(t.Context(), sweeper.ScanOptions{}); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		b.put(ours(n), picture(byte(n)))
	}
	p, sum, err := s.Plan(t.Context(), sweeper.ScanOptions{})
	if err != nil || sum.Seen != 3 || len(p.Trash) != 3 {
		t.Fatalf("seen %d, planned %d, %v; want the three that came", sum.Seen, len(p.Trash), err)
	}
	if err := s.Allow(t.Context(), p); err != nil {
		t.Errorf("got %v; want three of three, which is no share that counts", err)
	}
}
