package dropbox_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sweepd/fingerprint"
	"sweepd/fingerprint/c2pa"
	"sweepd/fingerprint/c2pa/c2patest"
	"sweepd/internal/cloudfake"
	"sweepd/internal/cloudfake/content"
	fake "sweepd/internal/cloudfake/dropbox"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/sweeper"
)

const auditPolicy = `
version: 1
storages: {box: {type: dropbox, app_key: miasownapp}}
rules: [{name: mine, when: {confidence: proven}, do: trash}]
limits: {files: 100, bytes: 1GB, share: 100%, surge: off}
settle: 0
`

// purgingPolicy is that of a team's app, of which the member is named.
const purgingPolicy = auditPolicy + "trash: {ours: 7d}\n"

// faults are those that a service or a network can have, each once.
func faults() []cloudfake.Fault {
	all := []cloudfake.Fault{
		{Kind: cloudfake.Refuse, Status: 429, Reason: "too_many_requests", RetryAfter: "3"},
		{Kind: cloudfake.Refuse, Status: 429, Text: "slow down", RetryAfter: "1"},
		{Kind: cloudfake.Refuse, Status: 502, Text: "<html>bad gateway"},
		{Kind: cloudfake.Refuse, Status: 500},
		{Kind: cloudfake.Refuse, Status: 503},
		{Kind: cloudfake.Refuse, Status: 401, Reason: "expired_access_token"},
		{Kind: cloudfake.Refuse, Status: 401, Reason: "invalid_access_token", Times: -1}, // the grant is gone
		{Kind: cloudfake.Refuse, Status: 401, Reason: "missing_scope"},
		{Kind: cloudfake.Refuse, Status: 403, Reason: "invalid_account_type"},
		{Kind: cloudfake.Refuse, Status: 400, Text: "Error in call to API function"},
		{Kind: cloudfake.Refuse, Status: 500, Times: -1},
		{Kind: cloudfake.Slow, Delay: 100},
	}
	for _, reason := range []string{"reset", "too_many_write_operations", "path_write/too_many_write_operations", "path_write/conflict/file", "path_write/no_write_permission", "path/not_found", "path_lookup/not_found", "something_new"} {
		all = append(all, cloudfake.Fault{Kind: cloudfake.Refuse, Status: 409, Reason: reason})
	}
	for _, kind := range []cloudfake.Kind{
		cloudfake.CloseBefore, cloudfake.CloseAfter, cloudfake.Truncate, cloudfake.ChangeBefore, cloudfake.ChangeAfter,
		cloudfake.MoveBefore, cloudfake.EmptyPage,
	} {
		all = append(all, cloudfake.Fault{Kind: kind})
	}
	return all
}

// studio makes the pictures once: signing takes time.
type studio struct {
	classifier *fingerprint.Classifier
	signed     [][]byte
	edited     []byte
	plain      []byte
}

func newStudio(t *testing.T) studio {
	t.Helper()
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	s := c2patest.New(t, at)
	anchors, err := c2pa.ParseAnchors(strings.NewReader(s.Anchors()))
	if err != nil {
		t.Fatal(err)
	}
	one := studio{classifier: fingerprint.NewWith(fingerprint.Options{Anchors: anchors}), plain: c2patest.PlainPNG(8, 8, 1)}
	for i := range 4 {
		one.signed = append(one.signed, s.PNG(uint8(i), c2patest.Options{StampedAt: at.AddDate(0, -1, 0)}))
	}
	one.edited = slices.Clone(one.signed[0])
	one.edited[len(one.edited)-20] ^= 1 // in the pixels: what was signed is not what is there
	return one
}

// audited is a world with a journal, in which every change is accounted for.
type audited struct {
	*world
	studio
	file   string            // of the journal
	due    []string          // ids of what may be deleted
	before map[string]string // id to SHA-256 of every file
	binned []string          // ids of what the person threw away
}

func newAudited(t *testing.T, k kind, s studio) *audited {
	w := newWorld(t, k)
	a := &audited{world: w, studio: s, file: filepath.Join(t.TempDir(), "journal.db"), before: map[string]string{}}
	put := func(name string, b []byte) string {
		id, err := w.person.Put(fake.Item{Path: "/" + name, Content: content.Bytes(b), Client: w.now().AddDate(0, -1, 0)})
		w.must(err)
		return id
	}
	for i, b := range s.signed[:3] {
		a.due = append(a.due, put(fmt.Sprint("mine ", i, ".png"), b))
	}
	put("plain.png", s.plain)
	put("edited.png", s.edited)
	tom, err := w.dropbox.AddAccount(fake.Person{Email: "tom@example.com"})
	w.must(err)
	put("Shared/mine.png", s.signed[3])
	w.must(w.person.Share("/Shared", tom, false))
	for name, b := range map[string][]byte{"mine, thrown away.png": s.signed[3], "a photo.png": s.plain} {
		a.binned = append(a.binned, put(name, b))
		w.must(w.person.Delete("/" + name))
	}
	_, err = w.person.Folder("/Elsewhere") // for files that are moved
	w.must(err)
	for id, state := range w.dropbox.Snapshot() {
		a.before[id] = state.SHA256
	}
	w.pass(time.Hour)
	return a
}

// process is what one process has open.
type process struct {
	*sweeper.Sweeper
	j  *journal.Journal
	st *providers.Storage
}

// start opens everything anew, as a new process does; an error is of the way to
// Dropbox, which is asked whose account it is.
func (a *audited) start(t *testing.T) (process, error) {
	t.Helper()
	d, err := a.tryOpen(a.options)
	if err != nil {
		return process{}, err
	}
	text := auditPolicy
	if a.team {
		text = strings.Replace(purgingPolicy, "app_key: miasownapp", fmt.Sprintf("app_key: miasownapp, member: %q", a.person.MemberID()), 1)
	}
	p, err := policy.Parse("policy.yaml", []byte(text), policy.ParseOptions{Home: "/home/mia"})
	a.must(err)
	j, err := journal.Open(t.Context(), a.file, journal.Options{Now: a.now})
	a.must(err)
	a.must(j.Check(t.Context()))
	st, err := providers.NewStorage("box", d, providers.Options{Roots: d.Roots(), Recorder: j, Protect: p.Protect})
	a.must(err)
	s, err := sweeper.New(sweeper.Options{Policy: p, Journal: j, Storages: []*providers.Storage{st}, Classifier: a.classifier, Now: a.now})
	a.must(err)
	return process{s, j, st}, nil
}

func (p process) end(a *audited) {
	a.must(p.st.Close())
	a.must(p.j.Close())
}

// run is one run of a process that may go wrong in any way but one: it changes
// nothing that it must not.
func (a *audited) run(t *testing.T, do func(p process)) {
	t.Helper()
	if p, err := a.start(t); err == nil {
		do(p)
		p.end(a)
	} else {
		t.Logf("start: %v", err)
	}
	a.unharmed(t)
}

func apply(t *testing.T) func(process) {
	return func(p process) {
		plan, _, err := p.Plan(t.Context(), sweeper.ScanOptions{})
		if err != nil {
			t.Logf("plan: %v", err)
			return
		}
		sum, err := p.Execute(t.Context(), plan, nil)
		t.Logf("apply: %+v, %v", sum, err)
	}
}

func undo(t *testing.T) func(process) {
	return func(p process) {
		ops, err := sweeper.Undoable(t.Context(), p.j, sweeper.Undone{Run: 1})
		if err != nil {
			t.Logf("undo: %v", err)
			return
		}
		sum, err := p.Undo(t.Context(), ops, nil)
		t.Logf("undo: %+v, %v", sum, err)
	}
}

// unharmed holds the audit log against what may be changed at all.
func (a *audited) unharmed(t *testing.T) {
	t.Helper()
	for _, m := range a.cloud.Audit().Mutations(0) {
		if m.N > 0 && !slices.Contains(a.due, m.File) && m.Op != "change" && m.Op != "move" { // those two are the faults
			t.Errorf("%s was changed (%s), and is none of those that are due: %s -> %s", m.File, m.Op, m.Before, m.After)
		}
	}
	now := a.dropbox.Snapshot()
	for id := range a.before {
		if _, there := now[id]; !there && !slices.Contains(a.due, id) {
			t.Errorf("%s is gone", id)
		}
	}
	for _, id := range a.binned {
		if s := now[id]; !s.Deleted || s.SHA256 != a.before[id] {
			t.Errorf("what the person threw away is no longer in the trash as it was: %+v", s)
		}
	}
}

// recordIsTrue compares the journal with the Dropbox, once nothing is open any more.
func (a *audited) recordIsTrue(t *testing.T) {
	t.Helper()
	p, err := a.start(t)
	a.must(err)
	defer p.end(a)
	if _, err := p.j.Verify(t.Context()); err != nil {
		t.Errorf("verify: %v", err)
	}
	var inTrash, there []string
	for op, err := range p.j.Operations(t.Context(), journal.Filter{}) {
		a.must(err)
		if op.Ended.IsZero() {
			t.Errorf("the record of %s %s is still open", op.Op.Kind, op.Op.Entry.Path)
		}
	}
	for op, err := range p.j.Operations(t.Context(), journal.Filter{InTrash: true}) {
		a.must(err)
		r := struct{ ID string }{}
		a.must(json.Unmarshal([]byte(op.Receipt), &r))
		inTrash = append(inTrash, r.ID)
	}
	for id, s := range a.dropbox.Snapshot() {
		if s.Deleted && slices.Contains(a.due, id) {
			there = append(there, id)
		}
	}
	slices.Sort(inTrash)
	slices.Sort(there)
	if !slices.Equal(inTrash, there) {
		t.Errorf("in the trash by the record: %q, by Dropbox: %q", inTrash, there)
	}
}

// unexamined are the files with other bytes than at the start.
func (a *audited) unexamined() map[string]bool {
	all := map[string]bool{}
	for id, s := range a.dropbox.Snapshot() {
		all[id] = s.SHA256 != a.before[id]
	}
	return all
}

// auditStride is which requests fail: every one, unless the environment says
// which fraction.
func auditStride(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("SWEEPD_CRASH_STRIDE"))
	if err != nil || n < 1 {
		return ordinaryStride
	}
	t.Logf("every %dth request", n)
	return n
}

// ordinaryStride keeps the loops to about a minute; all requests take ten.
const ordinaryStride = 11

// atEveryRequest has each fault befall each request of what is done in worlds of
// their own, until none is left to befall. before comes before it, and so long a
// time; check after it, with all well again.
func atEveryRequest(t *testing.T, k kind, before func(*testing.T, *audited), age time.Duration, do func(*testing.T) func(process), check func(*testing.T, *audited, cloudfake.Fault)) {
	pictures, stride := newStudio(t), auditStride(t)
	for i, fault := range faults() {
		text, err := json.Marshal(fault)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(string(text), func(t *testing.T) {
			t.Parallel()
			for n := 1 + i%stride; ; n += stride {
				fired := false
				t.Run(strconv.Itoa(n), func(t *testing.T) {
					a := newAudited(t, k, pictures)
					if before != nil {
						before(t, a)
						a.pass(age)
					}
					fault.Nth = n
					at := int64(len(a.cloud.Audit().Since(0)))
					a.must(a.cloud.SetFaults([]cloudfake.Fault{fault}))
					a.run(t, do(t))
					a.must(a.cloud.SetFaults(nil))
					fired = slices.ContainsFunc(a.cloud.Audit().Since(at), func(r cloudfake.Record) bool { return r.Fault != "" })
					a.pass(24 * time.Hour) // quotas begin anew
					check(t, a, fault)
				})
				if !fired || t.Failed() {
					return
				}
			}
		})
	}
}

func TestUnderAnyFaultApplyTouchesOnlyWhatIsDueAndTheNextOneCompletesIt(t *testing.T) {
	atEveryRequest(t, personal(), nil, 0, apply, func(t *testing.T, a *audited, fault cloudfake.Fault) {
		a.run(t, apply(t))
		changed, now := a.unexamined(), a.dropbox.Snapshot()
		for _, id := range a.due {
			switch s := now[id]; {
			case s.ID == "":
				t.Errorf("%s was deleted for good", id)
			case changed[id] && s.Deleted && fault.Kind != cloudfake.ChangeAfter:
				t.Errorf("%s is in the trash with bytes that nobody examined", id)
			case !changed[id] && !s.Deleted && !strings.HasPrefix(s.Path, "/Elsewhere/"):
				t.Errorf("%s is not in the trash after a run in which all was well", id)
			}
		}
		a.recordIsTrue(t)
	})
}

func TestUnderAnyFaultUndoBringsBackAndTheNextOneCompletesIt(t *testing.T) {
	applied := func(t *testing.T, a *audited) { a.run(t, apply(t)) }
	atEveryRequest(t, personal(), applied, time.Hour, undo, func(t *testing.T, a *audited, _ cloudfake.Fault) {
		a.run(t, undo(t))
		a.run(t, apply(t)) // what came back is kept
		now := a.dropbox.Snapshot()
		for _, id := range a.due {
			s := now[id]
			if strings.HasPrefix(s.Path, "/Elsewhere/") {
				continue // what a person moves is another file to sweepd from then on
			}
			if s.ID == "" || s.Deleted {
				t.Errorf("%s is not back, or was trashed again: %+v", id, s)
			}
		}
		a.recordIsTrue(t)
	})
}

// After a week the pictures are due for good; at the path of one of them another
// file has been since, which would be lost with it.
func TestUnderAnyFaultPurgeTakesOnlyWhatIsDueAndTheNextOneCompletesIt(t *testing.T) {
	applied := func(t *testing.T, a *audited) {
		a.run(t, apply(t))
		id, err := a.person.Put(fake.Item{Path: "/mine 2.png", Content: content.Bytes(a.plain), Client: a.now()})
		a.must(err)
		a.must(a.person.Delete("/mine 2.png"))
		a.before[id], a.binned = content.Bytes(a.plain).SHA256(), append(a.binned, id)
	}
	atEveryRequest(t, ofTeam(), applied, 8*24*time.Hour, apply, func(t *testing.T, a *audited, _ cloudfake.Fault) {
		a.run(t, apply(t))
		now := a.dropbox.Snapshot()
		for i, id := range a.due {
			if s := now[id]; (s.ID != "") != (i == 2) {
				t.Errorf("the %dth is there: %v", i, s)
			}
		}
		a.recordIsTrue(t)
	})
}
