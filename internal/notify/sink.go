package notify

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/sweepd/sweepd/internal/secret"
)

// The errors of a sink.
var (
	ErrShared  = errors.New("it holds a secret, and other users can read it")
	ErrNotFile = errors.New("it is not a regular file")
	ErrNoURL   = errors.New("it must contain one URL on one line")
	ErrNoCreds = errors.New("systemd passed no credentials")
	ErrService = errors.New("no such service")
	ErrURL     = errors.New("the URL is invalid for its service")
	ErrNotMail = errors.New("each user is reached by mail only")

	errBroken = errors.New("the service's library has failed")
)

// SinkError is a sink that cannot be used as it is.
type SinkError struct {
	To   string
	Err  error
	Hint string // what to do about it; may be ""
}

// Error returns the sink as it is in the policy, which is no secret, and the cause.
func (e *SinkError) Error() string { return fmt.Sprintf("notify: %s: %v", e.To, e.Err) }

// Unwrap returns the cause.
func (e *SinkError) Unwrap() error { return e.Err }

// Desktop is the sink for the user's own screen.
const Desktop = "desktop"

// longest is the maximum length of a sink's file, more than any URL needs.
const longest = 16 << 10

// openSink returns the carrier for a sink. Its errors are *SinkError.
func openSink(to string, getenv func(string) string) (carrier, error) {
	if to == Desktop {
		return desktop{getenv}, nil
	}
	path, others, hint, err := place(to, getenv)
	if err != nil {
		return nil, &SinkError{to, err, hint}
	}
	address, err := read(path, others)
	if errors.Is(err, ErrShared) {
		return nil, &SinkError{to, err, hint}
	}
	if err != nil {
		return nil, &SinkError{to, err, "write one URL on one line; see docs/notifications.md"}
	}
	c, err := newCarrier(address)
	if err != nil {
		return nil, &SinkError{to, err, "see docs/notifications.md for the URL of each service"}
	}
	return c, nil
}

// place returns the path of a sink's file, and the permission bits that it must not have. A credential belongs to
// root, and the service's user may read it by an access list, which shows as the bit for the group (systemd.exec(5),
// systemd/src/core/exec-credential.c); so that bit is allowed there.
func place(to string, getenv func(string) string) (path string, others os.FileMode, hint string, err error) {
	if !strings.ContainsAny(to, `/\`) {
		dir := getenv("CREDENTIALS_DIRECTORY")
		if !filepath.IsAbs(dir) {
			return "", 0, "a bare name is a credential: set it with LoadCredential= in the unit, " +
				"or name a file by its whole path", ErrNoCreds
		}
		return filepath.Join(dir, to), 0o037, "set it with LoadCredential= in the unit", nil
	}
	path = to
	if rest, ok := strings.CutPrefix(to, "~/"); ok {
		path = filepath.Join(getenv("HOME"), rest)
	}
	if !filepath.IsAbs(path) {
		return "", 0, "use its absolute path", fmt.Errorf("%s is not an absolute path", path)
	}
	return path, 0o077, "run: chmod 600 " + to, nil
}

// read returns the URL in a file that no other user may read. It returns ErrNotFile, ErrShared or ErrNoURL if the
// file is unsuitable.
func read(path string, others os.FileMode) (secret.Text, error) {
	f, err := openFile(path)
	if err != nil {
		return secret.Text{}, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return secret.Text{}, err
	}
	if !fi.Mode().IsRegular() {
		return secret.Text{}, ErrNotFile
	}
	if runtime.GOOS != "windows" && (fi.Mode().Perm()&others != 0 || strangers(fi)) { // Windows has no such bits
		return secret.Text{}, ErrShared
	}
	text, err := io.ReadAll(io.LimitReader(f, longest+1))
	if err != nil {
		return secret.Text{}, err
	}
	url := strings.TrimSpace(string(text))
	if len(text) > longest || url == "" || len(strings.Fields(url)) != 1 {
		return secret.Text{}, ErrNoURL
	}
	return secret.New(url), nil
}
