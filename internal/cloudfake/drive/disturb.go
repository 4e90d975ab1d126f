package drive

import (
	"net/http"

	"sweepd/internal/cloudfake"
)

// Disturb implements cloudfake.Service: the owner of the file that r names gives
// it other bytes, or moves it into a new folder, in a browser.
func (d *Drive) Disturb(r *http.Request, kind cloudfake.Kind) bool {
	if host(r) != apiHost {
		return false
	}
	_, in, _ := d.route(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[in["fileId"]]
	if f == nil || f.seq == 0 || f.owner == nil {
		return false
	}
	a := f.owner
	if kind == cloudfake.MoveBefore {
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
