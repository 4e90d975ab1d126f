package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is a real browser with one tab. It notes what it complains of: errors, violations of a page's policy, and
// requests for anything but the page.
type chromium struct {
	testing.TB
	ctx        context.Context
	pages      string // the address of a server whose pages may be loaded; "": files only
	mu         sync.Mutex
	complaints []string
}

func newChromium(t testing.TB) *chromium {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	} else if err != nil {
		t.Skip(err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path),
		chromedp.WSURLReadTimeout(2*time.Minute)) // a busy machine
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	c := &chromium{TB: t, ctx: ctx}
	if err := chromedp.Listen(ctx, c.listen); err != nil {
		t.Fatal(err)
	}
	return c
}

// listen notes the complaints.
func (c *chromium) listen(event any) {
	text := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		text = fmt.Sprintf("%s %s: %s", e.Entry.Source, e.Entry.Level, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		text = fmt.Sprintf("console %s: %v", e.Type, e.Args)
	case *network.EventRequestWillBeSent:
		url := e.Request.URL
		served := c.pages != "" && strings.HasPrefix(url, c.pages+"/")
		if !served && !strings.HasPrefix(url, "file://") && !strings.HasPrefix(url, "data:image/jpeg;") {
			text = "a request for " + url
		}
	}
	if text != "" {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.complaints = append(c.complaints, text)
	}
}

// measure is a script that finds what is wrong with the layout of a page: what is wider than the page, and text whose
// contrast is under 4.5 (WCAG 2.2, 1.4.3). A closed list is opened first.
const measure = `(() => {
	for (const d of document.querySelectorAll('details')) d.open = true;
	const wrong = [], page = document.documentElement, width = page.clientWidth;
	if (page.scrollWidth > width) wrong.push('it scrolls to ' + page.scrollWidth + ' of ' + width);
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
		return .2126 * r + .7152 * g + .0722 * b };
	const parse = c => c.match(/[\d.]+/g).map(Number);
	const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
		if (c.length < 4 || c[3] === 1) return c } return [255, 255, 255] };
	for (const e of document.querySelectorAll('body *')) {
		const scrolls = e.closest('.wide'), box = e.getBoundingClientRect();
		if (!scrolls && box.right > width + 1) wrong.push(e.tagName + ' ' + e.className + ' ends at ' + box.right);
		if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
		const colours = [parse(getComputedStyle(e).color), behind(e)];
		const [a, b] = colours.map(c => light(c.slice(0, 3))).sort((x, y) => y - x);
		const contrast = (a + .05) / (b + .05);
		if (contrast < 4.5) wrong.push(e.tagName + ' ' + e.className + ' has a contrast of ' + contrast.toFixed(2));
	}
	const images = [...document.images];
	for (const i of images) {
		// A lazy picture is loaded when it comes near the window; one in a link with a name needs none of its own.
		const lazy = i.loading === 'lazy', shown = i.complete && i.naturalWidth > 0;
		if (!lazy && !shown) wrong.push('a picture is not loaded: ' + i.alt);
		if (!lazy && !i.alt && !i.closest('a[aria-label]')) wrong.push('a picture has no name');
	}
	return {wrong, images: images.length};
})()`

// layout is what measure returns.
type layout struct {
	Wrong  []string `json:"wrong"`
	Images int      `json:"images"`
}

// open loads a page in a window of that width and returns its layout.
func (c *chromium) open(file string, width int64, scheme string) layout {
	c.Helper()
	c.look(width, scheme)
	if err := chromedp.Do(c.ctx, chromedp.Navigate("file://"+file)); err != nil {
		c.Fatal(err)
	}
	return c.layout()
}

// look makes the window so wide, and prefers light or dark.
func (c *chromium) look(width int64, scheme string) {
	c.Helper()
	_, err := chromedp.Call(c.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 900, DeviceScaleFactor: 1,
	})
	if err == nil {
		_, err = chromedp.Call(c.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
	}
	if err != nil {
		c.Fatal(err)
	}
}

// layout returns the layout of the page in the tab.
func (c *chromium) layout() layout {
	c.Helper()
	got, err := chromedp.Run(c.ctx, chromedp.Evaluate[layout](measure))
	if err != nil {
		c.Fatal(err)
	}
	return got
}

// shows loads a page in windows of several widths and checks what the browser makes of it. It saves pictures of the
// page if SWEEPD_SCREENSHOTS names a folder for them.
func (c *chromium) shows(file string, images int) {
	c.Helper()
	for _, w := range []struct {
		width  int64
		scheme string
	}{{1100, "light"}, {420, "light"}, {1100, "dark"}, {420, "dark"}} {
		name := fmt.Sprintf("%s-%d-%s", strings.TrimSuffix(filepath.Base(file), ".html"), w.width, w.scheme)
		got := c.open(file, w.width, w.scheme)
		if len(got.Wrong) > 0 || got.Images != images {
			c.Errorf("%s: %d pictures, want %d; wrong:\n%s", name, got.Images, images, strings.Join(got.Wrong, "\n"))
		}
		c.save(name)
	}
	c.quiet(file)
}

// quiet checks that the browser has complained of nothing since the last call.
func (c *chromium) quiet(about string) {
	c.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, text := range c.complaints {
		c.Errorf("%s: %s", about, text)
	}
	c.complaints = nil
}

// forgive drops the complaints with one of these texts.
func (c *chromium) forgive(texts ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.complaints = slices.DeleteFunc(c.complaints, func(complaint string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(complaint, text) })
	})
}

// save saves a picture of the page as it is in the tab.
func (c *chromium) save(name string) {
	c.Helper()
	dir := os.Getenv("SWEEPD_SCREENSHOTS")
	if dir == "" {
		return
	}
	shot, err := chromedp.Run(c.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600); err != nil {
		c.Fatal(err)
	}
}

// waves is a picture that looks like one.
func waves(w, h, seed int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			at := func(k float64) uint8 {
				return uint8(128 + 100*math.Sin(k*float64(x+seed*40)/90)*math.Cos(float64(y)/(60+20*k)+float64(seed)))
			}
			m.SetRGBA(x, y, color.RGBA{at(1), at(.6), at(1.6), 255})
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, m) // a bytes.Buffer takes all
	return out.Bytes()
}

// gallery is a home with pictures of every fate.
type gallery struct {
	*program
	testing.TB
	home string
	out  bytes.Buffer
}

func newGallery(t *testing.T) *gallery {
	t.Helper()
	g := &gallery{TB: t, home: t.TempDir()}
	g.program = &program{
		stdin: strings.NewReader(""), stdout: &g.out, stderr: &g.out, now: time.Now,
		policyFile: filepath.Join(g.home, "policy.yaml"),
		getenv:     func(name string) string { return map[string]string{"HOME": g.home}[name] },
	}
	g.term = newTerminal(&g.out, &g.out, g.getenv, g.now)
	g.write("policy.yaml", []byte(`version: 1
storages: {home: {type: local, roots: [~/Downloads]}}
rules:
  - {name: album, when: {path: "**/album/**"}, do: keep}
  - {name: unsure, when: {path: "**/perhaps/**"}, do: review}
  - {name: slowly, when: {path: "**/later/**", confidence: likely, derived: include}, do: trash, grace: 7d}
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
limits: {share: 100%}
settle: 0s
`))
	return g
}

// write writes a file below the home that was last changed a hundred days ago.
func (g *gallery) write(name string, content []byte) {
	g.Helper()
	path, then := filepath.Join(g.home, name), time.Now().AddDate(0, 0, -100)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600),
		os.Chtimes(path, then, then)); err != nil {
		g.Fatal(err)
	}
}

// put writes a picture of so many pixels in a folder of Downloads.
func (g *gallery) put(folder string, n, w, h int) {
	g.Helper()
	g.write(fmt.Sprintf("Downloads/%s/ChatGPT Image Apr 20, 2026, 01_17_%02d AM.png", folder, n), waves(w, h, n))
}

// run runs a verb.
func (g *gallery) run(err error) {
	g.Helper()
	if err != nil {
		g.Fatalf("%v\n%s", err, g.out.String())
	}
}

// A real browser shows the pages without a complaint: nothing is cut off or too wide on a screen and on a phone, in
// light and dark, each picture is loaded, and nothing but the page is.
func TestAChromiumShowsThePages(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is a process of its own")
	}
	t.Parallel()
	c, g := newChromium(t), newGallery(t)
	g.put("", 1, 400, 300)
	g.put("", 2, 300, 300)
	g.run(runApply(t.Context(), g.program, applyOptions{yes: true}))
	g.run(runUndo(t.Context(), g.program, undoOptions{last: true}))
	for i, size := range [][2]int{{600, 400}, {400, 600}, {500, 500}, {640, 200}, {64, 64}} {
		g.put("", 10+i, size[0], size[1])
	}
	g.put(`<b>"it's" & a folder whose name is far too long for a line of a phone, and_has_no_space_`+
		strings.Repeat("x", 90), 20, 500, 300)
	g.put("later", 30, 300, 500)
	g.put("perhaps", 31, 500, 500)
	g.put("album", 32, 500, 300)
	g.write("Downloads/perhaps/ChatGPT Image Apr 20, 2026, 01_17_33 AM.png", smallPicture(1))
	found, done := newSheetFile(), newSheetFile()
	found.named, done.named = filepath.Join(g.home, "found.html"), filepath.Join(g.home, "done.html")
	scan := scanOptions{listing: listing{page: found}, selection: newSelection()}
	scan.totals.word = "folder"
	g.run(runScan(t.Context(), g.program, scan))
	g.run(runApply(t.Context(), g.program, applyOptions{yes: true}))
	g.run(runHistory(t.Context(), g.program, historyOptions{which: which{number: 20}, page: done}))
	c.shows(found.named, 11)
	c.shows(done.named, 6)
	reviewInABrowser(t, c, axeCore(t))
	signInByPassword(t, c)
}
