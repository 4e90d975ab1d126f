//go:build unix

package journal

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Opening a FIFO would wait for a writer.
func TestARecordOrAHeadThatIsAFIFOIsDamaged(t *testing.T) {
	for _, name := range []string{"journal.db", "journal.db.head"} {
		path := filepath.Join(t.TempDir(), "journal.db")
		if err := openAt(t, path).Close(); err != nil {
			t.Fatal(err)
		}
		special := filepath.Join(filepath.Dir(path), name)
		if err := os.Remove(special); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(special, 0o600); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			refused(t, path, ErrDamaged)
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatalf("%s is waited for", name)
		}
	}
}
