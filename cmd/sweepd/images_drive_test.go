package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// drivePolicy trashes what is proven and nothing else, by the Drive that is served.
const drivePolicy = `version: 1
storages: {drive: {type: gdrive, client: %q}}
rules: [{name: proven, when: {confidence: proven}, do: trash}]
limits: {files: 1000, bytes: 1GB, share: 100%%}
settle: 0s
`

// driveWorld is the home of a user whose Drive is a fake cloud.
type driveWorld struct {
	testing.TB
	c    *cloud
	home string
}

func newDriveWorld(t *testing.T) *driveWorld {
	t.Helper()
	tmp := t.TempDir()
	c, err := startCloud(tmp, tmp, "--files", "0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.stop(tmp); err != nil {
			t.Error(err)
		}
	})
	w := &driveWorld{t, c, t.TempDir()}
	if err := os.WriteFile(filepath.Join(w.home, "policy.yaml"), fmt.Appendf(nil, drivePolicy, c.at.Client),
		0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *driveWorld) command(args ...string) *exec.Cmd {
	cmd := exec.Command("sweepd", args...)
	cmd.Env = []string{"HOME=" + w.home, "SWEEPD_POLICY=" + filepath.Join(w.home, "policy.yaml")}
	for name, value := range w.c.env() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// run runs the program, which must print output and no errors.
func (w *driveWorld) run(args ...string) string {
	w.Helper()
	var out, errs bytes.Buffer
	cmd := w.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		w.Fatalf("%v: %v\n%s%s", args, err, out.String(), errs.String())
	}
	return out.String()
}

// signIn signs in, as the user of the first account.
func (w *driveWorld) signIn() {
	w.Helper()
	w.must(w.c.signIn(w.command("login", "drive", "--no-browser")))
}

func (w *driveWorld) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// in returns the Drive's state of a file.
func (w *driveWorld) in(id string) (trashed bool, sum string) {
	w.Helper()
	var f struct {
		Trashed        bool
		SHA256Checksum string
	}
	_, text, err := w.c.do(http.MethodGet,
		"https://www.googleapis.com/drive/v3/files/"+id+"?fields=trashed,sha256Checksum", "", nil)
	w.must(err)
	w.must(json.Unmarshal(text, &f))
	return f.Trashed, f.SHA256Checksum
}

// The test does the same as TestTheShippedProgramOnRealImages on a Drive: of all real pictures the proven ones go and
// no other, and undo brings back each. A scan reads little; a run without anything due changes nothing.
func TestTheShippedProgramOnRealImagesInADrive(t *testing.T) {
	t.Parallel()
	images := labelled(t)
	w := newDriveWorld(t)
	ids := make([]string, len(images))
	sums := make([]string, len(images))
	var all int64
	for i, r := range images {
		id, err := w.c.put(path.Base(filepath.ToSlash(r.path)), r.content)
		w.must(err)
		sum := sha256.Sum256(r.content)
		ids[i], sums[i], all = id, hex.EncodeToString(sum[:]), all+int64(len(r.content))
	}
	w.signIn()
	_, err := w.c.news()
	w.must(err)
	w.run("scan", "drive")
	looked, err := w.c.news()
	w.must(err)
	var read int64
	for _, r := range looked {
		if r.Kind != cloudsim.KindRequest || r.HTTP != http.MethodGet {
			t.Errorf("a scan made a %s of %s %s", r.Kind, r.HTTP, r.Call)
		}
		read += r.Bytes
	}
	// A forged credential looks genuine as long as the picture is not read whole:
	// apply does, leaves it alone, and it is not offered again.
	refused, err := w.command("apply", "--yes", "drive").Output()
	if cmd, ok := errors.AsType[*exec.ExitError](err); !ok || cmd.ExitCode() != exitTrouble ||
		!bytes.Contains(refused, []byte("left alone 3 files")) {
		t.Errorf("apply: %v\n%s", err, refused)
	}
	if again := w.run("apply", "--yes", "drive"); !strings.Contains(again, "nothing was due") {
		t.Errorf("a second apply:\n%s", again)
	}
	for i, r := range images {
		switch trashed, _ := w.in(ids[i]); {
		case r.due && !trashed:
			t.Errorf("%s was not moved", r.path)
		case r.taboo && trashed:
			t.Errorf("%s was moved", r.path)
		}
	}
	w.run("undo", "--last")
	for i, r := range images {
		if trashed, sum := w.in(ids[i]); trashed || sum != sums[i] {
			t.Errorf("%s: in the trash is %v, its bytes are the same is %v", r.path, trashed, sum == sums[i])
		}
	}
	w.run("history", "--verify")
	fmt.Printf("of %d real pictures (%d MB) in a Drive: a scan reads %d kB in %d requests\n", len(images), all/1e6,
		read/1e3, len(looked))
}
