//go:build unix

package fleet

import (
	"testing"
	"time"
)

// The name of a file is bytes, and PostgreSQL stores no text that is not UTF-8.
func TestATurnEndsWhateverBytesItsErrorHas(t *testing.T) {
	s := drives(t, "a")
	u := turns(t, s, "gdrive", 1)[0]
	_, err := s.begin(t.Context(), u, "me")
	ok(t, err)
	ok(t, s.end(t.Context(), u, outcome{wait: time.Hour, failure: "unreadable", detail: "open /caf\xe9\x00.png"}))
	var state, detail string
	ok(t, s.pool.QueryRow(t.Context(), `SELECT state, detail FROM fleet_storages`).Scan(&state, &detail))
	if state != "idle" || detail != "open /caf\uFFFD\uFFFD.png" {
		t.Errorf("the storage is %s, with the failure %q", state, detail)
	}
}
