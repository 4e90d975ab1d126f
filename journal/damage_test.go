package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/testing/rotation"
	"github.com/sweepd/sweepd/providers"
)

// answers holds the journal's information that a deletion depends on.
type answers struct {
	records  map[providers.Ref]string // may be absent: the file is then examined again
	words    string
	contents string
	trash    string
	open     string
	spent    string
	days     string
	clocks   string
}

// askAll reads all answers. It returns the error of a journal that refuses one.
func askAll(ctx context.Context, j *Journal) (a answers, err error) {
	a.records = map[providers.Ref]string{}
	for r, err := range j.Records(ctx, "home", 1) {
		if err != nil {
			return a, err
		}
		a.records[r.Entry.Ref] = fmt.Sprintf("%+v", r)
	}
	w, err := j.Overrides(ctx)
	if err != nil {
		return a, err
	}
	a.words = fmt.Sprint(w) // maps are printed in order
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		for _, revision := range []string{"1", "2"} {
			word, err := j.Override(ctx, file(name, revision))
			if err != nil {
				return a, err
			}
			a.words += " " + string(word)
		}
	}
	word, err := j.ContentOverride(ctx, Content{Size: 7, SHA256: [32]byte{1}})
	if err != nil {
		return a, err
	}
	said, err := j.OverriddenContents(ctx, 7)
	if err != nil {
		return a, err
	}
	a.contents = fmt.Sprint(word, said)
	for f, text := range map[Filter]*string{{InTrash: true}: &a.trash, {Open: true}: &a.open} {
		for o, err := range j.Operations(ctx, f) {
			if err != nil {
				return a, err
			}
			*text += fmt.Sprintf("%+v\n", o)
		}
	}
	return a, askBrakes(ctx, j, &a)
}

func askBrakes(ctx context.Context, j *Journal, a *answers) error {
	used, err := j.Usage(ctx, noon, noon)
	if err != nil {
		return err
	}
	days, err := j.TrashedByDay(ctx, noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	trusted, doubted, err := j.Clocks(ctx)
	a.spent, a.days, a.clocks = fmt.Sprint(used), fmt.Sprint(days), fmt.Sprint(trusted, doubted)
	return err
}

// grants returns the difference that makes b less safe than a: information that a lacks, or missing information that
// protects a file. It returns "" if b is as safe as a.
func (a answers) grants(b answers) string {
	for ref, r := range b.records {
		if a.records[ref] != r {
			return fmt.Sprintf("the record %s, which was %s", r, a.records[ref])
		}
	}
	a.records, b.records = nil, nil
	if was, is := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b); was != is {
		return is + ", which was " + was
	}
	return ""
}

// small returns a journal with rows of every kind, in pages of 512 bytes so that most of its bits are used.
func small(t *testing.T) (content []byte, truth answers) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := eventful(t, path)
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{
		file("c", "1"): proven(), file("d", "1"): proven(), file("e", "1"): proven(), file("f", "1"): photo,
	})
	for _, err := range []error{
		second(j.Mark(t.Context(), "home", []providers.Entry{file("c", "1")}, noon)),
		j.SetOverride(t.Context(), file("e", "1"), Approve),
		j.SetClocks(t.Context(), Clock{Wall: noon, Boot: "b"}, Clock{}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	truth = must(askAll(t.Context(), j))(t)
	j.Close()
	script(t, path, "PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM")
	script(t, path, "PRAGMA journal_mode = WAL", "PRAGMA wal_checkpoint(TRUNCATE)")
	return must(os.ReadFile(path))(t), truth
}

// ask opens the journal at path, checks it like a program that is about to act, and returns its answers.
func ask(path string) (answers, error) {
	j, err := OpenReadOnly(context.Background(), path)
	if err != nil {
		return answers{}, err
	}
	defer j.Close()
	if err := j.Check(context.Background()); err != nil {
		return answers{}, err
	}
	return askAll(context.Background(), j)
}

// TestNoFlippedBitGrantsPermission flips single bits, each in a whole journal, for some seconds.
// JOURNAL_TEST_FLIPS=all flips every bit.
func TestNoFlippedBitGrantsPermission(t *testing.T) {
	content, truth := small(t)
	path := filepath.Join(t.TempDir(), "journal.db")
	// Zero bytes are mostly unused space.
	flips := slices.DeleteFunc(slices.Collect(countTo(8*len(content))),
		func(bit int) bool { return content[bit/8] == 0 })
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(flips), func(i, k int) { flips[i], flips[k] = flips[k], flips[i] })
	flips = flips[:600/rotation.Share()]
	if os.Getenv("JOURNAL_TEST_FLIPS") == "all" {
		flips = slices.Collect(countTo(8 * len(content)))
	}
	harmless := 0
	for _, bit := range flips {
		b := bytes.Clone(content)
		b[bit/8] ^= 1 << (bit % 8)
		putBack(t, path, files{b, nil})
		told, err := ask(path)
		if err != nil {
			continue
		}
		harmless++
		if granted := truth.grants(told); granted != "" {
			t.Errorf("bit %d of byte %d (page %d): told %s", bit%8, bit/8, bit/8/512+1, granted)
		}
	}
	t.Logf("%d bits flipped, %d refused", len(flips), len(flips)-harmless)
}

func countTo(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

func TestAJournalCutOffAnywhereIsRefused(t *testing.T) {
	content, _ := small(t)
	path := filepath.Join(t.TempDir(), "journal.db")
	for end := 0; end < len(content); end += 512 {
		for _, n := range []int{end, end + 1, end + 511} {
			putBack(t, path, files{content[:n], nil})
			if _, err := ask(path); !errors.Is(err, ErrDamaged) {
				t.Errorf("after %d of %d bytes: got %v, want %v", n, len(content), err, ErrDamaged)
			}
		}
	}
}

func TestAJournalWithAnEmptyPageIsRefused(t *testing.T) {
	content, _ := small(t)
	path := filepath.Join(t.TempDir(), "journal.db")
	for page := 0; page < len(content); page += 512 {
		b := bytes.Clone(content)
		clear(b[page : page+512])
		putBack(t, path, files{b, nil})
		if _, err := ask(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("page %d: got %v, want %v", page/512+1, err, ErrDamaged)
		}
	}
}

// A crash leaves a log that is cut off. Lines acknowledged before the head was written are then missed; later ones
// are not known to have existed.
func TestALogCutOffAnywhereIsOlderOrWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := eventful(t, path)
	whole := stored(t, path)
	j.Close()
	noted := must(os.ReadFile(headName(path)))(t)
	for n := range 60 {
		n = len(whole.log) * n / 60
		putBack(t, path, files{whole.journal, whole.log[:n]})
		if err := os.WriteFile(headName(path), noted, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ask(path); !errors.Is(err, ErrOlder) {
			t.Errorf("after %d of %d bytes, with a head: got %v, want %v", n, len(whole.log), err, ErrOlder)
		}
		if err := os.Remove(headName(path)); err != nil {
			t.Fatal(err)
		}
		if _, err := ask(path); err != nil {
			t.Errorf("after %d of %d bytes, without a head: got %v, want nil", n, len(whole.log), err)
		}
	}
}

func TestARowThatIsNotWhatWasWrittenIsAsIfItWereNotThere(t *testing.T) {
	for _, damage := range []string{
		"verdict = replace(verdict, 'proven', 'likely')", "verdict = '{}'", "first_seen = first_seen - 1", "marked = 1",
		"marked = NULL",
		"revision = x'32'", "path = x'32'", "size = 2", "modified = 1", "created = NULL", "weak = 1",
		"hash = zeroblob(16)",
		"checksum = zeroblob(16)", "checksum = x''",
	} {
		j := newJournal(t)
		a, b := file("a", "1"), file("b", "1")
		scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: proven()})
		if _, err := j.Mark(t.Context(), "home", []providers.Entry{a, b}, noon); err != nil {
			t.Fatal(err)
		}
		s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
		change(t, j, "UPDATE matches SET "+damage+" WHERE ref = x'61'")
		if r, err := j.Record(t.Context(), "home", 1, "a"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, %v, want %v", damage, r, err, fs.ErrNotExist)
		}
		if _, ok, err := s.Matched(t.Context(), a); ok || err != nil {
			t.Errorf("%s: got matched %t, %v, want false", damage, ok, err)
		}
		if got := gather(t, j.Records(t.Context(), "home", 1)); len(got) != 1 || got[0].Entry.Ref != "b" {
			t.Errorf("%s: got %v, want the record of b alone", damage, got)
		}
		if n, err := j.Mark(t.Context(), "home", []providers.Entry{a, file("a", "2"), b}, noon); n != 1 || err != nil {
			t.Errorf("%s: got %d marked, %v, want b alone", damage, n, err)
		}
		scanAgain(t, j, a)
		if r := must(j.Record(t.Context(), "home", 1, "a"))(t); !r.Marked.IsZero() ||
			r.FirstSeen.Before(noon.Add(2*time.Second)) {
			t.Errorf("%s: found again: got %+v, want it to begin anew", damage, r)
		}
	}
}

// scanAgain puts e as proven, regardless of its earlier state.
func scanAgain(t *testing.T, j *Journal, e providers.Entry) {
	t.Helper()
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	if err := s.Put(t.Context(), e, proven()); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), "", false); err != nil {
		t.Fatal(err)
	}
}

func TestRecordsAreGivenToTheEndThoughAWholePageIsDamaged(t *testing.T) {
	j := newJournal(t)
	found := map[providers.Entry]fingerprint.Verdict{}
	for i := range 3 * pageSize {
		found[file(fmt.Sprintf("%04d", i), "1")] = proven()
	}
	scan(t, j, 1, true, found)
	must(j.write.Exec("UPDATE matches SET size = 0 WHERE ref < $1", []byte(fmt.Sprintf("%04d", 2*pageSize))))(t)
	equal(t, "records", len(gather(t, j.Records(t.Context(), "home", 1))), pageSize)
}

func TestWhatTheClocksShowedIsToldOrRefused(t *testing.T) {
	j := newJournal(t)
	clocks := func() [2]Clock {
		t.Helper()
		trusted, doubted, err := j.Clocks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return [2]Clock{trusted, doubted}
	}
	equal(t, "at first", clocks(), [2]Clock{})
	a, b := Clock{Wall: noon, Boot: "one", Up: time.Hour},
		Clock{Wall: noon.AddDate(3, 0, 0), Boot: "two", Up: time.Second}
	for _, want := range [][2]Clock{{a, b}, {b, {}}, {a, {}}} {
		if err := j.SetClocks(t.Context(), want[0], want[1]); err != nil {
			t.Fatal(err)
		}
		equal(t, "stored", clocks(), want)
	}
	for _, damage := range []string{"trusted = '{}'", "doubted = replace(doubted, '0', '1')", "checksum = x'00'"} {
		if err := j.SetClocks(t.Context(), a, b); err != nil {
			t.Fatal(err)
		}
		change(t, j, "UPDATE clocks SET "+damage)
		if _, _, err := j.Clocks(t.Context()); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v, want %v", damage, err, ErrDamaged)
		}
	}
}
