package status

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrAnswered: another daemon listens at that socket.
var ErrAnswered = errors.New("another daemon answers there")

// ErrNotHere: an address that others than this machine could reach.
var ErrNotHere = errors.New("not an address of this machine alone: write unix:/PATH, 127.0.0.1:PORT or [::1]:PORT")

// Listen opens an address to serve a Handler at: "unix:/path", a socket that only
// its owner may use, in a folder that is made if it is not there; or a port of
// the loopback, by number, as "127.0.0.1:9464" or "[::1]:9464".
//
// A socket that a killed daemon left is replaced; one at which somebody answers
// is ErrAnswered, and so is one of which that cannot be told. Anything else at
// that path is left alone: fs.ErrExist. Two daemons that begin at the same moment
// are kept apart by a lease, not here.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return listenUnix(ctx, path)
	}
	at, err := netip.ParseAddrPort(addr)
	if err != nil || !at.Addr().IsLoopback() || at.Addr().Zone() != "" {
		return nil, fmt.Errorf("listen at %q: %w", addr, ErrNotHere)
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", at.String())
}

func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("listen at %q: %w", "unix:"+path, ErrNotHere)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := vacate(ctx, path); err != nil {
		return nil, fmt.Errorf("listen at %s: %w", path, err)
	}
	l, err := (&net.ListenConfig{Control: private}).Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EINVAL) {
		return nil, fmt.Errorf("listen at %s: the path is too long for a socket: %w", path, err)
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// vacate removes the socket at path if nobody is behind it any more.
func vacate(ctx context.Context, path string) error {
	fi, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case fi.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("there is something else: %w", fs.ErrExist)
	}
	c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
	if err == nil {
		return errors.Join(ErrAnswered, c.Close())
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%w, for all that can be told: %w", ErrAnswered, err)
	}
	return os.Remove(path)
}
