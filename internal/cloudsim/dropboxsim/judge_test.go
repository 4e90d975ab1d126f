package dropboxsim_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// python is the interpreter that has Dropbox's client for it, Debian's python3-dropbox, or "".
var python = sync.OnceValue(func() string {
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import dropbox").Run() == nil {
			return name
		}
	}
	return ""
})

func needPython(t *testing.T) string {
	t.Helper()
	name := python()
	if name == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("Dropbox's Python client is missing: apt-get install python3-dropbox")
		}
		t.Skip("Dropbox's Python client is missing: apt-get install python3-dropbox")
	}
	return name
}

// judge is the process that holds answers against the client's validators: one for all tests, since it is slow to
// start.
type judge struct {
	mu  sync.Mutex
	in  io.Writer
	out *bufio.Scanner
}

var newJudge = sync.OnceValues(func() (*judge, error) {
	cmd := exec.Command(python(), "testdata/judge.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	scan := bufio.NewScanner(out)
	scan.Buffer(nil, 1<<20)
	return &judge{in: in, out: scan}, cmd.Start() // it ends with our end of the pipe
})

// observe judges an answer. If the client is not installed, nothing is judged, and the test that needs it reports that.
func (w *world) observe(x cloudsim.Exchange) {
	if w.unjudged || python() == "" || !strings.HasPrefix(x.Request.URL.Path, "/2/") || x.Call.Method == "" {
		return
	}
	j, err := newJudge()
	if err != nil {
		w.t.Error(err)
		return
	}
	answer := map[string]any{
		"path": x.Request.URL.Path, "status": x.Status, "type": x.Header.Get("Content-Type"),
		"result": x.Header.Get("Dropbox-API-Result"),
	}
	if x.Header.Get("Content-Type") != "application/octet-stream" {
		answer["body"] = string(x.Body)
	}
	line, err := json.Marshal(answer)
	if err != nil {
		w.t.Error(err)
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var wrong []string
	if _, err := j.in.Write(append(line, '\n')); err != nil || !j.out.Scan() ||
		json.Unmarshal(j.out.Bytes(), &wrong) != nil {
		w.t.Errorf("the judge says nothing: %v", err)
		return
	}
	for _, why := range wrong {
		w.t.Errorf("%s %d is not as Dropbox's client has it: %s", x.Call.Method, x.Status, why)
	}
}
