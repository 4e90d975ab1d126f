package dropbox_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/internal/testing/cloudaudit"
	"github.com/sweepd/sweepd/internal/testing/rotation"
	"github.com/sweepd/sweepd/sweeper"
)

// meter counts what is asked for.
type meter struct {
	mu    sync.Mutex
	calls map[string]int
	reads map[string]int   // by rev
	bytes map[string]int64 // by rev: as long as the ranges that were asked for
}

// measure counts from now on.
func (w *world) measure() *meter {
	m := &meter{calls: map[string]int{}, reads: map[string]int{}, bytes: map[string]int64{}}
	w.heed = func(route string, h http.Header) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.calls[route]++
		if route != "files/download" {
			return
		}
		var arg struct{ Path string }
		var first, last int64
		w.must(json.Unmarshal([]byte(h.Get("Dropbox-API-Arg")), &arg))
		_, err := fmt.Sscanf(h.Get("Range"), "bytes=%d-%d", &first, &last)
		w.must(err)
		rev := strings.TrimPrefix(arg.Path, "rev:")
		m.reads[rev]++
		m.bytes[rev] += last - first + 1
	}
	return m
}

// The numbers that docs/internals/performance.md promises, on a Dropbox of 100,000 files; seven runs of eight take a
// tenth.
func TestAFirstScanOfADropboxCostsFewCallsAndFewBytes(t *testing.T) {
	files, images, copies := 100_000, 10_000, 1000
	if !rotation.Turn("the first scan of a large Dropbox", 8) {
		files, images, copies = files/10, images/10, copies/10
	}
	w, a := newAudited(t, personal())
	w.options.Interest = fingerprint.Interesting // as the program has it
	copied := content.Noise(a.Pictures.Plain, 40_000, 0)
	for i := range copies { // where a name is given once in a folder
		_, err := w.person.Folder(fmt.Sprint("/Copies/", i))
		w.must(err)
	}
	w.must(w.person.Fill(dropboxsim.Bulk{Files: files, Images: images, Image: func(i int) dropboxsim.Item {
		it := dropboxsim.Item{
			Path: fmt.Sprint("/photo ", i, ".png"), Content: content.Noise(a.Pictures.Plain, 40_000, uint64(i)),
			Client: w.now().AddDate(0, -2, 0),
		}
		switch {
		case i%(images/copies) == 1:
			it.Path, it.Content = fmt.Sprintf("/Copies/%d/copy.png", i/(images/copies)), copied
		case i%200 == 0:
			it.Content = content.Bytes(a.Pictures.Signed[i/200%3])
		}
		return it
	}}))
	revs := map[string]string{}
	for id, state := range w.dropbox.Snapshot() {
		a.Before[id], revs[state.Rev] = state.SHA256, state.Path
		if strings.Contains(state.Path, "/photo ") && state.Size != 40_000 {
			a.Due = append(a.Due, id)
		}
	}
	m := w.measure()
	var sum *sweeper.Summary
	scan := func(p *cloudaudit.Process) {
		var err error
		sum, err = p.Scan(t.Context(), sweeper.ScanOptions{})
		w.must(err)
	}
	a.Run(scan)
	t.Logf("%d files, %d images: %v; %d images read, %d bytes; %d matched", files, images, m.calls, len(m.reads),
		sum.BytesRead, sum.Matched)
	if n, most := m.calls["files/list_folder"]+m.calls["files/list_folder/continue"], 5+files*55/100_000; n > most {
		t.Errorf("%d list calls, want at most %d", n, most)
	}
	for rev, n := range m.reads {
		if most := map[bool]int{true: 1, false: 2}[m.bytes[rev] <= 4<<10]; n > most || m.bytes[rev] > 128<<10 {
			t.Errorf("%s was read by %d requests, %d bytes; want one of 4 KiB, or two of 128 KiB",
				revs[rev], n, m.bytes[rev])
		}
	}
	if most := images - copies + 50; len(m.reads) > most { // a few are read at the same time
		t.Errorf("%d images were read, want at most %d: %d are copies of one that was read", len(m.reads), most, copies)
	}
	if n := m.calls["files/get_metadata"]; n > 0 {
		t.Errorf("%d files were looked at, which the listing had described", n)
	}

	m = w.measure()
	a.Run(scan)
	if want := map[string]int{
		"users/get_current_account": 1, "files/list_folder/continue": 1,
	}; !maps.Equal(m.calls, want) {
		t.Errorf("a pass without changes made %v, want %v", m.calls, want)
	}

	m = w.measure()
	a.Run(cloudaudit.Apply)
	now, trashed := w.dropbox.Snapshot(), 0
	for _, id := range a.Due {
		if now[id].Deleted {
			trashed++
		}
	}
	const refused = 2 // what is shared, and what was edited
	if trashed != len(a.Due) || m.calls["files/delete_v2"] != trashed ||
		m.calls["files/get_metadata"] > trashed+refused || m.calls["files/download"] > trashed+refused {
		t.Errorf("%d of %d were trashed by %v, want a look, a read of the whole and a deletion of each",
			trashed, len(a.Due), m.calls)
	}
	t.Logf("%d trashed: %v", trashed, m.calls)
}

// The same on real pictures, of which the credentials are as large as they are.
func TestARealPictureInADropboxIsReadByTwoRequestsAtMost(t *testing.T) {
	paths, err := filepath.Glob("../../../shared/images/*/*/*")
	if err != nil || len(paths) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the shared pictures are not here")
		}
		t.Skip("the shared pictures are not here")
	}
	w, a := newAudited(t, personal())
	for i, path := range paths {
		b, err := os.ReadFile(path)
		w.must(err)
		id, err := w.person.Put(dropboxsim.Item{
			Path: fmt.Sprintf("/Real/%d/%s", i, filepath.Base(path)), Content: content.Bytes(b),
			Client: w.now().Add(-time.Hour),
		})
		w.must(err)
		a.Before[id] = ""
	}
	names := map[string]string{}
	for _, state := range w.dropbox.Snapshot() {
		names[state.Rev] = state.Path
	}
	m := w.measure()
	a.Run(func(p *cloudaudit.Process) {
		sum, err := p.Scan(t.Context(), sweeper.ScanOptions{})
		w.must(err)
		t.Logf("%+v", sum.ByConfidence)
	})
	total, requests := int64(0), 0
	for rev, n := range m.reads {
		total, requests = total+m.bytes[rev], requests+n
		if n > 2 || m.bytes[rev] > 160<<10 {
			t.Errorf("%s was read by %d requests, %d bytes; want at most 2, and 160 KiB", names[rev], n, m.bytes[rev])
		}
	}
	t.Logf("%d pictures: %d requests, %d bytes", len(m.reads), requests, total)
}

// A day in which nothing changes: Dropbox answers after eight minutes, and is asked again.
func TestADaemonThatWaitsForADayListsNothing(t *testing.T) {
	w := newWorld(t, personal())
	w.put("a.png", []byte("a"))
	d := w.open(t)
	_, _, next, _ := list(t, d, "")
	began, m := w.now(), w.measure()
	counted := w.heed
	w.heed = func(route string, h http.Header) {
		counted(route, h)
		if w.now().Sub(began) >= 24*time.Hour && w.state("b.png").ID == "" {
			_, err := w.person.Put(dropboxsim.Item{Path: "/b.png"})
			w.must(err)
		}
	}
	w.must(d.Wait(t.Context(), next))
	if n := m.calls["files/list_folder/longpoll"]; len(m.calls) != 1 || n > 181 {
		t.Errorf("a day took %v, want a call for eight minutes", m.calls)
	}
}
