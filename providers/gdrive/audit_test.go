package gdrive_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/testing/cloudaudit"
	"github.com/sweepd/sweepd/journal"
)

const auditPolicy = `
version: 1
storages: {cloud: {type: gdrive, client: /client.json}}
rules: [{name: mine, when: {confidence: proven}, do: trash}]
trash: {ours: 30d}
limits: {files: 100, bytes: 1GB, share: 100%, surge: off}
settle: 0
`

// faults are those that a service or a network can have, each once.
func faults() []cloudsim.Fault {
	all := []cloudsim.Fault{
		{Kind: cloudsim.Refuse, Status: 429, Reason: "rateLimitExceeded", RetryAfter: "3"},
		{Kind: cloudsim.Refuse, Status: 429, Text: "slow down", RetryAfter: "1"},
		{Kind: cloudsim.Refuse, Status: 502, Text: "<html>bad gateway"},
		{Kind: cloudsim.Refuse, Status: 500, Reason: "backendError"},
		{Kind: cloudsim.Refuse, Status: 503, Reason: "backendError"},
		{Kind: cloudsim.Refuse, Status: 401, Reason: "authError"},
		{Kind: cloudsim.Refuse, Status: 401, Reason: "authError", Times: -1}, // the grant is gone
		{Kind: cloudsim.Refuse, Status: 400, Reason: "invalid"},
		{Kind: cloudsim.Refuse, Status: 500, Reason: "backendError", Times: -1},
		// the line breaks after the service did what it was asked, and stays broken
		{Kind: cloudsim.CloseAfter, Times: -1},
		{Kind: cloudsim.Slow, Delay: 100},
	}
	for _, reason := range []string{
		"userRateLimitExceeded", "dailyLimitExceeded", "downloadQuotaExceeded", "insufficientFilePermissions",
		"cannotDownloadAbusiveFile",
	} {
		all = append(all, cloudsim.Fault{Kind: cloudsim.Refuse, Status: 403, Reason: reason})
	}
	for _, kind := range []cloudsim.Kind{
		cloudsim.CloseBefore, cloudsim.CloseAfter, cloudsim.Truncate, cloudsim.ChangeBefore, cloudsim.ChangeAfter,
		cloudsim.MoveBefore, cloudsim.Incomplete, cloudsim.EmptyPage,
	} {
		all = append(all, cloudsim.Fault{Kind: kind})
	}
	return all
}

// audited is a Drive as the audit meets it.
type audited struct{ *world }

func (a audited) Cloud() *cloudsim.Cloud           { return a.cloud }
func (a audited) Now() time.Time                   { return a.now() }
func (a audited) Pass(d time.Duration)             { a.pass(d) }
func (a audited) Policy() string                   { return auditPolicy }
func (a audited) Open() (cloudaudit.Driver, error) { return a.tryOpen(a.options) }
func (a audited) ID(op journal.Operation) string   { return string(op.Op.Entry.Ref) }

func (a audited) Files() map[string]cloudaudit.File {
	all := map[string]cloudaudit.File{}
	for id, s := range a.drive.Snapshot() {
		all[id] = cloudaudit.File{Trashed: s.Trashed, SHA256: s.SHA256} // a move leaves the id
	}
	return all
}

func (a audited) Fill(p cloudaudit.Pictures) (due, bin []string) {
	put := func(name string, content []byte) string {
		return a.add(drivesim.Item{
			Name: name, MimeType: "image/png", Content: drivesim.Bytes(content), Created: a.now().AddDate(0, -1, 0),
		})
	}
	for i, content := range p.Signed[:3] {
		due = append(due, put(fmt.Sprint("mine ", i, ".png"), content))
	}
	put("plain.png", p.Plain)
	put("edited.png", p.Edited)
	a.must(a.person.Star(put("starred.png", p.Signed[3]), true))
	bin = []string{put("mine, thrown away.png", p.Signed[3]), put("a photo.png", p.Plain)}
	for _, id := range bin {
		a.must(a.person.Trash(id))
	}
	a.folder("Elsewhere", "") // for files that are moved
	return due, bin
}

// newAudited makes a Drive, and starts the audit of it.
func newAudited(t *testing.T) (*world, *cloudaudit.Audit) {
	w := newWorld(t)
	return w, cloudaudit.New(t, audited{w}, cloudaudit.NewPictures(t))
}

// audit is the loop of one fault at one request. All requests of the three loops take ten minutes.
func audit() cloudaudit.Loop {
	return cloudaudit.Loop{
		New: func(t *testing.T) cloudaudit.Account { return audited{newWorld(t)} }, Faults: faults(), Stride: 24,
	}
}

func applied(a *cloudaudit.Audit) { a.Run(cloudaudit.Apply) }

func TestUnderAnyFaultApplyTouchesOnlyWhatIsDueAndTheNextOneCompletesIt(t *testing.T) {
	l := audit()
	l.Do, l.After = cloudaudit.Apply, cloudaudit.Applied
	l.Run(t)
}

func TestUnderAnyFaultUndoBringsBackAndTheNextOneCompletesIt(t *testing.T) {
	l := audit()
	l.Before, l.Age, l.Do, l.After = applied, time.Hour, cloudaudit.Undo, cloudaudit.Undone
	l.Run(t)
}

func TestUnderAnyFaultPurgeDeletesOnlyWhatSweepdTrashed(t *testing.T) {
	l := audit()
	l.Before, l.Age, l.Do = applied, 31*24*time.Hour, cloudaudit.Purge
	l.After = func(a *cloudaudit.Audit, _ cloudsim.Fault) {
		a.Run(cloudaudit.Purge)
		w := a.Account.(audited)
		for _, id := range a.Due {
			s, there := w.drive.Snapshot()[id]
			if there && !a.Changed(id) && len(s.Parents) == 1 && s.Parents[0] == w.person.Root() {
				a.Errorf("%s is still there after a run in which all was well: %+v", id, s)
			}
		}
		a.RecordIsTrue()
	}
	l.Run(t)
}
