// Package cloudaudit checks what sweepd does in a cloud account against the account's own audit log, while every
// fault of a list happens at every request.
//
// A provider's test defines how its account is made, how a new process opens it, and which faults its service has;
// the package has the loop, the processes and the checks. Each fault is followed by one run without faults, which has
// to complete the work. Only tests use this package.
package cloudaudit

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/testing/rotation"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// Pictures are the files of an account. Signing takes time, so they are made once for a loop.
type Pictures struct {
	Signed [][]byte // four, proven by their credentials
	Edited []byte   // the first with another byte among its pixels
	Plain  []byte

	classifier *fingerprint.Classifier
}

// NewPictures draws and signs them.
func NewPictures(t *testing.T) Pictures {
	t.Helper()
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	s := c2patest.New(t, at)
	anchors, err := c2pa.ParseAnchors(strings.NewReader(s.Anchors()))
	if err != nil {
		t.Fatal(err)
	}
	p := Pictures{
		classifier: fingerprint.NewWith(fingerprint.Options{Anchors: anchors}), Plain: c2patest.PlainPNG(8, 8, 1),
	}
	for i := range 4 {
		p.Signed = append(p.Signed, s.PNG(uint8(i), c2patest.Options{StampedAt: at.AddDate(0, -1, 0)}))
	}
	p.Edited = slices.Clone(p.Signed[0])
	p.Edited[len(p.Edited)-20] ^= 1
	return p
}

// File is the state of one file in the account, in its trash or not.
type File struct {
	Trashed bool
	Moved   bool // by a fault, to another folder
	SHA256  string
}

// Driver is what a provider's test opens: the driver and the roots that the policy gives it.
type Driver interface {
	providers.Driver
	Roots() []string
}

// Account is a simulated account whose only client is sweepd.
type Account interface {
	Cloud() *cloudsim.Cloud
	Now() time.Time
	Pass(time.Duration)                // moves the clock
	Policy() string                    // with one storage, called "cloud"
	Open() (Driver, error)             // as a new process does
	Files() map[string]File            // by id
	ID(journal.Operation) string       // of the file that the operation acts on
	Fill(Pictures) (due, bin []string) // the ids of three files that are due, and of files that a person threw away
}

// Audit is an account with a journal; it checks every change in the account.
type Audit struct {
	Account
	*testing.T
	Due      []string          // ids of the files that may be deleted
	Bin      []string          // ids of the files that the person threw away; they must stay as they are
	Before   map[string]string // id to SHA-256 of every file
	Pictures Pictures

	journal string // its path
}

// New fills the account and returns its audit.
func New(t *testing.T, account Account, pictures Pictures) *Audit {
	a := &Audit{
		Account: account, T: t, Before: map[string]string{}, Pictures: pictures,
		journal: filepath.Join(t.TempDir(), "journal.db"),
	}
	a.Due, a.Bin = account.Fill(pictures)
	for id, f := range account.Files() {
		a.Before[id] = f.SHA256
	}
	account.Pass(time.Hour)
	return a
}

// Must fails the test if err is not nil.
func (a *Audit) Must(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

// Process is what one process has open. Each Run has a new one: nothing but the journal and the account is kept
// in between.
type Process struct {
	*sweeper.Sweeper
	*testing.T
	j  *journal.Journal
	st *providers.Storage
}

// start opens everything, as a new process does. It returns an error only if the account cannot be opened: some
// services are called for that.
func (a *Audit) start() (*Process, error) {
	a.Helper()
	d, err := a.Open()
	if err != nil {
		return nil, err
	}
	p, err := policyfile.Parse("policy.yaml", []byte(a.Policy()), policyfile.ParseOptions{Home: "/home/mia"})
	a.Must(err)
	j, err := journal.Open(a.Context(), a.journal, journal.Options{Now: a.Now})
	a.Must(err)
	a.Must(j.Check(a.Context()))
	st, err := providers.NewStorage("cloud", d, providers.Options{Roots: d.Roots(), Recorder: j, Protect: p.Protect})
	a.Must(err)
	s, err := sweeper.New(sweeper.Options{
		Policy: p, Journal: j, Storages: []*providers.Storage{st}, Classifier: a.Pictures.classifier, Now: a.Now,
	})
	a.Must(err)
	return &Process{s, a.T, j, st}, nil
}

// end closes what start has opened. The account goes on without a process.
func (a *Audit) end(p *Process) {
	a.Must(p.st.Close())
	a.Must(p.j.Close())
}

// Step is the work of one process.
type Step func(*Process)

// Run runs one process, which may fail in any way, and checks that it changed nothing that it must not.
func (a *Audit) Run(do Step) {
	a.Helper()
	if p, err := a.start(); err == nil {
		do(p)
		a.end(p)
	} else {
		a.Logf("start: %v", err)
	}
	a.unharmed()
}

// Apply carries out the plan. Its errors are logged only: with a fault it may fail, and the account is what is
// checked.
func Apply(p *Process) {
	plan, _, err := p.Plan(p.Context(), sweeper.ScanOptions{})
	if err != nil {
		p.Logf("plan: %v", err)
		return
	}
	sum, err := p.Execute(p.Context(), plan, nil)
	p.Logf("apply: %+v, %v", sum, err)
}

// Undo restores the files that the first run moved.
func Undo(p *Process) {
	ops, err := p.j.Undoable(p.Context(), journal.Undone{Run: 1})
	if err != nil {
		p.Logf("undo: %v", err)
		return
	}
	sum, err := p.Sweeper.Undo(p.Context(), ops, nil)
	p.Logf("undo: %+v, %v", sum, err)
}

// Purge deletes for good the files in the trash that are due.
func Purge(p *Process) {
	plan, _, err := p.PlanPurge(p.Context(), func(sweeper.TrashEntry) bool { return true })
	if err != nil {
		p.Logf("plan a purge: %v", err)
		return
	}
	sum, err := p.Execute(p.Context(), plan, nil)
	p.Logf("purge: %+v, %v", sum, err)
}

// unharmed checks by the audit log that nothing was changed that must not be: a request may change only files
// that are due (the ops change and move are those of faults). It looks at the whole log from the start, and then
// at the files themselves: those that are not due exist, and the person's trash is as it was.
func (a *Audit) unharmed() {
	a.Helper()
	for _, m := range a.Cloud().Audit().Mutations(0) {
		// those two are the faults
		if m.N > 0 && !slices.Contains(a.Due, m.File) && m.Op != "change" && m.Op != "move" {
			a.Errorf("%s was changed (%s), and is none of those that are due: %s -> %s", m.File,
				m.Op, m.Before, m.After)
		}
	}
	now := a.Files()
	for id := range a.Before {
		if _, there := now[id]; !there && !slices.Contains(a.Due, id) {
			a.Errorf("%s is gone", id)
		}
	}
	for _, id := range a.Bin {
		if f := now[id]; !f.Trashed || f.SHA256 != a.Before[id] {
			a.Errorf("what the person threw away is no longer in the trash as it was: %+v", f)
		}
	}
}

// RecordIsTrue compares the journal with the account. No operation may be open, the chain of the record must be
// whole, and the files that the record has in the trash are those in the account's.
func (a *Audit) RecordIsTrue() {
	a.Helper()
	p, err := a.start()
	a.Must(err)
	defer a.end(p)
	if _, err := p.j.Verify(a.Context()); err != nil {
		a.Errorf("verify: %v", err)
	}
	var inTrash, there []string
	for op, err := range p.j.Operations(a.Context(), journal.Filter{}) {
		a.Must(err)
		if op.Ended.IsZero() {
			a.Errorf("the record of %s %s is still open", op.Op.Kind, op.Op.Entry.Path)
		}
	}
	for op, err := range p.j.Operations(a.Context(), journal.Filter{InTrash: true}) {
		a.Must(err)
		inTrash = append(inTrash, a.ID(op))
	}
	for id, f := range a.Files() {
		if f.Trashed && slices.Contains(a.Due, id) {
			there = append(there, id)
		}
	}
	slices.Sort(inTrash)
	slices.Sort(there)
	if !slices.Equal(inTrash, there) {
		a.Errorf("in the trash by the record: %q, by the account: %q", inTrash, there)
	}
}

// Changed reports whether the file has other bytes than at the start.
func (a *Audit) Changed(id string) bool { return a.Files()[id].SHA256 != a.Before[id] }

// Loop is the work during which the faults happen, each in an account of its own.
type Loop struct {
	New    func(*testing.T) Account
	Faults []cloudsim.Fault
	Stride int // between requests, if rotation takes a slice

	Before func(*Audit) // runs before the fault, if not nil
	Age    time.Duration
	Do     Step
	After  func(*Audit, cloudsim.Fault) // runs after it, without faults
}

// Run makes each fault, with -short an eighth of them, happen at each request of the slice, until there are no more
// requests, and at one of the requests that change the account, another one each time.
func (l Loop) Run(t *testing.T) {
	t.Parallel()
	pictures := NewPictures(t)
	changing := l.changing(New(t, l.New(t), pictures))
	for _, fault := range rotation.Part(t, l.Faults) {
		text, err := json.Marshal(fault)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(string(text), func(t *testing.T) {
			t.Parallel()
			at := func(n int) (fired bool) {
				t.Run(strconv.Itoa(n), func(t *testing.T) { fired = l.try(New(t, l.New(t), pictures), fault, n) })
				return fired && !t.Failed()
			}
			at(changing[(rotation.New(t, len(changing)).First-1)%len(changing)]) // -short makes the stride longer
			for n := range rotation.New(t, l.Stride).Steps() {
				if !at(n) {
					return
				}
			}
		})
	}
}

// changing returns which requests change the account if there are no faults, counted from 1. If there is none, the
// test fails.
func (l Loop) changing(a *Audit) (requests []int) {
	a.Helper()
	seq := l.prepare(a)
	a.Run(l.Do)
	first := int64(0)
	for _, r := range a.Cloud().Audit().Since(seq) {
		if first == 0 {
			first = r.N
		}
		if n := int(r.N - first + 1); r.Kind == cloudsim.KindMutation && !slices.Contains(requests, n) {
			requests = append(requests, n)
		}
	}
	if len(requests) == 0 {
		a.Fatal("no request changes anything")
	}
	return requests
}

// prepare does the work before the fault, and returns the Seq of the last record in the audit log.
func (l Loop) prepare(a *Audit) (seq int64) {
	if l.Before != nil {
		l.Before(a)
		a.Pass(l.Age)
	}
	return int64(len(a.Cloud().Audit().Since(0)))
}

// try makes one fault happen at the nth request, and reports whether it did.
func (l Loop) try(a *Audit, fault cloudsim.Fault, n int) (fired bool) {
	at := l.prepare(a)
	fault.Nth = n
	audit := a.Cloud().Audit()
	a.Must(a.Cloud().SetFaults([]cloudsim.Fault{fault}))
	a.Run(l.Do)
	a.Must(a.Cloud().SetFaults(nil))
	fired = slices.ContainsFunc(audit.Since(at), func(r cloudsim.Record) bool { return r.Fault != "" })
	a.Pass(24 * time.Hour) // quotas are reset
	l.After(a, fault)
	return fired
}

// Applied checks that after an apply without faults the due files are in the trash, with the bytes that were
// examined. A file that a fault moved may have become another file for sweepd, and stay.
func Applied(a *Audit, fault cloudsim.Fault) {
	a.Run(Apply)
	now := a.Files()
	for _, id := range a.Due {
		switch f, there := now[id]; {
		case !there:
			a.Errorf("%s was deleted for good", id)
		case a.Changed(id) && f.Trashed && fault.Kind != cloudsim.ChangeAfter:
			a.Errorf("%s is in the trash with bytes that were not examined", id)
		case !a.Changed(id) && !f.Trashed && !f.Moved:
			a.Errorf("%s is not in the trash after a run in which all was well", id)
		}
	}
	a.RecordIsTrue()
}

// Undone checks that after an undo and an apply without faults the files are back, and stay.
func Undone(a *Audit, _ cloudsim.Fault) {
	a.Run(Undo)
	a.Run(Apply) // restored files are kept
	now := a.Files()
	for _, id := range a.Due {
		if f, there := now[id]; !f.Moved && (!there || f.Trashed) {
			a.Errorf("%s is not back, or was trashed again: %+v", id, f)
		}
	}
	a.RecordIsTrue()
}
