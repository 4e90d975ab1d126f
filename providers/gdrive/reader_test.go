package gdrive_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/testing/cloudaudit"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/gdrive"
	"github.com/sweepd/sweepd/sweeper"
)

// team is a shared drive in which the person may only read.
func (w *world) team() string {
	w.Helper()
	boss := w.other()
	team, err := w.drive.AddDrive("Team", map[*drivesim.Account]string{w.person: "reader", boss: "organizer"})
	w.must(err)
	w.options.SharedDrives = []string{"Team"}
	return team.ID()
}

func readAll(t *testing.T, d *gdrive.Driver, e providers.Entry, off, n int64) ([]byte, error) {
	t.Helper()
	rc, err := d.ReadRange(t.Context(), e.Ref, e.Revision, off, n)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(rc)
	return b, errors.Join(err, rc.Close())
}

// A reader is not shown revisions: by 403, or as if there were none.
func TestAReaderOfASharedDriveReadsTheHead(t *testing.T) {
	long := bytes.Repeat([]byte("0123456789"), 200_000) // more than is fetched at once
	for _, refusal := range []cloudsim.Fault{
		{},
		{Call: "drive.revisions.get.media", Kind: cloudsim.Refuse, Status: 404, Reason: "notFound", Times: -1},
	} {
		w := newWorld(t)
		id := w.add(drivesim.Item{
			Name: "a.png", MimeType: "image/png", Parents: []string{w.team()}, Content: drivesim.Bytes(long),
		})
		if refusal.Call != "" {
			w.must(w.cloud.SetFaults([]cloudsim.Fault{refusal}))
		}
		d := w.open(t)
		e, err := d.Stat(t.Context(), providers.Ref(id))
		w.must(err)
		for _, r := range [][2]int64{
			{0, 1}, {3, 70_000}, {0, int64(len(long))}, {int64(len(long)) - 1, 5}, {int64(len(long)) + 1, 5},
		} {
			w.pass(time.Hour)
			got, err := readAll(t, d, e, r[0], r[1])
			size := int64(len(long))
			if want := long[min(r[0], size):min(r[0]+r[1], size)]; err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes at %d: got %d bytes, %v; want %d", r[1], r[0], len(got), err, len(want))
			}
		}
	}
}

func TestAHeadThatIsAnotherBeforeOrAfterIsErrChanged(t *testing.T) {
	for _, kind := range []cloudsim.Kind{cloudsim.ChangeBefore, cloudsim.ChangeAfter} {
		for _, n := range []int64{3, 2 << 20} {
			w := newWorld(t)
			id := w.add(drivesim.Item{
				Name: "a.png", MimeType: "image/png", Parents: []string{w.team()},
				Content: drivesim.Bytes(make([]byte, 2<<20)),
			})
			d := w.open(t)
			e, err := d.Stat(t.Context(), providers.Ref(id))
			w.must(err)
			w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.files.get.media", Kind: kind}}))
			if got, err := readAll(t, d, e, 0, n); !errors.Is(err, providers.ErrChanged) {
				t.Errorf("%s, %d bytes: got %d bytes, %v; want ErrChanged", kind, n, len(got), err)
			}
			if got, err := readAll(t, d, e, 0, n); !errors.Is(err, providers.ErrChanged) {
				t.Errorf("%s, again: got %d bytes, %v; want ErrChanged", kind, len(got), err)
			}
		}
	}
}

// A failed read is an error, regardless of Drive's name for it, and never a changed file: of that nothing is known.
func TestAFileThatMayNotBeReadIsAnErrorOfTheScan(t *testing.T) {
	for _, refusal := range []cloudsim.Fault{
		{Kind: cloudsim.Refuse, Status: 403, Reason: "cannotDownloadFile"},
		{Kind: cloudsim.Refuse, Status: 404, Reason: "notFound"},
	} {
		w, a := newAudited(t)
		var faults []cloudsim.Fault
		for _, call := range []string{"drive.files.get.media", "drive.revisions.get.media"} {
			refusal.Call, refusal.Times = call, -1
			faults = append(faults, refusal)
		}
		w.must(w.cloud.SetFaults(faults))
		a.Run(func(p *cloudaudit.Process) {
			sum, err := p.Scan(t.Context(), sweeper.ScanOptions{})
			if err != nil || sum.Errors == 0 {
				t.Errorf("%d %s: got %+v, %v", refusal.Status, refusal.Reason, sum, err)
			}
		})
	}
}
