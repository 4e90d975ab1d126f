package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sweepd/sweepd/internal/durable"
)

// Identity returns what distinguishes this state directory from those of other machines and users: a random text in a
// file, which the first call makes.
func (p Paths) Identity() (string, error) {
	path := filepath.Join(p.State, "identity")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(p.State, 0o700); err == nil {
			text = []byte(rand.Text())
			err = durable.Create(path, ".identity-*", text)
		}
	}
	id := strings.TrimSpace(string(text))
	if err == nil && id == "" {
		err = fmt.Errorf("%s is empty: remove it", path)
	}
	return id, err
}
