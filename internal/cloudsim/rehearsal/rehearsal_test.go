package rehearsal

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

var start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func begin(t *testing.T, o Options) *Rehearsal {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	o.Now = func() time.Time { return start }
	r, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.server.Close() })
	return r
}

// listed is a file in the answer of files.list.
type listed struct {
	Name, MimeType           string
	Trashed, Starred, Shared bool
	ImageMediaMetadata       struct{ CameraMake string }
	ShortcutDetails          struct{ TargetID string }
}

func (r *Rehearsal) get(t *testing.T, a Account, path string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		"https://www.googleapis.com/drive/v3/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.AccessToken)
	c := r.server.Client()
	defer c.CloseIdleConnections()
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v: %s", path, resp.Status, err, body)
	}
	return body
}

func (r *Rehearsal) list(t *testing.T, a Account) (files []listed) {
	t.Helper()
	var page struct{ Files []listed }
	body := r.get(
		t,
		a,
		"files?pageSize=1000&q='me'+in+owners&fields=files(id,name,mimeType,trashed,starred,shared,"+
			"imageMediaMetadata,shortcutDetails)",
	)
	if err := json.Unmarshal(body, &page); err != nil {
		t.Fatal(err)
	}
	for _, f := range page.Files {
		if f.MimeType != "application/vnd.google-apps.folder" {
			files = append(files, f)
		}
	}
	return files
}

func TestEveryAccountHasAsManyFilesAsWereAskedForAndSomeOfEachKind(t *testing.T) {
	r := begin(t, Options{Accounts: 3, Files: 40})
	accounts := r.Place().Accounts[:3]
	if accounts[2].Provider != "gdrive" || accounts[0].Name != "mia@example.com" ||
		accounts[0].Name == accounts[1].Name {
		t.Fatalf("accounts: %v", accounts)
	}
	for _, a := range accounts {
		var ours, photos, trashed, starred, shared, links int
		files := r.list(t, a)
		for _, f := range files {
			add := func(n *int, is bool) {
				if is {
					*n++
				}
			}
			add(&ours, strings.HasPrefix(f.Name, "ChatGPT Image "))
			add(&photos, f.ImageMediaMetadata.CameraMake != "")
			add(&trashed, f.Trashed)
			add(&starred, f.Starred)
			add(&shared, f.Shared)
			add(&links, f.ShortcutDetails.TargetID != "")
		}
		if len(files) != 40 || ours != 8 || photos != 10 || trashed != 2 || starred != 1 || shared != 1 || links != 1 {
			t.Errorf(
				"%s has %d files: %d named by ChatGPT, %d photos, %d trashed, %d starred, %d shared, %d shortcuts",
				a.Name, len(files), ours, photos, trashed, starred, shared, links,
			)
		}
	}
}

// entry is a file in the answer of files/list_folder.
type entry struct {
	Tag     string `json:".tag"`
	Display string `json:"path_display"`
}

// listBox lists a Dropbox, what is deleted too.
func (r *Rehearsal) listBox(t *testing.T, a Account) (files []entry) {
	t.Helper()
	var page struct {
		Entries []entry
		HasMore bool `json:"has_more"`
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		"https://api.dropboxapi.com/2/files/list_folder",
		strings.NewReader(`{"path":"","recursive":true,"include_deleted":true,"limit":2000}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.AccessToken)
	req.Header.Set("Content-Type", "application/json")
	c := r.server.Client()
	defer c.CloseIdleConnections()
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil || resp.StatusCode != http.StatusOK || page.HasMore {
		t.Fatalf("list_folder: %s, %v", resp.Status, err)
	}
	for _, e := range page.Entries {
		if e.Tag != "folder" {
			files = append(files, e)
		}
	}
	return files
}

func TestADropboxHasAsManyFilesAsWereAskedForWithOneThatIsDeleted(t *testing.T) {
	r := begin(t, Options{Accounts: 2, Files: 40})
	for _, a := range r.Place().Accounts[2:] {
		files := r.listBox(t, a)
		ours, deleted := 0, 0
		for _, f := range files {
			if strings.Contains(f.Display, "/ChatGPT Image ") {
				ours++
			}
			if f.Tag == "deleted" {
				deleted++
			}
		}
		if len(files) != 40 || ours != 6 || deleted != 1 || a.Provider != "dropbox" {
			t.Errorf("%v has %d files: %d named by ChatGPT, %d deleted", a, len(files), ours, deleted)
		}
	}
}

func TestAnAccountMayHaveFewFilesOrNone(t *testing.T) {
	for n := range 7 {
		r := begin(t, Options{Files: n})
		if got := len(r.list(t, r.Place().Accounts[0])); got != n {
			t.Errorf("asked for %d files in the Drive, got %d", n, got)
		}
		if got := len(r.listBox(t, r.Place().Accounts[1])); got != n {
			t.Errorf("asked for %d files in the Dropbox, got %d", n, got)
		}
	}
}

func TestALargeAccountHasPicturesOfTheLastMonths(t *testing.T) {
	first, last := spread(start, 0, 400_000), spread(start, 399_999, 400_000)
	if start.Sub(first) != 40*day || start.Sub(last) < 129*day || start.Sub(last) > 130*day {
		t.Errorf("from %v to %v", last, first)
	}
}

func TestPicturesAreRealAndNoTwoAreEqual(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range []int{0, 1, 2, 255, 256, 65536, 1e6, 1e6 + 3, 1 << 23} {
		b := Picture(i)
		if _, err := png.Decode(bytes.NewReader(b)); err != nil {
			t.Errorf("picture %d: %v", i, err)
		}
		if seen[string(b)] {
			t.Errorf("picture %d was there already", i)
		}
		seen[string(b)] = true
	}
}

func TestWhatIsWrittenIsPrivateAndGoesWithTheRehearsal(t *testing.T) {
	r := begin(t, Options{Files: 5})
	home, err := r.Folder("home")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(home, "a", "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside.txt")
	for _, path := range []string{filepath.Join(home, "a", "b", "f"), outside} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(home, "link")); err != nil {
		t.Fatal(err)
	}
	at := r.Place()
	for _, path := range []string{at.CAFile, at.Client} {
		if fi, err := os.Stat(path); err != nil || fi.Mode() != 0o600 || fi.Size() == 0 {
			t.Errorf("%s: %v, %v", path, fi, err)
		}
	}
	if fi, err := os.Stat(filepath.Dir(at.CAFile)); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", fi, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := os.Stat(outside); err != nil {
		t.Errorf("what a link leads to: %v", err)
	}
}

func TestWhatSomebodyElsePutIntoTheFolderStaysAndIsSaid(t *testing.T) {
	r := begin(t, Options{})
	theirs := filepath.Join(filepath.Dir(r.Place().CAFile), "rclone.conf")
	if err := os.WriteFile(theirs, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err == nil {
		t.Error("nothing was said")
	}
	if got, err := os.ReadFile(theirs); err != nil || string(got) != "theirs" {
		t.Errorf("their file: %q, %v", got, err)
	}
	if _, err := os.Stat(r.Place().CAFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ours is still there: %v", err)
	}
}

func TestARehearsalIsForThisMachineOnly(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0", "example.com:0", "127.0.0.1", ""} {
		_, err := Start(Options{Addr: addr, Now: func() time.Time { return start }})
		if want := addr != ""; errors.Is(err, cloudsim.ErrNotLoopback) != want {
			t.Errorf("%q: %v", addr, err)
		}
	}
}

func TestThePersonsPartAtTheSignInGivesAnAddressWithACode(t *testing.T) {
	r := begin(t, Options{Accounts: 2})
	link := "https://accounts.google.com/o/oauth2/v2/auth?response_type=code" +
		"&client_id=rehearsal.apps.googleusercontent.com&state=s&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F" +
		"&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdrive"
	back, page, err := r.Allow(t.Context(), link, "noah@example.com")
	if err != nil || !strings.HasPrefix(back, "http://127.0.0.1:1/?") || !strings.Contains(back, "code=") ||
		!strings.Contains(back, "state=s") {
		t.Errorf("sent back to %q, %v", back, err)
	}
	if !strings.Contains(page, "noah@example.com") {
		t.Errorf("the page says %s", page)
	}
	if back, _, err := r.Allow(t.Context(), strings.Replace(link, "rehearsal", "nobody", 1),
		"noah@example.com"); err == nil {
		t.Errorf("an unknown client is sent back to %q", back)
	}
}

func TestTheClientFileIsWhatGooglesConsoleGives(t *testing.T) {
	r := begin(t, Options{})
	b, err := os.ReadFile(r.Place().Client)
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Installed struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
		}
	}
	if err := json.Unmarshal(b, &f); err != nil ||
		!strings.HasSuffix(f.Installed.ID, ".apps.googleusercontent.com") || f.Installed.Secret == "" {
		t.Errorf("%s: %v", b, err)
	}
}
