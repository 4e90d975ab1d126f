package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The README shows the page as it is: go test ./cmd/sweepd -run Screenshot -update takes the pictures from sweepd demo
// --review, whose files are made up.
func TestTheScreenshotsOfTheReadme(t *testing.T) {
	if *update {
		takeScreenshots(t)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"docs/review-light.webp", "docs/review-dark.webp"} {
		fi, err := os.Stat(filepath.Join("../..", name))
		switch {
		case err != nil:
			t.Error(err)
		case fi.Size() > 75_000 || !strings.Contains(string(readme), `"`+name+`"`):
			t.Errorf("%s has %d bytes, want at most 75 kB, and the README to show it", name, fi.Size())
		}
	}
}

// takeScreenshots takes the pictures of the page, in light and dark.
func takeScreenshots(t *testing.T) {
	t.Helper()
	w, c := newDemoWorld(t), newChromium(t)
	r := &reviewer{driveWorld: &driveWorld{TB: t, home: w.home, c: &cloud{}}, browser: c}
	cmd := w.command("sweepd", "demo", "--review")
	in, err := cmd.StdinPipe() // which stays open, as a terminal does
	r.must(err)
	out, err := cmd.StdoutPipe()
	r.must(err)
	r.must(cmd.Start())
	link := ""
	lines := bufio.NewScanner(out)
	for link == "" && lines.Scan() {
		link = pageLink.FindString(lines.Text())
	}
	c.look(1200, "light")
	r.base, _, _ = strings.Cut(link, "/login/")
	r.must(chromedp.Do(c.ctx, chromedp.Navigate(link)))
	r.until(`location.pathname === '/'`)
	r.must(chromedp.Do(c.ctx, chromedp.Navigate(r.base+"/?sort=largest")))
	for _, scheme := range []string{"light", "dark"} {
		c.look(1200, scheme)
		r.until(`[...document.images].slice(0, 8).every(i => i.complete && i.naturalWidth)`)
		quality := int64(80)
		shot, err := chromedp.Call(c.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format: "webp", Quality: &quality,
		})
		r.must(err)
		r.must(os.WriteFile("../../docs/review-"+scheme+".webp", shot.Data, 0o644))
	}
	r.must(cmd.Process.Signal(syscall.SIGINT))
	for lines.Scan() { // until it has ended
	}
	_ = in.Close()
	_ = cmd.Wait() // it was interrupted
}
