//go:build unix

package journal

import "testing"

func TestAStorageBelongsToTheAccountThatWasBoundFirst(t *testing.T) {
	dsn := startServer(t).Schema(t)
	a, b := openIn(t, dsn, asStandard), openIn(t, dsn, asStandard)
	is := func(j *Journal, id, address string, want ...string) {
		t.Helper()
		ofID, ofAddress, err := j.BindAccount(t.Context(), "drive", id, address)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "the account", []string{ofID, ofAddress}, want)
	}
	is(a, "1", "mia@example.com", "1", "mia@example.com")
	is(b, "2", "mia@example.com", "1", "mia@example.com")
	if err := b.FreeAccount(t.Context(), "drive"); err != nil {
		t.Fatal(err)
	}
	is(b, "2", "mia@example.com", "2", "mia@example.com")
	is(a, "1", "mia@example.com", "2", "mia@example.com")
}
