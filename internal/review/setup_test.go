package review

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/app"
)

// desk is a person with pictures on a disk, and a browser with the page of them.
type desk struct {
	testing.TB
	home   string
	server *Server
	at     *httptest.Server
	http   *http.Client
	clock  time.Duration // how far it is ahead
}

const deskPolicy = `version: 1
storages: {home: {type: local, roots: [~/Pictures]}}
rules:
  - {name: album, when: {path: "**/album/**"}, do: keep}
  - {name: unsure, when: {path: "**/perhaps/**"}, do: review}
  - {name: slowly, when: {path: "**/later/**", confidence: likely, derived: include}, do: trash, grace: 7d}
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
limits: {share: 100%}
settle: 0s
`

// newDesk has one picture that is due, one for review and one that is kept.
func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{TB: t, home: t.TempDir()}
	d.write("policy.yaml", []byte(deskPolicy))
	d.write(ours("", 1), drawn(1))
	d.write(ours("perhaps", 2), drawn(2))
	d.write(ours("album", 3), drawn(3))
	var err error
	d.server, err = New(t.Context(), Options{
		App: func() app.Options { return app.Options{Getenv: d.getenv, Now: d.now} },
		Now: d.now, Home: d.home, Dir: filepath.Join(d.home, "state"),
	})
	if err != nil {
		t.Fatal(err)
	}
	d.at = httptest.NewServer(d.server.Handler())
	t.Cleanup(func() {
		d.at.Close()
		if err := d.server.Close(); err != nil {
			t.Error(err)
		}
	})
	d.http = d.browser()
	if code, text := d.get(d.server.Link()); code != http.StatusOK {
		t.Fatalf("the link: %d\n%s", code, text)
	}
	return d
}

func (d *desk) getenv(name string) string {
	return map[string]string{
		"HOME": d.home, "STATE_DIRECTORY": filepath.Join(d.home, "state"),
		"XDG_DATA_HOME": filepath.Join(d.home, "data"), "SWEEPD_POLICY": filepath.Join(d.home, "policy.yaml"),
	}[name]
}

func (d *desk) now() time.Time { return time.Now().Add(d.clock) }

// browser returns a browser that has not signed in.
func (d *desk) browser() *http.Client {
	jar, _ := cookiejar.New(nil) // never fails
	return &http.Client{Jar: jar}
}

// ours is the name of a download from ChatGPT in a folder.
func ours(folder string, n int) string {
	return filepath.Join("Pictures", folder, fmt.Sprintf("ChatGPT Image Apr 20, 2026, 01_17_%02d AM.png", n))
}

// write writes a file that was last changed a hundred days ago.
func (d *desk) write(name string, content []byte) {
	d.Helper()
	path, then := filepath.Join(d.home, name), time.Now().AddDate(0, 0, -100)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600),
		os.Chtimes(path, then, then)); err != nil {
		d.Fatal(err)
	}
}

// is reports whether the file is in its place.
func (d *desk) is(name string) bool {
	_, err := os.Stat(filepath.Join(d.home, name))
	return err == nil
}

// get gets a page.
func (d *desk) get(path string) (code int, text string) {
	d.Helper()
	return d.do(http.MethodGet, path, nil, nil)
}

// post sends a form as the page's own script does.
func (d *desk) post(path string, form url.Values) (code int, text string) {
	d.Helper()
	return d.do(http.MethodPost, path, form, map[string]string{"Sec-Fetch-Site": "same-origin"})
}

func (d *desk) do(method, path string, form url.Values, header map[string]string) (code int, text string) {
	d.Helper()
	req, err := http.NewRequestWithContext(d.Context(), method, d.at.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	if host := header["Host"]; host != "" {
		req.Host = host
	}
	resp, err := d.http.Do(req)
	if err != nil {
		d.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

var cardID = regexp.MustCompile(`data-id="([^"]+)"`)

// ids are the IDs of the cards on a page.
func ids(page string) (all []string) {
	for _, m := range cardID.FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}

// id is the ID of the only picture that a search finds.
func (d *desk) id(search string) string {
	d.Helper()
	_, text := d.get("/?q=" + url.QueryEscape(search))
	all := ids(text)
	if len(all) != 1 {
		d.Fatalf("%q finds %q", search, all)
	}
	return all[0]
}

// shows reports whether the only picture that a search finds is in that state.
func (d *desk) shows(search, state string) {
	d.Helper()
	_, text := d.get("/?q=" + url.QueryEscape(search))
	if !strings.Contains(text, `class="card `+state+`"`) || len(ids(text)) != 1 {
		d.Errorf("%q is not shown as %s:\n%s", search, state, text)
	}
}

// decide posts a decision on pictures and returns the answer to the script.
func (d *desk) decide(do string, ids ...string) (code int, text string) {
	d.Helper()
	return d.do(http.MethodPost, "/decide", url.Values{"do": {do}, "id": ids},
		map[string]string{"Sec-Fetch-Site": "same-origin", "Accept": "application/json"})
}

// drawn is a small picture, another one for each number.
func drawn(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = byte(n*37+i/160) | byte(i%4/3*255)
	}
	var out bytes.Buffer
	_ = png.Encode(&out, m) // a bytes.Buffer takes all
	return out.Bytes()
}

// withText returns the picture with a text in it (PNG 3rd edition, 11.3.3.2).
func withText(content []byte, keyword, text string) []byte {
	body := []byte(keyword + "\x00" + text)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, "tEXt"...), body...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	at := bytes.Index(content, []byte("IDAT")) - 4
	return slices.Concat(content[:at], out, content[at:])
}
