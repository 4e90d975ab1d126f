package dropboxsim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// rclone runs Debian's rclone against the world, as any user would: through the proxy, trusting its authority, with
// tokens in its configuration. b: is the Dropbox of ann, d: a Drive of hers under the same roof.
type rclone struct {
	t    *testing.T
	w    *world
	dir  string
	conf string
}

func newRclone(t *testing.T, w *world, d *drivesim.Account) *rclone {
	t.Helper()
	if _, err := exec.LookPath("rclone"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("rclone is missing: apt-get install rclone")
		}
		t.Skip("rclone is missing: apt-get install rclone")
	}
	r := &rclone{t: t, w: w, dir: t.TempDir()}
	token := func(access string) string {
		b, err := json.Marshal(map[string]string{
			"access_token": access, "token_type": "Bearer", "expiry": "2099-01-01T00:00:00Z",
		})
		w.do(err)
		return string(b)
	}
	conf := fmt.Sprintf("[b]\ntype = dropbox\nclient_id = %s\nclient_secret = %s\ntoken = %s\n", dropboxsim.AppKey,
		dropboxsim.AppSecret, token(w.ann.Token().Access))
	if d != nil {
		conf += fmt.Sprintf("[d]\ntype = drive\nscope = drive\nclient_id = %s\nclient_secret = %s\ntoken = %s\n",
			drivesim.ClientID, drivesim.ClientSecret, token(d.Token().Access))
	}
	r.conf = r.file("rclone.conf", conf)
	r.file("ca.pem", string(w.srv.CA()))
	return r
}

func (r *rclone) file(name, content string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	r.w.do(os.MkdirAll(filepath.Dir(path), 0o700))
	r.w.do(os.WriteFile(path, []byte(content), 0o600))
	return path
}

// run runs one command and returns what it prints.
func (r *rclone) run(args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "rclone",
		append([]string{
			"--config", r.conf, "--ca-cert", filepath.Join(r.dir, "ca.pem"), "--low-level-retries", "1",
			"--retries", "1", "--drive-pacer-min-sleep", "1ms", "--dropbox-batch-timeout", "10ms",
		}, args...)...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(),
		func(s string) bool { return strings.HasPrefix(strings.ToLower(s), "no_proxy=") }),
		"HTTPS_PROXY="+r.w.srv.ProxyURL(), "https_proxy="+r.w.srv.ProxyURL(), "HOME="+r.dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		r.t.Fatalf("rclone %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String()
}

// check compares two places and fails on any difference.
func (r *rclone) check(args ...string) {
	r.t.Helper()
	differ := filepath.Join(r.dir, "differ")
	r.run(append([]string{"check", "--combined", differ}, args...)...)
	report, err := os.ReadFile(differ)
	r.w.do(err)
	if len(report) == 0 {
		r.t.Errorf("rclone check %v compared nothing", args)
	}
	for line := range strings.Lines(string(report)) {
		if !strings.HasPrefix(line, "= ") {
			r.t.Errorf("rclone check %v: %s", args, line)
		}
	}
}

// listed is an entry of rclone lsjson.
type listed struct {
	Path, Name, ID string
	Size           int64
	IsDir          bool
	Hashes         map[string]string
}

func (r *rclone) list(at string) map[string]listed {
	r.t.Helper()
	var all []listed
	r.w.do(json.Unmarshal([]byte(r.run("lsjson", "-R", "--hash", at)), &all))
	byPath := map[string]listed{}
	for _, l := range all {
		byPath[l.Path] = l
	}
	return byPath
}

func TestRcloneListsReadsWritesMovesAndDeletes(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	r := newRclone(t, w, nil)
	bytesOfOld := content.Noise([]byte("old"), 5<<20, 3)
	old, err := w.ann.Put(dropboxsim.Item{Path: "/Pictures/it's old, Zoë.png", Content: bytesOfOld})
	w.do(err)

	all := r.list("b:")
	if got := all["Pictures/it's old, Zoë.png"]; got.Size != 5<<20 || got.Hashes["dropbox"] != bytesOfOld.Blocks() ||
		got.ID != old || !all["Pictures"].IsDir {
		t.Errorf("listed %+v", all)
	}
	part := r.run("cat", "--offset", "1000", "--count", "50", "b:Pictures/it's old, Zoë.png")
	want := make([]byte, 50)
	_, err = bytesOfOld.ReadAt(want, 1000)
	w.do(err)
	if part != string(want) {
		t.Errorf("a range is %q", part)
	}

	r.file("up/small.txt", "small")
	r.file("up/sub/large.bin", strings.Repeat("large\r\n", 300_000))
	for _, mode := range []string{"off", "sync", "async"} {
		r.run("copy", "--dropbox-batch-mode", mode, "--dropbox-chunk-size", "512k",
			filepath.Join(r.dir, "up"), "b:up "+mode)
		r.check(filepath.Join(r.dir, "up"), "b:up "+mode)
	}
	r.file("up/small.txt", "small, but longer")
	r.run("copy", filepath.Join(r.dir, "up"), "b:up off")
	if got := r.run("cat", "b:up off/small.txt"); got != "small, but longer" {
		t.Errorf("updated to %q", got)
	}

	r.run("moveto", "b:up off/small.txt", "b:Pictures/renamed.txt")
	r.run("copyto", "b:Pictures/renamed.txt", "b:Pictures/copied.txt")
	r.run("moveto", "b:up sync", "b:Moved/here")
	r.run("mkdir", "b:empty")
	all = r.list("b:")
	for _, path := range []string{
		"Pictures/renamed.txt", "Pictures/copied.txt", "up off/sub/large.bin", "Moved/here/sub/large.bin", "empty",
	} {
		if _, ok := all[path]; !ok {
			t.Errorf("no %s in %+v", path, all)
		}
	}
	r.run("deletefile", "b:Pictures/it's old, Zoë.png")
	if s := w.box.Snapshot()[old]; !s.Deleted {
		t.Errorf("deleted to %+v", s)
	}
	r.run("purge", "b:up async")
	r.run("rmdir", "b:empty")
	var about struct{ Total, Used int64 }
	w.do(json.Unmarshal([]byte(r.run("about", "--json", "b:")), &about))
	if about.Total != 2<<30 || about.Used != 4_200_039 {
		t.Errorf("about says %+v", about)
	}
}

func TestRcloneFindsNoDifferenceBetweenADiskADriveAndADropbox(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	google, err := drivesim.New(w.cloud, drivesim.Options{})
	w.do(err)
	d, err := google.AddAccount(drivesim.Person{Email: "ann@example.com"})
	w.do(err)
	w.serve()
	r := newRclone(t, w, d)
	r.file("disk/ChatGPT Image.png", string(content.PNGHead(10, 10)))
	r.file("disk/sub/Ünïcode ☃.bin", strings.Repeat("0123456789abcdef", 600_000))
	r.file("disk/empty", "")
	disk := filepath.Join(r.dir, "disk")
	r.run("copy", disk, "b:all")
	r.run("copy", "b:all", "d:all")
	r.check(disk, "b:all")
	r.check(disk, "d:all")
	r.check("--download", "d:all", "b:all")
}
