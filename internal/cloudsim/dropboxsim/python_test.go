package dropboxsim_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

func TestDropboxsPythonClientIsServed(t *testing.T) {
	interpreter := needPython(t)
	w := newWorld(t, dropboxsim.Options{})
	w.over = func(context.Context, time.Duration) {}
	var b bytes.Buffer
	w.do(png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 300, 200))))
	_, err := w.ann.Put(dropboxsim.Item{Path: "/picture.png", Content: content.Bytes(b.Bytes())})
	w.do(err)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	w.do(os.WriteFile(ca, w.srv.CA(), 0o600))
	token := w.ann.Token()
	cmd := exec.CommandContext(t.Context(), interpreter, "testdata/client.py", token.Access,
		dropboxsim.AppKey, w.ann.Token().Refresh)
	cmd.Env = append(os.Environ(), "HTTPS_PROXY="+w.srv.ProxyURL(), "REQUESTS_CA_BUNDLE="+ca)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
