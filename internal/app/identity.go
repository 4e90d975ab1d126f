package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sweepd/sweepd/internal/durable"
	"github.com/sweepd/sweepd/journal"
)

// BindHost returns a *UsageError that wraps journal.ErrHost if another machine has the name of this host in a record of
// several machines: the folders of one would be taken for those of the other, and its files for gone.
func (o Options) BindHost(ctx context.Context, p Paths, j *journal.Journal) error {
	if !j.Shared() {
		return nil
	}
	identity, err := p.Identity()
	if err == nil {
		err = j.BindHost(ctx, o.Host, identity)
	}
	if errors.Is(err, journal.ErrHost) {
		err = &UsageError{err, "give this machine another name; or, if its state directory was lost, bring back the " +
			"file identity in " + p.State}
	}
	return err
}

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
