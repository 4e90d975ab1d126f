package drivesim

import (
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// Bulk is a Drive of any size whose bytes are computed when they are read. A million files need about 400 MB of
// memory, regardless of their sizes.
type Bulk struct {
	Files   int              // in all, without the folders
	Images  int              // of them, spread evenly
	Folders int              // over which the files are spread; 0: all are in My Drive
	Image   func(i int) Item // describes picture i, from 0; nil: a PNG of 64 KiB that cannot be decoded
}

// Fill adds such files. It sets up the state before the first request: it writes nothing to the change log or the
// record.
func (a *Account) Fill(b Bulk) error {
	if b.Images < 0 || b.Images > b.Files || b.Folders < 0 {
		return fmt.Errorf("%d files of which %d are pictures, in %d folders", b.Files, b.Images, b.Folders)
	}
	if b.Image == nil {
		b.Image = a.picture
	}
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	var dirs []string
	for i := range b.Folders {
		f, err := a.make(Item{Name: fmt.Sprintf("Folder %d", i+1), MimeType: mimeFolder})
		if err != nil {
			return err
		}
		a.d.place(f)
		dirs = append(dirs, f.id)
	}
	for i, images := 0, 0; i < b.Files; i++ {
		it := Item{
			Name: fmt.Sprintf("Report %d.pdf", i+1), MimeType: "application/pdf",
			Content: Noise(nil, 20_000+int64(i%1000), uint64(i)),
		}
		// Spread evenly: the next picture comes where its share of the files is reached.
		if int64(i+1)*int64(b.Images)/int64(b.Files) > int64(images) {
			it = b.Image(images)
			images++
		}
		if len(dirs) > 0 && len(it.Parents) == 0 {
			it.Parents = dirs[i%len(dirs) : i%len(dirs)+1]
		}
		f, err := a.make(it)
		if err != nil {
			return err
		}
		a.d.place(f)
	}
	return nil
}

// picture returns picture number i, the default of Bulk.Image: a file with a name in ChatGPT's form and the head
// of a PNG of 1024 by 1024 pixels. The bit in the seed keeps its noise apart from that of the reports.
func (a *Account) picture(i int) Item {
	made := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
	name := made.Format("ChatGPT Image Jan 2, 2006, 03_04_05 PM.png")
	return Item{
		Name: name, MimeType: "image/png", Content: Noise(content.PNGHead(1024, 1024), 64<<10, uint64(i)|1<<40),
		Created: made, Width: 1024, Height: 1024,
	}
}
