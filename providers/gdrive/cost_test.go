package gdrive_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/testing/cloudaudit"
	"github.com/sweepd/sweepd/internal/testing/rotation"
	"github.com/sweepd/sweepd/sweeper"
)

// requests are those since the record of that Seq.
func (w *world) requests(since int64) (all []cloudsim.Record) {
	for _, r := range w.cloud.Audit().Since(since) {
		if r.Kind == cloudsim.KindRequest {
			all = append(all, r)
		}
	}
	return all
}

// seq is the Seq of the newest record.
func (w *world) seq() int64 { return int64(len(w.cloud.Audit().Since(0))) }

const media = "drive.revisions.get.media"

// reads are how often, and how many bytes of, each file were read.
func reads(requests []cloudsim.Record) (times map[string]int, bytes map[string]int64) {
	times, bytes = map[string]int{}, map[string]int64{}
	for _, r := range requests {
		if r.Call == media {
			id := strings.Split(r.Path, "/")[4] // /drive/v3/files/ID/revisions/...
			times[id]++
			bytes[id] += r.Bytes
		}
	}
	return times, bytes
}

// The numbers that docs/internals/performance.md promises, on a Drive of 100,000 files; seven runs of eight take a
// tenth.
func TestAFirstScanCostsFewCallsAndFewBytes(t *testing.T) {
	files, images, copies := 100_000, 10_000, 1000
	large := rotation.Turn("the first scan of a large Drive", 8)
	if !large {
		files, images, copies = files/10, images/10, copies/10
	}
	w, a := newAudited(t)
	copied := drivesim.Noise(a.Pictures.Plain, 40_000, 0)
	w.must(w.person.Fill(drivesim.Bulk{Files: files, Images: images, Folders: 100, Image: func(i int) drivesim.Item {
		it := drivesim.Item{
			Name: fmt.Sprint("photo ", i, ".png"), MimeType: "image/png",
			Content: drivesim.Noise(a.Pictures.Plain, 40_000, uint64(i)), Created: w.now().AddDate(0, -2, 0),
		}
		switch {
		case i%(images/copies) == 1:
			it.Name, it.Content = "copy.png", copied
		case i%200 == 0:
			it.Content = drivesim.Bytes(a.Pictures.Signed[i/200%3])
		}
		return it
	}}))
	for id, state := range w.drive.Snapshot() {
		a.Before[id] = state.SHA256
		if strings.HasPrefix(state.Name, "photo ") && state.Size != 40_000 {
			a.Due = append(a.Due, id)
		}
	}
	at := w.seq()
	var sum *sweeper.Summary
	scan := func(p *cloudaudit.Process) {
		var err error
		sum, err = p.Scan(t.Context(), sweeper.ScanOptions{})
		w.must(err)
	}
	a.Run(scan)
	requests := w.requests(at)
	byName := map[string]int{}
	for _, r := range requests {
		byName[r.Call]++
	}
	times, bytes := reads(requests)
	t.Logf("%d files, %d images: %v; %d images read, %d bytes; %d matched", files, images, byName, len(times),
		sum.BytesRead, sum.Matched)
	if n, most := byName["drive.files.list"], 5+images/1000; n > most {
		t.Errorf("%d list calls, want at most %d", n, most)
	}
	for id, n := range times {
		if n > 2 || bytes[id] > 160<<10 {
			t.Errorf("%s was read by %d requests, %d bytes; want at most 2, and 160 KiB", id, n, bytes[id])
		}
	}
	if most := images - copies + 50; len(times) > most { // a few are read at the same time
		t.Errorf("%d images were read, want at most %d: %d are copies of one that was read", len(times), most, copies)
	}
	for _, r := range requests {
		if r.HTTP != "GET" {
			t.Errorf("a scan sent %s %s", r.HTTP, r.Path)
		}
	}
	// Of a small Drive, the second page is the last: a busy machine may ask for it before it reads a file.
	i := slices.IndexFunc(requests, func(r cloudsim.Record) bool { return r.Call == media })
	if i < 0 || large && !slices.ContainsFunc(requests[i:], func(r cloudsim.Record) bool {
		return r.Call == "drive.files.list"
	}) {
		t.Error("no file was read before the listing was over")
	}

	at = w.seq()
	a.Run(scan)
	if got := w.requests(at); len(got) != 1 || got[0].Call != "drive.changes.list" {
		t.Errorf("a pass without changes made %d calls, want one for the changes", len(got))
	}

	at = w.seq()
	a.Run(cloudaudit.Apply)
	calls, trashed := map[string]int{}, 0 // by file
	for _, r := range w.requests(at) {
		if parts := strings.Split(r.Path, "/"); len(parts) > 4 && parts[3] == "files" {
			calls[parts[4]]++
		}
	}
	for _, id := range a.Due {
		if w.trashed(id) {
			trashed++
		}
		if calls[id] > 3 {
			t.Errorf("%s was trashed by %d calls, want at most 3", id, calls[id])
		}
	}
	if trashed != len(a.Due) {
		t.Errorf("%d of %d were trashed", trashed, len(a.Due))
	}
}

// The same on real pictures, of which the credentials are as large as they are.
func TestARealPictureIsReadByTwoRequestsAtMost(t *testing.T) {
	paths, err := filepath.Glob("../../../shared/images/*/*/*")
	if err != nil || len(paths) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the shared pictures are not here")
		}
		t.Skip("the shared pictures are not here")
	}
	w, a := newAudited(t)
	names := map[string]string{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		w.must(err)
		names[w.add(drivesim.Item{
			Name: filepath.Base(path), MimeType: "image/png", Content: drivesim.Bytes(b),
			Created: w.now().Add(-time.Hour),
		})] = path
	}
	at := w.seq()
	a.Run(func(p *cloudaudit.Process) {
		sum, err := p.Scan(t.Context(), sweeper.ScanOptions{})
		w.must(err)
		t.Logf("%+v", sum.ByConfidence)
	})
	times, bytes := reads(w.requests(at))
	total, requests := int64(0), 0
	for id, n := range times {
		total, requests = total+bytes[id], requests+n
		if n > 2 || bytes[id] > 160<<10 {
			t.Errorf("%s was read by %d requests, %d bytes; want at most 2, and 160 KiB", names[id], n, bytes[id])
		}
	}
	t.Logf("%d pictures: %d requests, %d bytes", len(times), requests, total)
}
