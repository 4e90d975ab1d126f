package review

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestWithoutASessionNothingIsShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.id("01_17_01")
	d.http = d.browser()
	for _, path := range []string{
		"/", "/ids", "/cards?ids=" + id, "/picture/" + id, "/picture/" + id + "/0/whole", "/thumbnail/" + id,
		"/waiting", "/history", "/history/1", "/thumbnail/trashed/x", "/storages", "/policy", "/apply",
	} {
		if code, text := d.get(path); code != http.StatusUnauthorized || strings.Contains(text, "01_17") {
			t.Errorf("GET %s: %d\n%s", path, code, text)
		}
	}
	for _, path := range []string{"/apply", "/decide", "/undo", "/look", "/storages", "/policy", "/logout"} {
		if code, _ := d.post(path, url.Values{"do": {"approve"}, "id": {id}}); code != http.StatusUnauthorized {
			t.Errorf("POST %s: %d", path, code)
		}
	}
}

func TestALinkWorksOnceAndNotForever(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	link := d.server.Link()
	d.http = d.browser()
	for _, ahead := range []map[string]string{{"Sec-Purpose": "prefetch"}} {
		if code, _ := d.do(http.MethodGet, link, nil, ahead); code != http.StatusNoContent {
			t.Errorf("a look ahead: %d", code)
		}
	}
	if code, _ := d.do(http.MethodHead, link, nil, nil); code != http.StatusNoContent {
		t.Errorf("HEAD: %d", code)
	}
	if code, _ := d.get(link); code != http.StatusOK {
		t.Errorf("the first time: %d", code)
	}
	d.http = d.browser()
	if code, _ := d.get(link); code != http.StatusForbidden {
		t.Errorf("the second time: %d", code)
	}
	old := d.server.Link()
	d.clock = linkLife + time.Second
	if code, _ := d.get(old); code != http.StatusForbidden {
		t.Errorf("after a quarter of an hour: %d", code)
	}
}

func TestGuessingLinksIsSlow(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.http = d.browser()
	for range maxFailures {
		if code, _ := d.get("/login/guess"); code != http.StatusForbidden {
			t.Fatalf("a guess: %d", code)
		}
	}
	if code, _ := d.get(d.server.Link()); code != http.StatusTooManyRequests {
		t.Errorf("after %d guesses: %d", maxFailures, code)
	}
	d.clock = failureTime + time.Second
	if code, _ := d.get(d.server.Link()); code != http.StatusOK {
		t.Errorf("a minute later: %d", code)
	}
}

// Whoever has planted a cookie in the browser has no session by it: neither before the person signs in, nor after.
func TestASessionCannotBeFixed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at, err := url.Parse(d.at.URL)
	if err != nil {
		t.Fatal(err)
	}
	name := "sweepd-" + at.Port()
	d.http = d.browser()
	d.http.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: "planted", Path: "/"}})
	if code, _ := d.get("/"); code != http.StatusUnauthorized {
		t.Errorf("with a planted cookie: %d", code)
	}
	if code, _ := d.get(d.server.Link()); code != http.StatusOK {
		t.Fatalf("the link: %d", code)
	}
	first := d.http.Jar.Cookies(at)[0].Value
	if first == "planted" {
		t.Error("the planted cookie became a session")
	}
	if code, _ := d.get(d.server.Link()); code != http.StatusOK {
		t.Fatalf("the second link: %d", code)
	}
	if d.server.logins.valid(first, digest{}, d.now()) {
		t.Error("signing in again leaves the former session")
	}
}

func TestASessionEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.clock = idleLife - time.Minute
	if code, _ := d.get("/"); code != http.StatusOK {
		t.Errorf("just before: %d", code)
	}
	d.clock += idleLife + time.Minute
	if code, _ := d.get("/"); code != http.StatusUnauthorized {
		t.Errorf("after half a day without use: %d", code)
	}
	d.clock = 0
	d.http = d.browser()
	if code, _ := d.get(d.server.Link()); code != http.StatusOK {
		t.Fatalf("the link: %d", code)
	}
	if code, _ := d.post("/logout", nil); code != http.StatusOK {
		t.Errorf("signing out: %d", code)
	}
	if code, _ := d.get("/"); code != http.StatusUnauthorized {
		t.Errorf("signed out: %d", code)
	}
}

// A page of another site, or of another port of this machine, makes the browser send a form (CSRF).
func TestAnotherSiteCannotDecide(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.id("01_17_02")
	for _, header := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"},
		{"Sec-Fetch-Site": "same-site"},
		{"Origin": "http://127.0.0.1:1"},
		{"Origin": "https://evil.example"},
		{"Origin": "null"},
	} {
		for _, path := range []string{"/decide", "/apply", "/undo", "/look", "/storages", "/logout"} {
			code, _ := d.do(http.MethodPost, path, url.Values{"do": {"approve"}, "id": {id}}, header)
			if code != http.StatusForbidden {
				t.Errorf("POST %s with %v: %d", path, header, code)
			}
		}
	}
	for _, path := range []string{"/decide?do=approve&id=" + id, "/undo?run=1", "/look"} {
		if code, _ := d.get(path); code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", path, code)
		}
	}
	d.shows("01_17_02", "review")
}

// A site has pointed its own name to this machine, so that its pages may read the answers (DNS rebinding).
func TestAnotherNameOfThisMachineIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, host := range []string{
		"evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.1.1", "localhost.evil.example",
	} {
		code, text := d.do(http.MethodGet, "/", nil, map[string]string{"Host": host})
		if code != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d\n%s", host, code, text)
		}
	}
	for _, host := range []string{"localhost", "127.0.0.1:99999", "[::1]:80"} {
		code, _ := d.do(http.MethodGet, "/", nil, map[string]string{"Host": host})
		if code == http.StatusMisdirectedRequest {
			t.Errorf("%s is refused", host)
		}
	}
}

func TestEachAnswerSaysWhatABrowserMayDo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.id("01_17_01")
	for path, policy := range map[string]string{
		"/": "script-src 'self'", "/picture/" + id: "frame-ancestors 'none'", "/thumbnail/" + id: "sandbox",
		"/picture/" + id + "/0/whole": "sandbox", "/nothing": "default-src 'none'",
	} {
		resp, err := d.http.Get(d.at.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		h := resp.Header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, policy) || strings.Contains(csp, "unsafe") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, h)
		}
	}
}
