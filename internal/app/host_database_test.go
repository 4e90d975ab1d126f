//go:build unix

package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/testing/postgrestest"
	"github.com/sweepd/sweepd/journal"
)

// The files that one machine has moved are not in the trash of another one of the same name.
func TestTwoMachinesOfOneNameAreNotOne(t *testing.T) {
	s, err := postgrestest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	dsn := s.Schema(t)
	open := func(home string) error {
		t.Helper()
		pictures, file := filepath.Join(home, "Pictures"), filepath.Join(home, "policy.yaml")
		text := fmt.Sprintf("version: 1\nstorages: {desk_pictures: {type: local, roots: [%q]}}\n"+
			"rules: [{name: old, when: {confidence: proven}, do: trash}]\ntrash: {ours: 30d}\n", pictures)
		if err := errors.Join(os.MkdirAll(pictures, 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"HOME": home, DatabaseVariable: dsn}
		a, err := Open(t.Context(), Options{
			PolicyFile: file, Getenv: func(name string) string { return env[name] }, Now: time.Now, Host: "desk",
			Act: true,
		})
		if err == nil {
			err = a.Close()
		}
		return err
	}
	first, second := t.TempDir(), t.TempDir()
	for range 2 {
		if err := open(first); err != nil {
			t.Fatal(err)
		}
	}
	if err := open(second); !errors.Is(err, journal.ErrHost) {
		t.Errorf("another machine of that name: got %v, want ErrHost", err)
	}
}
