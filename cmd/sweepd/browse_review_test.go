package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// reviewPolicy is of pictures on a disk, in a Drive and in a Dropbox.
const reviewPolicy = `version: 1
storages:
  home: {type: local, roots: [~/Pictures]}
  drive: {type: gdrive, client: %q}
  box: {type: dropbox, app_key: %s, purge: off}
rules:
  - {name: album, when: {path: "**/album/**"}, do: keep}
  - {name: look, when: {confidence: likely, derived: include}, do: review}
limits: {files: 1000, bytes: 1GB, share: 100%%}
settle: 0s
`

// reviewer is a person with pictures in three storages, who looks at them in a browser.
type reviewer struct {
	*driveWorld
	browser *chromium
	base    string // the address of the page
}

// newReviewer prepares the storages: one picture that is in all three, a hundred on the disk, and one that is kept.
func newReviewer(t *testing.T, c *chromium) *reviewer {
	t.Helper()
	r := &reviewer{newDriveWorld(t), c, ""}
	r.must(os.WriteFile(filepath.Join(r.home, "policy.yaml"),
		fmt.Appendf(nil, reviewPolicy, r.c.at.Client, r.c.at.AppKey), 0o600))
	everywhere := waves(320, 240, 1)
	_, err := r.c.put(reviewed(1), everywhere)
	r.must(errors.Join(err, r.c.drop("/"+reviewed(1), everywhere)))
	r.write(reviewed(1), everywhere)
	for n := 2; n < 103; n++ {
		r.write(reviewed(n), waves(16+n%7, 12, n))
	}
	r.write("album/"+reviewed(200), waves(60, 40, 200))
	r.signIn()
	r.must(r.c.signIn(r.command("login", "box", "--no-browser")))
	return r
}

// reviewed is the name of a download from ChatGPT.
func reviewed(n int) string {
	return fmt.Sprintf("ChatGPT Image Apr 20, 2026, 01_%02d_%02d AM.png", n/60, n%60)
}

// write writes a picture that was last changed a hundred days ago.
func (r *reviewer) write(name string, content []byte) {
	r.Helper()
	path, then := filepath.Join(r.home, "Pictures", name), time.Now().AddDate(0, 0, -100)
	r.must(errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600),
		os.Chtimes(path, then, then)))
}

// has reports whether the disk has the picture.
func (r *reviewer) has(name string) bool {
	_, err := os.Stat(filepath.Join(r.home, "Pictures", name))
	return err == nil
}

// start starts the program and signs the browser in.
func (r *reviewer) start() {
	r.Helper()
	cmd := r.command("review", "--no-browser")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	in, err := cmd.StdinPipe() // which stays open, as a terminal does
	r.must(err)
	out, err := cmd.StdoutPipe()
	r.must(err)
	r.must(cmd.Start())
	r.Cleanup(func() {
		r.must(errors.Join(cmd.Process.Signal(syscall.SIGINT), in.Close()))
		if err := cmd.Wait(); err != nil || errs.Len() > 0 {
			r.Errorf("review ends with %v:\n%s", err, errs.String())
		}
	})
	link, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		r.Fatalf("review prints %q, %v\n%s", link, err, errs.String())
	}
	link = strings.TrimSpace(link)
	r.base, _, _ = strings.Cut(link, "/login/")
	r.browser.pages = r.base
	r.must(chromedp.Do(r.browser.ctx, chromedp.Navigate(link)))
	r.until(`location.pathname === '/' && document.querySelectorAll('.card').length === 60`)
}

// until waits until an expression is true on the page, also if that is another page by then.
func (r *reviewer) until(expression string) {
	r.Helper()
	end := time.Now().Add(patience)
	for time.Now().Before(end) {
		ok, err := chromedp.Run(r.browser.ctx, chromedp.Evaluate[bool](complete+`Boolean(`+expression+`)`))
		if err == nil && ok {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	text, _ := chromedp.Run(r.browser.ctx, chromedp.Evaluate[string](`[location.href,
		document.activeElement.outerHTML.slice(0, 300), document.body.innerText.slice(0, 3000)].join('\n')`))
	r.Fatalf("it is never true: %s\n%s", expression, text)
}

// complete is true once the page's script has run: a key before that is lost, as it is for a person.
const complete = `document.readyState === 'complete' && `

// press types keys, and nothing else is used.
func (r *reviewer) press(keys ...string) {
	r.Helper()
	for _, key := range keys {
		r.must(chromedp.Do(r.browser.ctx, chromedp.KeyEvent(key)))
	}
}

// accessible checks the page by axe-core.
func (r *reviewer) accessible(axe, name string) {
	r.Helper()
	r.must(chromedp.Do(r.browser.ctx, chromedp.Evaluate[chromedp.Void](axe)))
	found, err := chromedp.Run(r.browser.ctx, chromedp.Evaluate[[]string](`axe.run(document, {runOnly: {type: 'tag',
		values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}}).then(r => r.violations
		.map(v => v.impact + ' ' + v.id + ': ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 200)).join(' | ')))`,
		chromedp.EvalAwaitPromise))
	r.must(err)
	for _, what := range found {
		if strings.HasPrefix(what, "serious") || strings.HasPrefix(what, "critical") {
			r.Errorf("%s: %s", name, what)
		}
	}
}

// laidOut checks the layout and the contrast of the page, on a screen and on a phone, in light and dark.
func (r *reviewer) laidOut(name string) {
	r.Helper()
	for _, w := range []struct {
		width  int64
		scheme string
	}{{420, "light"}, {420, "dark"}, {1100, "dark"}, {1100, "light"}} {
		r.browser.look(w.width, w.scheme)
		if got := r.browser.layout(); len(got.Wrong) > 0 {
			r.Errorf("%s, %d pixels wide, %s:\n%s", name, w.width, w.scheme, strings.Join(got.Wrong, "\n"))
		}
	}
}

// axeCore returns the program axe-core, of npm.
func axeCore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join("testdata", "axe", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// search searches by keys. A browser types no slash, but the driver of the test does.
func (r *reviewer) search(text string) {
	r.Helper()
	r.press("/")
	r.until(`document.activeElement.id === 'search'`)
	r.must(chromedp.Do(r.browser.ctx, chromedp.Evaluate[chromedp.Void](`document.activeElement.value = ''`)))
	r.press(strings.Split(text, "")...)
	r.press(kb.Enter)
}

// trashed returns how many files the clouds have moved to their trash, and brought back, since the last call.
func (r *reviewer) trashed() (gone, back int) {
	r.Helper()
	all, err := r.c.news()
	r.must(err)
	for _, m := range all {
		if m.Kind != cloudsim.KindMutation {
			continue
		}
		switch m.Op {
		case "trash", "delete":
			gone++
		case "untrash", "restore":
			back++
		}
	}
	return gone, back
}

// approveUnloaded approves a hundred pictures, of which a document names the last two, which no card shows yet. These
// get cards with the guard, under other IDs, though only the first sixty cards are loaded. Approved again as they are
// shown then, they go; and all is undone.
func (r *reviewer) approveUnloaded() {
	r.Helper()
	click := func(id string) {
		r.must(chromedp.Do(r.browser.ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector('`+id+`').click()`)))
	}
	r.must(os.WriteFile(filepath.Join(r.home, "Pictures", "letter.md"), fmt.Appendf(nil, "![](<%s>) ![](<%s>)\n",
		reviewed(101), reviewed(102)), 0o600))
	r.must(chromedp.Do(r.browser.ctx, chromedp.Navigate(r.base+"/?show=review&sort=folder")))
	r.until(`document.querySelectorAll('#cards > ul').length === 2`) // all IDs are known
	click("#select-all")
	r.press("a")
	r.until(`document.querySelectorAll('#problems li').length === 2`)
	r.until(`document.querySelectorAll('.card').length === 60`)
	click("#select-none")
	r.press(kb.End)
	r.until(`document.activeElement.matches('.card.review')`)
	r.until(`document.activeElement.innerText.includes('letter.md')`)
	r.press("x", kb.ArrowLeft, "x", "a")
	r.until(`document.querySelectorAll('.card.trash').length > 60 && !document.querySelector('.card.review')`)
	click("#select-all")
	r.press("u")
	r.until(`!document.querySelector('.card.trash') && document.querySelector('#problems').hidden`)
	r.must(os.Remove(filepath.Join(r.home, "Pictures", "letter.md")))
}

// A person works through the page in a real browser, by keys alone: finds and filters, keeps, approves, sees the
// picture go from the disk and from both clouds, and brings it back.
func reviewInABrowser(t *testing.T, c *chromium, axe string) {
	r := newReviewer(t, c)
	r.start()
	r.trashed()
	r.accessible(axe, "found")
	c.save("review-found-light")
	c.look(420, "dark")
	r.accessible(axe, "found, on a phone and dark")
	c.save("review-found-phone-dark")
	r.laidOut("found")

	// The end of the list is loaded when it is gone to.
	r.press(kb.End)
	r.until(`document.activeElement.matches('.card') && document.querySelectorAll('.card').length > 60`)
	r.press(kb.Home)
	r.until(`document.activeElement.dataset.id === document.querySelector('.card').dataset.id`)

	// Find one, and keep it; undo; a range of three.
	r.search("01_01_3")
	r.until(`location.search.includes('q=01_01_3') && document.querySelectorAll('.card').length === 10`)
	r.press(kb.ArrowRight, "k")
	r.until(`document.activeElement.matches('.card.keep')`)
	r.press("u")
	r.until(`document.activeElement.matches('.card.review')`)
	r.press("x", kb.ArrowRight, kb.ArrowRight)
	r.must(chromedp.Do(c.ctx, chromedp.KeyEvent("X", chromedp.KeyModifiers(chromedp.ModifierShift))))
	r.until(`document.querySelectorAll('.card input:checked').length === 3`)
	r.press("k")
	r.until(`document.querySelectorAll('.card.keep').length === 3`)
	r.until(`document.querySelector('#status').textContent.includes('3')`)

	// The large view of the one that is everywhere: approve it there.
	r.search("01_00_01")
	r.until(`document.querySelectorAll('.card').length === 1 && document.querySelectorAll('.places li').length === 3`)
	r.press(kb.ArrowLeft, kb.Enter)
	r.until(`document.querySelector('.whole img')?.naturalWidth === 320`)
	r.accessible(axe, "large view")
	r.laidOut("large view")
	c.save("review-picture")
	r.press("a")
	r.until(`document.querySelector('h1')?.textContent.includes('approved')`)
	r.press(kb.Escape)
	r.until(`document.querySelector('.card.trash')`)

	// Apply, by Tab and Enter.
	r.must(chromedp.Do(c.ctx, chromedp.Focus(chromedp.CSS(`a[href="/apply"]`))))
	r.press(kb.Enter)
	r.until(`location.pathname === '/apply' && document.querySelectorAll('.files li').length === 3`)
	r.accessible(axe, "apply")
	r.laidOut("apply")
	r.must(chromedp.Do(c.ctx, chromedp.Focus(chromedp.CSS(`button.go`))))
	r.press(kb.Enter)
	r.until(`location.pathname.startsWith('/history/') && document.querySelectorAll('.card').length === 3`)
	if gone, _ := r.trashed(); gone != 2 || r.has(reviewed(1)) || !r.has(reviewed(2)) {
		t.Errorf("the clouds have trashed %d files; the disk has it: %v, and another: %v", gone, r.has(reviewed(1)),
			r.has(reviewed(2)))
	}
	r.accessible(axe, "run")
	r.laidOut("run")
	c.save("review-run")
	r.must(chromedp.Do(c.ctx, chromedp.Focus(chromedp.CSS(`button[name=run]`))))
	r.press(kb.Enter)
	r.until(`location.pathname === '/undo' && document.querySelector('h1').textContent.includes('3')`)
	if _, back := r.trashed(); back != 2 || !r.has(reviewed(1)) {
		t.Errorf("the clouds have brought back %d files; the disk has it: %v", back, r.has(reviewed(1)))
	}
	r.approveUnloaded()
	for _, page := range []string{"waiting", "history", "storages", "policy"} {
		r.must(chromedp.Do(c.ctx, chromedp.Navigate(r.base+"/"+page)))
		r.accessible(axe, page)
		r.laidOut(page)
		c.save("review-" + page)
	}
	// The effect of a changed policy, before it is saved.
	r.must(chromedp.Do(c.ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector('textarea').value =
		document.querySelector('textarea').value.replace('do: review', 'do: trash')`),
		chromedp.Focus(chromedp.CSS(`#draft button`))))
	r.press(kb.Enter)
	r.until(`document.querySelectorAll('#draft .files li').length > 90`)
	r.accessible(axe, "draft")
	r.laidOut("draft")
	c.save("review-draft")
	c.quiet("the review")
}
