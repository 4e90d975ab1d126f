package dropboxsim

import (
	"fmt"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// Bulk is a Dropbox of any size whose bytes are computed when they are read.
type Bulk struct {
	Files   int // in all, without the folders
	Images  int // of them, spread evenly
	Folders int // over which the files are spread; 0: all are in the root
	// Image describes picture i, from 0, with no folder in its Path; nil: a PNG of 1 KiB that cannot be decoded.
	Image func(i int) Item
}

// Fill adds such files. It sets up the state before the first request: it writes nothing to the record. The quota
// is ignored. A listing has them in the order of their numbers, the folders first.
func (a *Account) Fill(b Bulk) error {
	if b.Images < 0 || b.Images > b.Files || b.Folders < 0 {
		return fmt.Errorf("%d files of which %d are pictures, in %d folders", b.Files, b.Images, b.Folders)
	}
	if b.Image == nil {
		b.Image = picture
	}
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	for i := range b.Folders {
		n := a.d.newNode(true)
		n.display = fmt.Sprintf("/Folder %d", i+1)
		a.d.lay(a.home, n)
	}
	var reports []*content.Content // the other files share a few contents
	for i := range 100 {
		reports = append(reports, content.Noise(nil, 2000+int64(i), uint64(i)))
	}
	for i, images := 0, 0; i < b.Files; i++ {
		it := Item{Path: fmt.Sprintf("/Report %d.pdf", i+1), Content: reports[i%len(reports)]}
		if int64(i+1)*int64(b.Images)/int64(b.Files) > int64(images) {
			it = b.Image(images)
			images++
		}
		n := a.d.newNode(false)
		n.display, n.content = it.Path, it.Content
		if b.Folders > 0 {
			n.display = fmt.Sprintf("/Folder %d%s", i%b.Folders+1, it.Path)
		}
		n.server = a.d.now()
		if n.client = n.server; !it.Client.IsZero() {
			n.client = it.Client.Unix()
		}
		a.d.revise(n)
		a.d.lay(a.home, n)
	}
	return nil
}

// lay is insert for the state before the first request.
func (d *Dropbox) lay(ns *namespace, n *node) {
	rel := strings.ToLower(n.display)
	d.settle(ns, rel, n)
	ns.put(n, 0)
	ns.touch(rel)
}

// picture returns picture number i, the default of Bulk.Image: a file with a name in ChatGPT's form and the head
// of a PNG of 1024 by 1024 pixels. The bit in the seed keeps its noise apart from that of the reports.
func picture(i int) Item {
	made := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
	name := made.Format("ChatGPT Image Jan 2, 2006, 03_04_05 PM.png")
	return Item{
		Path: "/" + name, Content: content.Noise(content.PNGHead(1024, 1024), 1<<10, uint64(i)|1<<40), Client: made,
	}
}
