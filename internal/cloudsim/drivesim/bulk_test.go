package drivesim_test

import (
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

func TestALargeDriveIsListedOnceEachAndReadsTheSameTwice(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.do(w.ann.Fill(drivesim.Bulk{Files: 20_000, Images: 2_000, Folders: 50}))
	s := w.sdk(w.ann)
	seen, pages := map[string]bool{}, 0
	for token := ""; ; pages++ {
		l, err := s.Files.List().Q("trashed = false and 'me' in owners and mimeType contains 'image/'").
			PageSize(1000).PageToken(token).
			Fields("nextPageToken,files(id,size,imageMediaMetadata(width))").Do()
		w.do(err)
		for _, f := range l.Files {
			if seen[f.Id] || f.Size != 64<<10 || f.ImageMediaMetadata.Width != 1024 {
				t.Fatalf("listed %+v (again: %v)", f, seen[f.Id])
			}
			seen[f.Id] = true
		}
		if token = l.NextPageToken; token == "" {
			break
		}
	}
	if len(seen) != 2_000 || pages != 1 {
		t.Errorf("%d pictures on %d pages", len(seen), pages+1)
	}
	folders, err := s.Files.List().Q("mimeType = 'application/vnd.google-apps.folder'").PageSize(1000).
		Fields("files(id)").Do()
	w.do(err)
	in, err := s.Files.List().Q("'" + folders.Files[7].Id + "' in parents and trashed = false").PageSize(1000).
		Fields("files(id,sha256Checksum)").Do()
	w.do(err)
	if len(folders.Files) != 50 || len(in.Files) != 400 {
		t.Errorf("%d folders, %d files in one of them", len(folders.Files), len(in.Files))
	}
	if a, b := drivesim.Noise([]byte("head"), 1000, 7), drivesim.Noise([]byte("head"), 1000,
		7); a.SHA256() != b.SHA256() ||
		a.SHA256() == drivesim.Noise([]byte("head"), 1000, 8).SHA256() {
		t.Error("noise is not what its seed says")
	}
}

// BenchmarkAPageOfAMillionFiles lists a page of 1,000 pictures, one file in ten.
func BenchmarkAPageOfAMillionFiles(b *testing.B) {
	w := newBench(b)
	if err := w.ann.Fill(drivesim.Bulk{Files: 1_000_000, Images: 100_000, Folders: 1000}); err != nil {
		b.Fatal(err)
	}
	s := w.sdk(w.ann)
	token := ""
	for b.Loop() {
		l, err := s.Files.List().Q("trashed = false and 'me' in owners and mimeType contains 'image/'").
			PageSize(1000).PageToken(token).
			Fields(
				"nextPageToken,files(id,name,size,version,headRevisionId,parents,ownedByMe,starred," +
					"shared,modifiedTime)",
			).
			Do()
		if err != nil {
			b.Fatal(err)
		}
		token = l.NextPageToken
	}
}
