package dropbox_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/internal/testing/cloudaudit"
	"github.com/sweepd/sweepd/journal"
)

const auditPolicy = `
version: 1
storages: {cloud: {type: dropbox, app_key: miasownapp}}
rules: [{name: mine, when: {confidence: proven}, do: trash}]
limits: {files: 100, bytes: 1GB, share: 100%, surge: off}
settle: 0
`

// purgingPolicy is the policy of a team's app, which names the member.
const purgingPolicy = auditPolicy + "trash: {ours: 7d}\n"

// faults are those that a service or a network can have, each once.
func faults() []cloudsim.Fault {
	all := []cloudsim.Fault{
		{Kind: cloudsim.Refuse, Status: 429, Reason: "too_many_requests", RetryAfter: "3"},
		{Kind: cloudsim.Refuse, Status: 429, Text: "slow down", RetryAfter: "1"},
		{Kind: cloudsim.Refuse, Status: 502, Text: "<html>bad gateway"},
		{Kind: cloudsim.Refuse, Status: 500},
		{Kind: cloudsim.Refuse, Status: 503},
		{Kind: cloudsim.Refuse, Status: 401, Reason: "expired_access_token"},
		{Kind: cloudsim.Refuse, Status: 401, Reason: "invalid_access_token", Times: -1}, // the grant is gone
		{Kind: cloudsim.Refuse, Status: 401, Reason: "missing_scope"},
		{Kind: cloudsim.Refuse, Status: 403, Reason: "invalid_account_type"},
		{Kind: cloudsim.Refuse, Status: 400, Text: "Error in call to API function"},
		{Kind: cloudsim.Refuse, Status: 500, Times: -1},
		// the line breaks after the service did what it was asked, and stays broken
		{Kind: cloudsim.CloseAfter, Times: -1},
		{Kind: cloudsim.Slow, Delay: 100},
	}
	for _, reason := range []string{
		"reset", "too_many_write_operations", "path_write/too_many_write_operations", "path_write/conflict/file",
		"path_write/no_write_permission", "path/not_found", "path_lookup/not_found", "something_new",
	} {
		all = append(all, cloudsim.Fault{Kind: cloudsim.Refuse, Status: 409, Reason: reason})
	}
	for _, kind := range []cloudsim.Kind{
		cloudsim.CloseBefore, cloudsim.CloseAfter, cloudsim.Truncate, cloudsim.ChangeBefore, cloudsim.ChangeAfter,
		cloudsim.MoveBefore, cloudsim.EmptyPage,
	} {
		all = append(all, cloudsim.Fault{Kind: kind})
	}
	return all
}

// audited is a Dropbox as the audit meets it.
type audited struct{ *world }

func (a audited) Cloud() *cloudsim.Cloud           { return a.cloud }
func (a audited) Now() time.Time                   { return a.now() }
func (a audited) Pass(d time.Duration)             { a.pass(d) }
func (a audited) Open() (cloudaudit.Driver, error) { return a.tryOpen(a.options) }

func (a audited) Policy() string {
	if !a.team {
		return auditPolicy
	}
	return strings.Replace(purgingPolicy, "app_key: miasownapp",
		fmt.Sprintf("app_key: miasownapp, member: %q", a.person.MemberID()), 1)
}

func (a audited) ID(op journal.Operation) string {
	r := struct{ ID string }{}
	a.must(json.Unmarshal([]byte(op.Receipt), &r))
	return r.ID
}

// Files returns the files. A file that the user moves is another file for sweepd from then on.
func (a audited) Files() map[string]cloudaudit.File {
	all := map[string]cloudaudit.File{}
	for id, s := range a.dropbox.Snapshot() {
		all[id] = cloudaudit.File{Trashed: s.Deleted, SHA256: s.SHA256, Moved: strings.HasPrefix(s.Path, "/Elsewhere/")}
	}
	return all
}

func (a audited) put(name string, b []byte) string {
	id, err := a.person.Put(dropboxsim.Item{
		Path: "/" + name, Content: content.Bytes(b), Client: a.now().AddDate(0, -1, 0),
	})
	a.must(err)
	return id
}

func (a audited) Fill(p cloudaudit.Pictures) (due, bin []string) {
	for i, b := range p.Signed[:3] {
		due = append(due, a.put(fmt.Sprint("mine ", i, ".png"), b))
	}
	a.put("plain.png", p.Plain)
	a.put("edited.png", p.Edited)
	tom, err := a.dropbox.AddAccount(dropboxsim.Person{Email: "tom@example.com"})
	a.must(err)
	a.put("Shared/mine.png", p.Signed[3])
	a.must(a.person.Share("/Shared", tom, false))
	for name, b := range map[string][]byte{"mine, thrown away.png": p.Signed[3], "a photo.png": p.Plain} {
		bin = append(bin, a.put(name, b))
		a.must(a.person.Delete("/" + name))
	}
	_, err = a.person.Folder("/Elsewhere") // for files that are moved
	a.must(err)
	return due, bin
}

// newAudited makes a Dropbox, and starts the audit of it.
func newAudited(t *testing.T, k kind) (*world, *cloudaudit.Audit) {
	w := newWorld(t, k)
	return w, cloudaudit.New(t, audited{w}, cloudaudit.NewPictures(t))
}

// audit is the loop of one fault at one request. All requests of the three loops take ten minutes.
func audit(k kind) cloudaudit.Loop {
	return cloudaudit.Loop{
		New: func(t *testing.T) cloudaudit.Account { return audited{newWorld(t, k)} }, Faults: faults(), Stride: 36,
	}
}

func TestUnderAnyFaultApplyTouchesOnlyWhatIsDueAndTheNextOneCompletesIt(t *testing.T) {
	l := audit(personal())
	l.Do, l.After = cloudaudit.Apply, cloudaudit.Applied
	l.Run(t)
}

func TestUnderAnyFaultUndoBringsBackAndTheNextOneCompletesIt(t *testing.T) {
	l := audit(personal())
	l.Before, l.Age = func(a *cloudaudit.Audit) { a.Run(cloudaudit.Apply) }, time.Hour
	l.Do, l.After = cloudaudit.Undo, cloudaudit.Undone
	l.Run(t)
}

// After a week the pictures are due for a purge. Another file has been at the path of one of them since; a purge would
// delete it too.
func TestUnderAnyFaultPurgeTakesOnlyWhatIsDueAndTheNextOneCompletesIt(t *testing.T) {
	l := audit(ofTeam())
	l.Age, l.Do = 8*24*time.Hour, cloudaudit.Apply
	l.Before = func(a *cloudaudit.Audit) {
		a.Run(cloudaudit.Apply)
		w := a.Account.(audited)
		id, err := w.person.Put(dropboxsim.Item{
			Path: "/mine 2.png", Content: content.Bytes(a.Pictures.Plain), Client: w.now(),
		})
		a.Must(err)
		a.Must(w.person.Delete("/mine 2.png"))
		a.Before[id], a.Bin = content.Bytes(a.Pictures.Plain).SHA256(), append(a.Bin, id)
	}
	l.After = func(a *cloudaudit.Audit, _ cloudsim.Fault) {
		a.Run(cloudaudit.Apply)
		now := a.Files()
		for i, id := range a.Due {
			if _, there := now[id]; there != (i == 2) {
				a.Errorf("due file %d is there: %v", i, there)
			}
		}
		a.RecordIsTrue()
	}
	l.Run(t)
}
