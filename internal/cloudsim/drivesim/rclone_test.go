package drivesim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// rclone runs Debian's rclone against the world, as any user would: through the proxy, trusting its authority, with a
// token in its configuration.
type rclone struct {
	t    *testing.T
	w    *world
	dir  string
	conf string
}

func newRclone(t *testing.T, w *world) *rclone {
	t.Helper()
	if _, err := exec.LookPath("rclone"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("rclone is missing: apt-get install rclone")
		}
		t.Skip("rclone is missing: apt-get install rclone")
	}
	r := &rclone{t: t, w: w, dir: t.TempDir()}
	token, err := json.Marshal(map[string]string{
		"access_token": w.ann.Token().Access, "token_type": "Bearer", "expiry": "2099-01-01T00:00:00Z",
	})
	w.do(err)
	r.conf = r.file("rclone.conf",
		fmt.Sprintf("[d]\ntype = drive\nscope = drive\nclient_id = %s\nclient_secret = %s\ntoken = %s\n",
			drivesim.ClientID, drivesim.ClientSecret, token))
	r.file("ca.pem", string(w.srv.CA()))
	return r
}

func (r *rclone) file(name, content string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	r.w.do(os.WriteFile(path, []byte(content), 0o600))
	return path
}

// command is one command, not started.
func (r *rclone) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(r.t.Context(), "rclone",
		append([]string{
			"--config", r.conf, "--ca-cert", filepath.Join(r.dir, "ca.pem"), "--low-level-retries", "1",
			"--retries", "1", "--drive-pacer-min-sleep", "1ms",
		}, args...)...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(),
		func(s string) bool { return strings.HasPrefix(strings.ToLower(s), "no_proxy=") }),
		"HTTPS_PROXY="+r.w.srv.ProxyURL(), "https_proxy="+r.w.srv.ProxyURL(), "HOME="+r.dir)
	return cmd
}

// run runs one command and returns what it prints.
func (r *rclone) run(args ...string) string {
	r.t.Helper()
	cmd := r.command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		r.t.Fatalf("rclone %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String()
}

// listed is an entry of rclone lsjson.
type listed struct {
	Path, Name, ID string
	Size           int64
	IsDir          bool
	Hashes         map[string]string
}

func (r *rclone) list(args ...string) map[string]listed {
	r.t.Helper()
	var all []listed
	r.w.do(json.Unmarshal([]byte(r.run(append([]string{"lsjson", "-R", "--hash"}, args...)...)), &all))
	out := map[string]listed{}
	for _, l := range all {
		out[l.Path] = l
	}
	return out
}

func TestRcloneListsReadsCopiesMovesTrashesAndEmpties(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	pics, err := w.ann.Folder("Pictures", "")
	w.do(err)
	content := bytes.Repeat([]byte("\x00\r\npicture"), 5000)
	old := w.put(w.ann, drivesim.Item{
		Name: "it's old.png", MimeType: "image/png", Parents: []string{pics}, Content: drivesim.Bytes(content),
	})
	mine := w.put(w.ann,
		drivesim.Item{Name: "mine.txt", MimeType: "text/plain", Content: drivesim.Bytes([]byte("my own trash"))})
	w.do(w.ann.Trash(mine))
	w.put(w.ann, drivesim.Item{Name: "Letter", MimeType: "application/vnd.google-apps.document"})
	r := newRclone(t, w)

	all := r.list("--drive-skip-gdocs", "d:")
	got := all["Pictures/it's old.png"]
	if len(all) != 2 || got.ID != old || got.Size != int64(len(content)) ||
		got.Hashes["md5"] != drivesim.Bytes(content).MD5() {
		t.Errorf("listed %+v", all)
	}
	if part := r.run("cat", "--offset", "100", "--count", "50",
		"d:Pictures/it's old.png"); part != string(content[100:150]) {
		t.Errorf("a range is %q", part)
	}

	// Up and down, small and in several requests.
	up := filepath.Join(r.dir, "up")
	w.do(os.MkdirAll(filepath.Join(up, "sub"), 0o700))
	r.file("up/small.txt", "small")
	r.file("up/sub/large.bin", strings.Repeat("large\r\n", 300_000))
	r.run("copy", "--drive-upload-cutoff", "1M", "--drive-chunk-size", "256k", up, "d:up")
	if out := r.run("check", "--download", up, "d:up"); strings.Contains(out, "ERROR") {
		t.Error(out)
	}
	r.run("copy", "d:Pictures", filepath.Join(r.dir, "down"))
	down, err := os.ReadFile(filepath.Join(r.dir, "down", "it's old.png"))
	w.do(err)
	if !bytes.Equal(down, content) {
		t.Error("what came down is not what is there")
	}
	r.file("up/small.txt", "small, but longer")
	r.run("copy", up, "d:up")
	if got := r.run("cat", "d:up/small.txt"); got != "small, but longer" {
		t.Errorf("updated to %q", got)
	}

	// Names and places.
	r.run("moveto", "d:up/small.txt", "d:Pictures/renamed.txt")
	r.run("copyto", "d:Pictures/renamed.txt", "d:Pictures/copied.txt")
	all = r.list("--drive-skip-gdocs", "d:")
	for _, path := range []string{"Pictures/renamed.txt", "Pictures/copied.txt", "up/sub/large.bin"} {
		if _, ok := all[path]; !ok {
			t.Errorf("no %s in %+v", path, all)
		}
	}

	// The trash, with the files that are there already.
	r.run("deletefile", "d:Pictures/it's old.png")
	if s := w.drive.Snapshot()[old]; !s.Explicit {
		t.Errorf("deleted to %+v", s)
	}
	trashed := r.list("--drive-trashed-only", "d:")
	if len(trashed) < 2 || trashed["Pictures/it's old.png"].ID != old || trashed["mine.txt"].ID != mine {
		t.Errorf("in the trash: %+v", trashed)
	}
	var about struct{ Total, Used, Trashed int64 }
	w.do(json.Unmarshal([]byte(r.run("about", "--json", "d:")), &about))
	if about.Total != 15<<30 || about.Trashed != int64(len(content)+len("my own trash")) {
		t.Errorf("about says %+v", about)
	}
	r.run("backend", "untrash", "d:Pictures")
	if s := w.drive.Snapshot()[old]; s.Trashed {
		t.Error("untrash left it in the trash")
	}
	r.run("cleanup", "d:")
	w.drive.Settle()
	after := w.drive.Snapshot()
	if _, ok := after[mine]; ok {
		t.Error("cleanup left something in the trash")
	}
	if _, ok := after[old]; !ok {
		t.Error("cleanup took what was not in the trash")
	}
	r.run("purge", "--drive-use-trash=false", "d:Pictures")
	if _, ok := w.drive.Snapshot()[old]; ok {
		t.Error("purge of a folder left what was in it")
	}
}

// Its file server keeps a folder's listing permanently, and learns of changes only from the feed.
func TestRcloneLearnsOfChangesFromTheFeed(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	picture := func(name string) string {
		return w.put(w.ann, drivesim.Item{Name: name, MimeType: "image/png", Content: drivesim.Bytes([]byte(name))})
	}
	gone := picture("old.png")
	r := newRclone(t, w)
	l, err := net.Listen("tcp", "127.0.0.1:0") // a free port; rclone does not print the one it takes
	w.do(err)
	at := l.Addr().String()
	w.do(l.Close())
	cmd := r.command("serve", "http", "d:", "--addr", at, "--poll-interval", "1s", "--dir-cache-time", "1000h")
	w.do(cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	shows := func() string {
		resp, err := http.Get("http://" + at)
		if err != nil {
			return "" // not yet
		}
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		w.do(err)
		return string(page)
	}
	// until waits for what another process does by itself, a minute at most.
	until := func(done func(page string) bool) {
		t.Helper()
		page := shows()
		for i := 0; i < 600 && !done(page); i++ {
			select {
			case <-t.Context().Done():
			case <-time.After(100 * time.Millisecond):
			}
			page = shows()
		}
		if !done(page) {
			t.Fatalf("it serves %q", page)
		}
	}
	until(func(page string) bool { return strings.Contains(page, "old.png") })
	lists := w.cloud.Audit().Calls()["drive.files.list"]
	picture("new.png")
	w.do(w.ann.Trash(gone))
	until(func(page string) bool { return strings.Contains(page, "new.png") && !strings.Contains(page, "old.png") })
	if calls := w.cloud.Audit().Calls(); calls["drive.changes.list"] == 0 || calls["drive.files.list"] == lists {
		t.Errorf("it made the calls %v", calls)
	}
}
