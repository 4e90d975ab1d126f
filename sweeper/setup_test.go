package sweeper_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

// box is a storage in memory, a real journal, and a sweeper over both.
type box struct {
	testing.TB
	account    *providertest.Account
	classifier *fingerprint.Classifier
	driver     *providertest.Faulty
	journal    *journal.Journal
	record     string // where the journal is
	policy     *policy.Policy
	clock      time.Time
	boot       string        // "": the kernel does not report it
	up         time.Duration // since boot
	looking    bool          // the storages are opened read-only

	ask    sweeper.Ask // nil: nothing is uploaded
	askErr error

	mu     sync.Mutex
	paused func() error
	real   func(path string) string // without symbolic links; nil: there are none
}

const rules = `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
  - {name: unsure, when: {confidence: possible}, do: review}
trash: {ours: 30d}
limits: {files: 100, bytes: 1GB, share: 100%}
`

func newBox(t testing.TB, policyText string, faults ...providertest.Fault) *box {
	t.Helper()
	b := &box{TB: t, account: providertest.NewAccount(), clock: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	b.account.Lack(providers.CanFollow) // as a local disk; see remoteBox
	b.classifier = fingerprint.New()
	b.fail(faults...)
	b.setPolicy(policyText)
	b.record = newJournal(t)
	b.journal = b.beside()
	return b
}

// beside opens the journal as another process does.
func (b *box) beside() *journal.Journal {
	b.Helper()
	// The clock of a box is not that of a database.
	const apart = 100 * 365 * 24 * time.Hour
	j, err := journal.Open(b.Context(), b.record, journal.Options{Now: b.now, Skew: apart})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := j.Close(); err != nil {
			b.Error(err)
		}
	})
	return j
}

// journalFile returns the path of a journal to be made in a file.
func journalFile(t testing.TB) string { return filepath.Join(t.TempDir(), "journal.db") }

func (b *box) now() time.Time { return b.clock }

// recorder is the journal, or none where the storage is open for looking only.
func (b *box) recorder() providers.Recorder {
	if b.looking {
		return nil
	}
	return b.journal
}

// pause sets the error of Paused, also while a sweep runs.
func (b *box) pause(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.paused = func() error { return err }
}

func (b *box) isPaused() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.paused == nil {
		return nil
	}
	return b.paused()
}

func (b *box) fail(faults ...providertest.Fault) {
	b.driver = providertest.NewFaulty(providertest.NewMemory(b.account), faults...)
}

func (b *box) setPolicy(text string) {
	b.Helper()
	p, err := policyfile.Parse("policy.yaml", []byte(text), policyfile.ParseOptions{Home: "/home/ann"})
	if err != nil {
		b.Fatal(err)
	}
	b.policy = p
}

// sweeper opens everything again, as a new process would.
func (b *box) sweeper() *sweeper.Sweeper {
	b.Helper()
	return b.over(b.driver)
}

// storage opens the storage as sweeper does.
func (b *box) storage() *providers.Storage { b.Helper(); return b.storageOn(b.driver) }

func (b *box) storageOn(d providers.Driver) *providers.Storage {
	b.Helper()
	st, err := providers.NewStorage("home", d,
		providers.Options{Roots: []string{"/data/root"}, Recorder: b.recorder(), Protect: b.policy.Protect})
	if err != nil {
		b.Fatal(err)
	}
	return st
}

func (b *box) over(d providers.Driver) *sweeper.Sweeper {
	b.Helper()
	return b.sweeping(b.storageOn(d))
}

// sweeping is a sweeper over these storages.
func (b *box) sweeping(storages ...*providers.Storage) *sweeper.Sweeper {
	b.Helper()
	s, err := sweeper.New(sweeper.Options{
		Policy: b.policy, Journal: b.journal, Storages: storages,
		Classifier: b.classifier, Now: b.now, Workers: 3,
		Uptime: func() (string, time.Duration) { return b.boot, b.up }, Paused: b.isPaused, Real: b.real,
		Ask: b.ask, AskErr: b.askErr,
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// named opens the same storage under another name, or a part of it.
func (b *box) named(name string, part bool, roots ...string) *providers.Storage {
	b.Helper()
	st, err := providers.NewStorage(name, b.driver,
		providers.Options{Roots: roots, Part: part, Recorder: b.journal, Protect: b.policy.Protect})
	if err != nil {
		b.Fatal(err)
	}
	return st
}

// ours returns the path of a ChatGPT download; the number distinguishes several.
func ours(n int) string {
	return "/data/root/ChatGPT Image Apr 20, 2026, 01_17_" + string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) +
		" AM.png"
}

// picture is the smallest PNG there is, in one colour.
func picture(colour byte) []byte {
	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", []byte{0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0}),
		chunk("IDAT", []byte{0x78, 0x01, 0x63, colour, 0x00, 0x00}), chunk("IEND", nil))
}

// put writes a file that has been quiet for a hundred days.
func (b *box) put(path string, content []byte) {
	b.account.Write(path, content, b.clock.AddDate(0, 0, -100))
}

func (b *box) plan() (*sweeper.Plan, *sweeper.Summary) {
	b.Helper()
	p, sum, err := b.sweeper().Plan(b.Context(), sweeper.ScanOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return p, sum
}

func (b *box) execute(p *sweeper.Plan) *sweeper.Summary {
	b.Helper()
	sum, err := b.sweeper().Execute(b.Context(), p, nil)
	if err != nil {
		b.Fatal(err)
	}
	return sum
}

// apply plans and executes.
func (b *box) apply() *sweeper.Summary {
	b.Helper()
	p, _ := b.plan()
	return b.execute(p)
}

// undo brings back what the run trashed.
func (b *box) undo(run int64) *sweeper.Summary {
	b.Helper()
	ops, err := b.journal.Undoable(b.Context(), journal.Undone{Run: run})
	if err != nil {
		b.Fatal(err)
	}
	sum, err := b.sweeper().Undo(b.Context(), ops, nil)
	if err != nil {
		b.Fatal(err)
	}
	return sum
}

// remembers checks how many matches the journal knows.
func (b *box) remembers(want int) {
	b.Helper()
	n := 0
	for _, err := range b.journal.Records(b.Context(), "home", fingerprint.Version) {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	if n != want {
		b.Errorf("the journal remembers %d matches, want %d", n, want)
	}
}

func (b *box) binIs(want ...string) {
	b.Helper()
	if got := b.account.Bin(); !slices.Equal(got, want) {
		b.Errorf("the trash holds %q, want %q", got, want)
	}
}

func (b *box) holds(path string, want []byte) {
	b.Helper()
	if got, ok := b.account.Content(path); !ok || !bytes.Equal(got, want) {
		b.Errorf("%s: there %v, %d bytes; want %d", path, ok, len(got), len(want))
	}
}

// openOperations are those that no outcome is recorded of.
func (b *box) openOperations() (n int) {
	b.Helper()
	for _, err := range b.journal.Operations(b.Context(), journal.Filter{Open: true}) {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}
