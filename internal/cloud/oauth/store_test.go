package oauth_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/secret"
)

func grant() oauth.Grant {
	return oauth.Grant{
		Service: "test", ClientID: clientID, Account: oauth.Account{ID: "1", Email: "ann@example.com"},
		Scopes:  []string{"read"},
		Refresh: secret.New("secret-r"), Given: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Access: oauth.Access{
			Token: secret.New("secret-a"), Expiry: time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC), Verified: true,
		},
	}
}

// kept is a store with ann's grant in it.
func kept(t *testing.T) oauth.Store {
	t.Helper()
	s := oauth.Store{Dir: filepath.Join(t.TempDir(), "state", "signin")}
	if err := s.Save("drive", grant()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsKeptIsRead(t *testing.T) {
	got, err := kept(t).Load("drive")
	if want := grant(); err != nil || !got.Refresh.Equal(want.Refresh) || !got.Access.Token.Equal(want.Access.Token) {
		t.Fatalf("got %+v, %v", got, err)
	} else {
		got.Refresh, got.Access.Token, want.Refresh, want.Access.Token = secret.Text{}, secret.Text{},
			secret.Text{}, secret.Text{}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestOnlyItsOwnerCanReadAKeptGrant(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // modes mean nothing there
	}
	s := kept(t)
	for path, want := range map[string]fs.FileMode{s.Dir: 0o700, s.File("drive"): 0o600} {
		if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %o", path, fi, err, want)
		}
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o644, 0o660, 0o620} {
		if err := os.Chmod(s.File("drive"), mode); err != nil {
			t.Fatal(err)
		}
		_, err := s.Load("drive")
		is(t, err, oauth.ErrExposed, "chmod 600")
	}
	if err := os.Chmod(s.File("drive"), 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load("drive"); err != nil {
		t.Errorf("read-only: %v", err)
	}
	if err := os.Chmod(s.Dir, 0o750); err != nil {
		t.Fatal(err)
	}
	is(t, s.Save("drive", grant()), oauth.ErrExposed, "chmod 700")
}

func TestAFileOfAnotherUserIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() != 0 {
		return // only root can give a file away
	}
	s := kept(t)
	if err := os.Chown(s.File("drive"), 65534, 65534); err != nil {
		t.Fatal(err)
	}
	_, err := s.Load("drive")
	is(t, err, oauth.ErrExposed, "")
}

func TestAGrantIsReplacedWholeAndLeavesNothingBehind(t *testing.T) {
	s := kept(t)
	g := grant()
	g.Access.Token = secret.New("secret-b")
	if err := s.Save("drive", g); err != nil {
		t.Fatal(err)
	}
	names := entries(t, s.Dir)
	if len(names) != 2 || names[0] != "drive.account" || names[1] != "drive.json" {
		t.Errorf("there are %q", names)
	}
	if err := s.Delete("drive"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete("drive"); err != nil {
		t.Errorf("again: %v", err)
	}
	_, err := s.Load("drive")
	is(t, err, oauth.ErrNotSignedIn, "sweepd login drive")
	if b, err := os.ReadFile(filepath.Join(s.Dir, "drive.account")); err != nil ||
		strings.Contains(string(b), "secret") {
		t.Errorf("what is left is %s, %v", b, err)
	}
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func TestAGrantThatCannotBeWrittenLeavesTheOldOne(t *testing.T) {
	s := kept(t)
	if err := os.Remove(s.File("drive")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.File("drive"), "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Save("drive", grant()); err == nil {
		t.Error("a folder was replaced")
	}
	if names := entries(t, s.Dir); len(names) != 2 {
		t.Errorf("there are %q", names)
	}
}

func TestAStorageIsOfOneAccount(t *testing.T) {
	s := kept(t)
	bob := grant()
	bob.Account = oauth.Account{ID: "2", Email: "bob@example.com"}
	is(t, s.Save("drive", bob), oauth.ErrOtherAccount, "sign in as ann@example.com")
	if err := s.Delete("drive"); err != nil {
		t.Fatal(err)
	}
	is(t, s.Save("drive", bob), oauth.ErrOtherAccount, "--forget") // signing out does not make it another's
	if err := s.Unpin("drive"); err != nil {
		t.Fatal(err)
	}
	if err := s.Save("drive", bob); err != nil {
		t.Fatal(err)
	}
	if err := s.Save("second", grant()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(s.File("second"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.File("drive"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = s.Load("drive") // the file of one in the place of the other
	is(t, err, oauth.ErrOtherAccount, "sign in as bob@example.com")
}

func TestAnAddressMayChangeAndTheAccountStay(t *testing.T) {
	s := kept(t)
	g := grant()
	g.Account.Email = "ann.new@example.com"
	if err := s.Save("drive", g); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Pinned("drive"); err != nil || got != g.Account {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWhatWasNotKeptHereIsNotRead(t *testing.T) {
	s := kept(t)
	good, err := os.ReadFile(s.File("drive"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "half": string(good[:len(good)/2]), "not JSON": "refresh: x",
		"another form":    `{"access_token":"x"}`,
		"a newer version": strings.Replace(string(good), `"version": 1`, `"version": 2`, 1),
		"an unknown key":  strings.Replace(string(good), `"version"`, `"more": 1, "version"`, 1),
		"no scopes":       strings.Replace(string(good), `"read"`, ``, 1),
		"too large":       string(good) + strings.Repeat(" ", 70<<10),
	} {
		if err := os.WriteFile(s.File("drive"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load("drive"); err == nil || errors.Is(err, oauth.ErrNotSignedIn) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, text := range []string{"", "{}", "x"} {
		if err := os.WriteFile(filepath.Join(s.Dir, "drive.account"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		is(t, s.Save("drive", grant()), oauth.ErrUnreadable, "")
	}
}

func TestAStorageMayHaveAnyName(t *testing.T) {
	s := oauth.Store{Dir: filepath.Join(t.TempDir(), "signin")}
	for _, name := range []string{"../up", "a/b", "Ärger", "a b", ".hidden", "."} {
		if err := s.Save(name, grant()); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if got := filepath.Dir(s.File(name)); got != s.Dir {
			t.Errorf("%q is kept in %s", name, got)
		}
		if _, err := s.Load(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
