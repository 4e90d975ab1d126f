package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/sweepd/sweepd/internal/durable"
)

// Store keeps one grant for each storage, in a file of its own that only its owner can read.
type Store struct {
	// Dir has the files. It is created, with mode 0700, when the first is stored.
	Dir string

	// Credentials is systemd's folder of credentials, or "". A credential sweepd.STORAGE there takes precedence over
	// a file of Dir and is never written: https://systemd.io/CREDENTIALS/.
	Credentials string
}

// file returns the path of a storage's grant, and whether it must not be changed.
func (s Store) file(storage string) (path string, readOnly bool) {
	name := url.PathEscape(storage)
	if s.Credentials != "" {
		path := filepath.Join(s.Credentials, "sweepd."+name)
		if _, err := os.Lstat(path); err == nil {
			return path, true
		}
	}
	return filepath.Join(s.Dir, name+".json"), false
}

// File returns the path of a storage's grant, whether or not it exists, for messages.
func (s Store) File(storage string) string {
	path, _ := s.file(storage)
	return path
}

// Load reads the grant of a storage. It returns ErrNotSignedIn if there is none, ErrExposed if other users could have
// read it, and ErrUnreadable if it is not in the form that Save writes.
func (s Store) Load(storage string) (Grant, error) {
	path, _ := s.file(storage)
	b, err := s.ReadPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Grant{}, &Error{Kind: ErrNotSignedIn, Hint: "sweepd login " + storage}
	}
	if err != nil {
		return Grant{}, err
	}
	g, err := decode(b)
	if err != nil {
		return Grant{}, &Error{
			Kind: ErrUnreadable, Hint: "sweepd login " + storage, Err: fmt.Errorf("%s: %w", path, err),
		}
	}
	pin, err := s.Pinned(storage)
	if err == nil && pin.ID != "" && pin.ID != g.Account.ID {
		return Grant{}, Other(storage, g.Account, pin)
	}
	return g, err
}

// ReadPrivate is the function ReadPrivate, except for a credential of systemd's, which protects its folder by an ACL
// that looks like a group's right to read.
func (s Store) ReadPrivate(path string) ([]byte, error) {
	if s.Credentials != "" && filepath.Dir(path) == filepath.Clean(s.Credentials) {
		return os.ReadFile(path)
	}
	return ReadPrivate(path)
}

// Save stores the grant of a storage, whole or not at all, and durably. The storage belongs to the first account that
// is stored: a grant of another is ErrOtherAccount.
func (s Store) Save(storage string, g Grant) error {
	path, readOnly := s.file(storage)
	if readOnly {
		return fmt.Errorf("%s is a credential of the service: %w", path, fs.ErrPermission)
	}
	if err := s.Pin(storage, g.Account); err != nil {
		return err
	}
	b, err := g.encode()
	if err != nil {
		return err
	}
	return durable.Replace(path, ".new-*", b)
}

// Delete deletes the grant of a storage, but remembers its account. It returns nil if there is no grant, and
// fs.ErrPermission for a credential, which belongs to the service manager.
func (s Store) Delete(storage string) error {
	path, readOnly := s.file(storage)
	if readOnly {
		return fmt.Errorf("%s is a credential of the service: %w", path, fs.ErrPermission)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.sync()
}

// pin returns the path of the file that names the account of a storage.
func (s Store) pin(storage string) string {
	return filepath.Join(s.Dir, url.PathEscape(storage)+".account")
}

// Pinned returns the account that a storage belongs to, the zero Account if there was never a sign-in. It is kept
// longer than the grant, because the record of the storage's files is too.
func (s Store) Pinned(storage string) (a Account, err error) {
	b, err := os.ReadFile(s.pin(storage))
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err == nil && a.ID == "" {
		err = errors.New("no account is named")
	}
	if err != nil {
		return a, &Error{Kind: ErrUnreadable, Err: fmt.Errorf("whose storage it is: %w", err)}
	}
	return a, nil
}

// Pin assigns a storage that belongs to no account yet to a, and records a's new address; ErrOtherAccount if it
// belongs to another.
func (s Store) Pin(storage string, a Account) error {
	pin, err := s.Pinned(storage)
	if err != nil {
		return err
	}
	if pin.ID != "" && pin.ID != a.ID {
		return Other(storage, a, pin)
	}
	if err := s.makeDir(); err != nil || pin == a {
		return err
	}
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return durable.Replace(s.pin(storage), ".new-*", append(b, '\n'))
}

// Unpin allows a storage to belong to another account.
func (s Store) Unpin(storage string) error {
	if err := os.Remove(s.pin(storage)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.sync()
}

// Other returns the error for one account in place of another: ErrOtherAccount.
func Other(storage string, got, want Account) error {
	return &Error{
		Kind: ErrOtherAccount,
		Hint: fmt.Sprintf(
			"sign in as %s; or give the other account a storage of its own in the policy; or, to let %s be of "+
				"another from now on: sweepd logout %s --forget",
			want.Email, storage, storage,
		),
		Err: fmt.Errorf("%s is %s's, not %s's", storage, want.Email, got.Email),
	}
}

// makeDir creates the folder, or checks that it is private.
func (s Store) makeDir() error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	fi, err := os.Stat(s.Dir)
	if err != nil {
		return err
	}
	return private(s.Dir, fi)
}

// sync makes the names in the folder durable, if there is one.
func (s Store) sync() error {
	if err := durable.SyncDir(s.Dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
