package status_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/status"
)

// leave leaves a socket without a listener, as a killed daemon does.
func leave(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestASocketIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run", "sweepd", "control")
	l := listen(t, "unix:"+path)
	for name, want := range map[string]fs.FileMode{
		path:               fs.ModeSocket | 0o600,
		filepath.Dir(path): fs.ModeDir | 0o700,
	} {
		if fi, err := os.Lstat(name); err != nil || fi.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", name, fi.Mode(), err, want)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the end: %v", err)
	}
}

func TestOnlyASocketThatNobodyAnswersAtIsReplaced(t *testing.T) {
	dir := t.TempDir()
	stale, live, file, link := filepath.Join(dir, "stale"), filepath.Join(dir, "live"), filepath.Join(dir, "file"),
		filepath.Join(dir, "link")
	leave(t, stale)
	first := listen(t, "unix:"+live)
	defer first.Close()
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(stale, link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{live: status.ErrAnswered, file: fs.ErrExist, link: fs.ErrExist} {
		before, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := status.Listen(t.Context(), "unix:"+path); !errors.Is(err, want) || l != nil {
			t.Errorf("%s: got %v", path, err)
		}
		if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) {
			t.Errorf("%s is not what it was: %v", path, err)
		}
	}
	again := listen(t, "unix:"+stale)
	defer again.Close()
	c, err := net.Dial("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestAPathThatIsTooLongForASocketIsSaidToBe(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("x", 200))
	if l, err := status.Listen(t.Context(), "unix:"+path); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("got %v, %v", l, err)
	}
}

func TestOnlyThisMachineIsListenedTo(t *testing.T) {
	for _, addr := range []string{
		"", ":9464", "0.0.0.0:9464", "[::]:9464", "192.168.1.2:9464", "localhost:9464", "example.com:80", "127.0.0.1",
		"9464", "[::1%lo]:9464", "[::ffff:192.168.1.2]:0", "unix:relative", "unix:", "unix:@abstract", "/run/control",
		"http://127.0.0.1:1",
	} {
		if l, err := status.Listen(t.Context(), addr); !errors.Is(err, status.ErrNotHere) {
			t.Errorf("%q: got %v, %v", addr, l, err)
		}
	}
	l := listen(t, "127.0.0.1:0")
	defer l.Close()
	if addr := l.Addr().String(); !strings.HasPrefix(addr, "127.0.0.1:") {
		t.Errorf("listens at %s", addr)
	}
}
