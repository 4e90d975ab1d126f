//go:build unix

package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRootIsRefusedInAnothersHome(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("this takes root")
		}
		t.Skip("this takes root")
	}
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "Downloads"), 0o700); err != nil {
		t.Fatal(err)
	}
	open := func() error {
		a, err := Open(t.Context(), Options{
			Getenv: func(name string) string { return map[string]string{"HOME": home}[name] },
			Only:   []string{filepath.Join(home, "Downloads")},
			Now:    time.Now,
		})
		if err == nil {
			err = a.Close()
		}
		return err
	}
	if err := open(); err != nil {
		t.Errorf("its own: got %v", err)
	}
	if err := os.Chown(home, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if err := open(); !errors.As(err, new(*UsageError)) || !strings.Contains(err.Error(), "another user") {
		t.Errorf("another's: got %v, want a refusal", err)
	}
}
