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

// ErrAnswered is returned if another daemon listens at the socket.
var ErrAnswered = errors.New("another service listens there")

// ErrNotHere is returned for an address that other machines could reach.
var ErrNotHere = errors.New("not a local address: use unix:/PATH, 127.0.0.1:PORT or [::1]:PORT")

// Listen opens an address for a Handler. The address is "unix:/path", a socket that only its owner may use, in a
// folder that is created if it does not exist; or a loopback port by number, such as "127.0.0.1:9464" or
// "[::1]:9464". Other addresses are ErrNotHere.
//
// The socket of a killed daemon is replaced. Listen returns ErrAnswered if a daemon answers at the socket, or if that
// cannot be determined, and fs.ErrExist if the path is something else, which it leaves unchanged. A lease, not
// Listen, prevents two daemons from starting at the same moment.
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

// Local reports whether only this machine can reach a listener's address.
func Local(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return a.Network() == "unix" || ok && tcp.IP.IsLoopback()
}

// listenUnix opens the socket at an absolute path. Its mode is 0600 from the start, or as soon as the system
// allows it, so that no other user can connect in between.
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

// vacate removes the socket at path if no process listens on it any more. It returns ErrAnswered or fs.ErrExist as
// Listen does.
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
		return fmt.Errorf("%w, as far as is known: %w", ErrAnswered, err)
	}
	return os.Remove(path)
}
