package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/internal/status"
)

const boxPolicy = `version: 1
mode: enforce
storages: {box: {type: dropbox, app_key: miasownapp, purge: off}}
rules: [{name: signed, when: {confidence: strong}, do: trash}]
trash: {ours: 30d}
schedule: {on_change: true}
settle: 0
`

// boxCalls are the calls by which a service lists, listens, and changes files.
var boxCalls = []string{
	"list_folder", "list_folder.continue", "list_folder.get_latest_cursor", "list_folder.longpoll", "delete_v2",
	"delete_batch", "restore", "move_v2", "permanently_delete",
}

// boxWorld is the home of a user whose Dropbox is in this process; the test controls its clock.
type boxWorld struct {
	*testing.T
	home, proxy, ca string
	cloud           *cloudsim.Cloud
	mia             *dropboxsim.Account
	held, over      chan struct{} // a longpoll is held; its time is over
	now, most       atomic.Int64  // how many are held, and the most at a time
}

func newBoxWorld(t *testing.T) *boxWorld {
	t.Helper()
	w := &boxWorld{T: t, home: t.TempDir(), held: make(chan struct{}), over: make(chan struct{})}
	var err error
	w.cloud, err = cloudsim.New(cloudsim.Options{Now: time.Now, Wait: w.wait})
	w.must(err)
	d, err := dropboxsim.New(w.cloud, dropboxsim.Options{})
	w.must(err)
	w.must(d.AddApp(dropboxsim.App{Key: "miasownapp", Redirects: []string{"http://" + dropboxaccount.Callback + "/"}}))
	w.mia, err = d.AddAccount(dropboxsim.Person{Email: "mia@example.com"})
	w.must(err)
	server, err := w.cloud.Start("127.0.0.1:0")
	w.must(err)
	t.Cleanup(func() { w.must(server.Close()) })
	w.proxy, w.ca = server.ProxyURL(), filepath.Join(w.home, "ca.pem")
	w.must(os.WriteFile(w.ca, server.CA(), 0o600))
	w.must(os.WriteFile(filepath.Join(w.home, "policy.yaml"), []byte(boxPolicy), 0o600))
	return w
}

// wait is the cloud's: the longest waits are those of longpolls, and last until
// answer; no other takes any time.
func (w *boxWorld) wait(ctx context.Context, d time.Duration) {
	if d < time.Minute || ctx.Err() != nil {
		return
	}
	n := w.now.Add(1)
	defer w.now.Add(-1)
	for most := w.most.Load(); n > most && !w.most.CompareAndSwap(most, n); most = w.most.Load() {
	}
	for {
		select {
		case w.held <- struct{}{}:
		case <-w.over:
			return
		case <-ctx.Done():
			return
		}
	}
}

// listening waits until a longpoll is held, and answer until one is answered:
// nothing has changed.
func (w *boxWorld) listening() { w.Helper(); w.meet(w.held, nil) }
func (w *boxWorld) answer()    { w.Helper(); w.meet(nil, w.over) }

func (w *boxWorld) meet(from <-chan struct{}, to chan<- struct{}) {
	w.Helper()
	select {
	case <-from:
	case to <- struct{}{}:
	case <-time.After(patience):
		w.Fatalf("nobody listens; in all: %v", w.cloud.Audit().Calls())
	}
}

func (w *boxWorld) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *boxWorld) command(args ...string) *exec.Cmd {
	cmd := exec.Command("sweepd", args...) // in PATH: see TestMain
	cmd.Env = []string{
		"HOME=" + w.home, "SWEEPD_POLICY=" + filepath.Join(w.home, "policy.yaml"), "HTTPS_PROXY=" + w.proxy,
		"SSL_CERT_FILE=" + w.ca, "PATH=" + os.Getenv("PATH"),
	}
	return cmd
}

// signIn signs mia in: the program prints the link, and takes the address that a
// browser ends at.
func (w *boxWorld) signIn() {
	w.Helper()
	cmd := w.command("login", "--no-browser", "box")
	in, err := cmd.StdinPipe()
	w.must(err)
	out, err := cmd.StdoutPipe()
	w.must(err)
	w.must(cmd.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		link := strings.TrimSpace(lines.Text())
		if !strings.HasPrefix(link, "https://") {
			continue
		}
		browser := exec.Command("sweepd-browser", link, "mia@example.com")
		browser.Env = cmd.Env
		address, err := browser.Output()
		w.must(err)
		_, err = in.Write(address)
		w.must(err)
	}
	w.must(cmd.Wait())
}

// put puts a picture into the Dropbox, as another program does.
func (w *boxWorld) put(path string, picture []byte) {
	w.Helper()
	_, err := w.mia.Put(dropboxsim.Item{Path: path, Content: content.Bytes(picture)})
	w.must(err)
}

// asked checks the numbers of listings, longpolls, deletions and restores since then, and returns all counts until
// now. A line of the cloud's record can come after its answer, so asked waits for it.
func (w *boxWorld) asked(s *service, since, want map[string]int) map[string]int {
	w.Helper()
	var all, got map[string]int
	s.until(fmt.Sprint("has asked ", want), func(*status.Daemon) bool {
		all, got = w.cloud.Audit().Calls(), map[string]int{}
		n := 0
		for call := range all {
			name := strings.TrimPrefix(call, "dropbox.files.")
			if d := all[call] - since[call]; d > 0 && slices.Contains(boxCalls, name) {
				got[name] = d
				n += d
			}
		}
		wanted := 0
		for _, d := range want {
			wanted += d
		}
		return n >= wanted
	})
	if !maps.Equal(got, want) {
		w.Errorf("it has asked %v, want %v", got, want)
	}
	return all
}

// signed is a picture that OpenAI has signed.
func signed(t *testing.T) []byte {
	t.Helper()
	all := labelled(t)
	i := slices.IndexFunc(all, func(r realImage) bool { return r.due && len(r.content) < 3<<20 })
	if i < 0 {
		t.Fatal("no picture in the collection is signed and small")
	}
	return all[i].content
}

// The program as a service, and a user's Dropbox: the service notices a new file, examines and moves it at once, and
// lists only the changes and, for the guards, the two folders of the file. While nothing happens it makes no request
// but the longpoll.
func TestAServiceHearsWhatAppearsInADropboxAndListsNothingElse(t *testing.T) {
	t.Parallel()
	picture := signed(t)
	w := newBoxWorld(t)
	for n := range 20 { // so that a listing would be seen
		w.put(fmt.Sprintf("/Holiday/IMG_%d.png", n), smallPicture(byte(n)))
	}
	w.signIn()
	s := serve(t, w.command)
	w.listening()

	before := w.cloud.Audit().Calls()
	w.put("/AI/cat.png", picture)
	if r := s.run(); r.Kind != "apply" || r.Summary.Trashed != 1 {
		t.Fatalf("got %s", r.line)
	}
	// It is also notified of its own deletion.
	s.until("has moved it", func(d *status.Daemon) bool {
		st := d.Storages[0]
		return st.State == status.Idle && st.Trashed == 1 && st.Watch.String() == "listening" && st.Matched == 0
	})
	w.listening()
	before = w.asked(s, before, map[string]int{
		"list_folder":          2,
		"list_folder.longpoll": 2,
		"list_folder.continue": 2,
		"delete_v2":            1,
	})

	w.most.Store(0)
	for range 2 {
		w.answer()
		w.listening()
	}
	before = w.asked(s, before, map[string]int{"list_folder.longpoll": 2})
	if n := w.most.Load(); n != 1 {
		t.Errorf("up to %d longpolls are under way at a time, want 1", n)
	}

	s.says(0, "undo", "--last")
	s.until("has seen it again", func(d *status.Daemon) bool {
		return d.Storages[0].Matched == 1 && d.Storages[0].State == status.Idle
	})
	w.answer()
	w.listening()
	w.asked(s, before, map[string]int{"list_folder.longpoll": 2, "list_folder.continue": 1, "restore": 1})
	s.movesNothing()
	if d := s.status(); d.Storages[0].Trashed != 1 || d.Storages[0].Matched != 1 {
		t.Errorf("what was restored was moved again: %+v", d.Storages[0])
	}
	s.says(0, "history", "--verify")
	w.must(s.cmd.Process.Signal(syscall.SIGTERM))
	if err := <-s.ended; err != nil {
		t.Errorf("it ends with %v\n%s", err, s.log.String())
	}
}
