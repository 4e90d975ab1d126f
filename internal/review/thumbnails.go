package review

import (
	"os"
	"sync"

	"github.com/sweepd/sweepd/internal/thumbnail"
)

// slots is the number of thumbnails on the disk: 100 MB at most.
const slots = 10_000

// thumbnails keeps thumbnails in one file on the disk, which has no name: nothing of a picture is left there when the
// program has ended, however it ends. The oldest makes room for a new one. Slot i is at byte i*thumbnail.MaxSize. Its
// methods may be called by several goroutines.
type thumbnails struct {
	mu    sync.Mutex
	file  *os.File
	at    map[string]int // by the name of a thumbnail: its slot
	in    []slot
	next  int    // the slot to be used next, in a circle
	named string // the file, where it could not be removed while it is open; "" elsewhere
}

// slot is the place of one thumbnail in the file. An empty name is a slot whose content could not be written.
type slot struct {
	name string
	size int
}

// newThumbnails makes the file in the folder.
func newThumbnails(dir string) (*thumbnails, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, ".sweepd-thumbnails-*") // mode 0600
	if err != nil {
		return nil, err
	}
	t := &thumbnails{file: f, at: map[string]int{}, in: make([]slot, 0, slots)}
	if os.Remove(f.Name()) != nil { // not possible on some systems
		t.named = f.Name()
	}
	return t, nil
}

// get returns a thumbnail; nil if it is not there.
func (t *thumbnails) get(name string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, ok := t.at[name]
	if !ok {
		return nil
	}
	content := make([]byte, t.in[i].size)
	if _, err := t.file.ReadAt(content, int64(i)*thumbnail.MaxSize); err != nil {
		return nil // it is made again
	}
	return content
}

// put adds a thumbnail. One that cannot be written, for example because the disk is full, is not kept.
func (t *thumbnails) put(name string, content []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.at[name]; ok || len(content) > thumbnail.MaxSize {
		return
	}
	i := t.next
	if i < len(t.in) {
		delete(t.at, t.in[i].name)
	} else {
		t.in = append(t.in, slot{})
	}
	t.in[i] = slot{}
	if _, err := t.file.WriteAt(content, int64(i)*thumbnail.MaxSize); err != nil {
		return
	}
	t.in[i], t.at[name], t.next = slot{name, len(content)}, i, (i+1)%slots
}

// close removes the file.
func (t *thumbnails) close() error {
	err := t.file.Close()
	if t.named != "" {
		err = os.Remove(t.named)
	}
	return err
}
