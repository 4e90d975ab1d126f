package dropbox

// Waiting is how many thumbnails are waited for that no call has been made for.
func (d *Driver) Waiting() int {
	d.thumbnails.mu.Lock()
	defer d.thumbnails.mu.Unlock()
	return len(d.thumbnails.wait)
}
