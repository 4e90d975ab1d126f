package drivesim

import (
	"net/http"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// Disturb implements cloudsim.Service: in a browser, the owner of the file that r names, or in a shared drive a
// member who may write, gives it other bytes, or the owner moves it into a new folder.
//
// It reports false if r names no file, the file is a top folder, has no bytes to change, or is in a shared drive
// and would have to be moved. The new folder is called Elsewhere and is in My Drive.
func (d *Drive) Disturb(r *http.Request, kind cloudsim.Kind) bool {
	if host(r) != apiHost {
		return false
	}
	_, in, _ := d.route(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[in["fileId"]]
	if f == nil || f.seq == 0 {
		return false
	}
	a := d.writerOf(f)
	if a == nil || kind == cloudsim.MoveBefore && f.owner == nil {
		return false
	}
	if kind == cloudsim.MoveBefore {
		dir, err := a.make(Item{Name: "Elsewhere", MimeType: mimeFolder})
		if err != nil {
			return false
		}
		d.insert(a.self(), dir)
		d.move(a.self(), f, []*file{dir}, f.parents())
		return true
	}
	if !f.blob() {
		return false
	}
	d.setContent(a.self(), f, f.content.Edited(uint64(f.head)))
	return true
}

// writerOf returns the owner of f, in a shared drive the first account that may write to it; nil if there is none.
func (d *Drive) writerOf(f *file) *Account {
	if f.owner != nil {
		return f.owner
	}
	for _, a := range d.accounts {
		if f.roleOf(a) >= writer {
			return a
		}
	}
	return nil
}
