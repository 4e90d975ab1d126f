package notify

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestASinksFileIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no such bits
	}
	dir := t.TempDir()
	for _, c := range []struct {
		mode       os.FileMode
		credential bool
		want       error
	}{
		{0o600, false, nil},
		{0o400, false, nil},
		{0o640, false, ErrShared},
		{0o604, false, ErrShared},
		{0o660, false, ErrShared},
		{0o400, true, nil},
		{0o440, true, nil}, // as systemd gives it to a service's user, by an access list
		{0o444, true, ErrShared},
		{0o460, true, ErrShared},
	} {
		path := filepath.Join(dir, "alert")
		if err := os.WriteFile(path, []byte("ntfy://post.example/topic\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		to := path
		if c.credential {
			to = "alert"
		}
		_, err := openSink(to, env("CREDENTIALS_DIRECTORY", dir))
		if !errors.Is(err, c.want) {
			t.Errorf("%o, credential %v: got %v, want %v", c.mode, c.credential, err, c.want)
		}
		if bad, ok := errors.AsType[*SinkError](err); c.want != nil && (!ok || bad.To != to || bad.Hint == "") {
			t.Errorf("%o: no hint: %v", c.mode, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsNoSinkIsRefused(t *testing.T) {
	home := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("good", " ntfy://post.example/topic \r\n")
	put("empty", "\n")
	put("two", "ntfy://post.example/a\nntfy://post.example/b\n")
	put("large", "ntfy://post.example/"+strings.Repeat("a", longest))
	for _, c := range []struct {
		to   string
		want error
	}{
		{"~/good", nil},
		{filepath.Join(home, "good"), nil},
		{"desktop", nil},
		{"~/empty", ErrNoURL},
		{"~/two", ErrNoURL},
		{"~/large", ErrNoURL},
		{"~/", ErrNotFile},
		{"~/missing", fs.ErrNotExist},
		{"alert", ErrNoCreds},
	} {
		if _, err := openSink(c.to, env("HOME", home)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.to, err, c.want)
		}
	}
	if _, err := openSink("mail/alert", env("HOME", home)); err == nil {
		t.Error("a relative path was taken")
	}
}

func TestOpenSaysWhatIsWrongWithEachSink(t *testing.T) {
	_, err := Open(Options{
		Sinks:  []Sink{{To: "~/a"}, {To: "desktop"}, {To: "b"}},
		Getenv: env("HOME", t.TempDir()),
		Now:    now,
	})
	if err == nil || !strings.Contains(err.Error(), "~/a") || !strings.Contains(err.Error(), "notify: b: ") {
		t.Errorf("got %v", err)
	}
}
