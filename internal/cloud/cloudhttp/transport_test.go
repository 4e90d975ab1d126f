package cloudhttp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// The result of every kind of failure, for a call that reads, one that changes, and one that changes and may be
// repeated.
func TestWhatBecomesOfACall(t *testing.T) {
	limited := says(429, "slow down", "Retry-After", "3")
	for _, c := range []struct {
		trouble              string
		step                 http.HandlerFunc
		read, change, repeat int // how often it is sent when the trouble comes once, then not again
		kind                 cloudhttp.Kind
		unsure               bool // for a change
	}{
		{"limited", limited, 2, 2, 2, cloudhttp.Limited, false},
		{
			"limited, in JSON", says(429, `{"error":"x"}`, "Content-Type", "application/json"), 2, 2, 2,
			cloudhttp.Limited, false,
		},
		{"a fault", says(500, "oh"), 2, 1, 2, cloudhttp.Unavailable, true},
		{"a fault before it", says(502, "<html>"), 2, 1, 2, cloudhttp.Unavailable, true},
		{"overloaded", says(503, "", "Retry-After", "2"), 2, 1, 2, cloudhttp.Unavailable, true},
		{"too late", says(504, ""), 2, 1, 2, cloudhttp.Unavailable, true},
		{"hung up", hangsUp, 2, 1, 2, cloudhttp.Unavailable, true},
		{"half an answer", breaksOff, 2, 1, 2, cloudhttp.Unavailable, true},
		{"denied", says(403, ""), 1, 1, 1, cloudhttp.Denied, false},
		{"missing", says(404, ""), 1, 1, 1, cloudhttp.Missing, false},
		{"refused", says(400, ""), 1, 1, 1, cloudhttp.Refused, false},
		{"conflict", says(409, ""), 1, 1, 1, cloudhttp.Refused, false},
		{"unauthorized", says(401, ""), 1, 1, 1, cloudhttp.Unauthorized, false},
	} {
		for _, way := range []struct {
			name, method string
			mark         func(context.Context) context.Context
			times        int
			changes      bool
		}{
			{"read", "GET", nil, c.read, false},
			{"read by POST", "POST", cloudhttp.Reading, c.read, false},
			{"change", "PATCH", nil, c.change, true},
			{"delete", "DELETE", nil, c.change, true},
			{"repeatable change", "PATCH", cloudhttp.Repeatable, c.repeat, true},
			{"change now or never", "POST", cloudhttp.Once, 1, true},
		} {
			t.Run(c.trouble+"/"+way.name, func(t *testing.T) {
				ctx := t.Context()
				if way.mark != nil {
					ctx = way.mark(ctx)
				}
				body := ""
				if way.method != "GET" {
					body = `{"trashed":true}`
				}
				once := serve(t, c.step, done)
				tr, _ := account(t, cloudhttp.Options{})
				got, err := send(ctx, tr, way.method, once.URL, body)
				asked := once.requests()
				if len(asked) != way.times {
					t.Errorf("trouble once: sent %d times, want %d", len(asked), way.times)
				}
				for _, a := range asked {
					if a.body != body || a.method != way.method {
						t.Errorf("sent %+v, want %s %q", a, way.method, body)
					}
				}
				if want := way.times > 1; (err == nil) != want || want && got != `{"done":true}` {
					t.Errorf("trouble once: got %q, %v", got, err)
				}

				always := serve(t, c.step)
				tr, _ = account(t, cloudhttp.Options{Tries: 3})
				_, err = send(ctx, tr, way.method, always.URL, body)
				if n := len(always.requests()); n != (way.times-1)*2+1 {
					t.Errorf("trouble always: sent %d times of 3", n)
				}
				fault, ok := errors.AsType[*cloudhttp.Error](err)
				if !ok || fault.Kind != c.kind || !errors.Is(err, c.kind) {
					t.Fatalf("got %v, want %q", err, c.kind)
				}
				if want := c.unsure &&
					way.changes; errors.Is(err, cloudhttp.ErrUnknownOutcome) != want || fault.Unsure != want {
					t.Errorf("%v: unknown outcome is %v, want %v", err, !want, want)
				}
				if errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%v says that it is gone", err)
				}
				if errors.Is(err, fs.ErrPermission) != (c.kind == cloudhttp.Denied) {
					t.Errorf("%v: is it fs.ErrPermission?", err)
				}
				if s := tr.Stats(); s.Failures != 1 || s.Calls != int64(len(always.requests())) ||
					s.Repeats != s.Calls-1 {
					t.Errorf("counted %+v", s)
				}
			})
		}
	}
}

func TestAnOutcomeOnceUnknownStaysUnknown(t *testing.T) {
	for _, last := range []http.HandlerFunc{says(404, ""), says(403, ""), says(429, "")} {
		s := serve(t, hangsUp, last)
		tr, _ := account(t, cloudhttp.Options{Tries: 2})
		_, err := send(cloudhttp.Repeatable(t.Context()), tr, "PATCH", s.URL, "x")
		if !errors.Is(err, cloudhttp.ErrUnknownOutcome) || len(s.requests()) != 2 {
			t.Errorf("got %v after %d requests", err, len(s.requests()))
		}
	}
}

func TestWhatWasNeverSentMayBeSentAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // no server listens there now
	tr, c := account(t, cloudhttp.Options{Tries: 3})
	_, err = send(t.Context(), tr, "DELETE", "http://"+l.Addr().String(), "")
	if !errors.Is(err, cloudhttp.Unreached) || errors.Is(err, cloudhttp.ErrUnknownOutcome) {
		t.Errorf("got %v", err)
	}
	if len(c.slept) != 2 {
		t.Errorf("waited %v, want two waits", c.slept)
	}
}

func TestAServerThatIsNotTrustedGetsNothing(t *testing.T) {
	asked := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer s.Close()
	tr, _ := account(t, cloudhttp.Options{Tries: 2, Tokens: &tokens{all: []string{"t1"}}, Hosts: []string{"127.0.0.1"}})
	_, err := send(t.Context(), tr, "DELETE", s.URL, "")
	if !errors.Is(err, cloudhttp.Unreached) || errors.Is(err, cloudhttp.ErrUnknownOutcome) || asked {
		t.Errorf("got %v, asked %v", err, asked)
	}
}

func TestACancelledChangeIsOfUnknownOutcome(t *testing.T) {
	for _, method := range []string{"GET", "PATCH"} {
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		tr, _ := account(t, cloudhttp.Options{})
		_, err := send(ctx, tr, method, s.URL, "")
		if !errors.Is(err, context.Canceled) || errors.Is(err, cloudhttp.ErrUnknownOutcome) != (method == "PATCH") {
			t.Errorf("%s: got %v", method, err)
		}
		if len(s.requests()) != 1 {
			t.Errorf("%s: sent %d times", method, len(s.requests()))
		}
	}
}

func TestACallCancelledBeforeItWasSentIsNotOfUnknownOutcome(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := serve(t, done)
	tr, _ := account(t, cloudhttp.Options{})
	if _, err := send(ctx, tr, "PATCH", s.URL, ""); !errors.Is(err, context.Canceled) ||
		!errors.Is(err, cloudhttp.Unsent) || errors.Is(err, cloudhttp.ErrUnknownOutcome) || len(s.requests()) != 0 {
		t.Errorf("got %v after %d requests", err, len(s.requests()))
	}
}

func TestAJSONAnswerOfAnySizeComesWhole(t *testing.T) {
	big := bytes.Repeat([]byte("[1,2] "), 2<<20) // 12 MiB: more than is read ahead
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = w.Write(big)
	})
	tr, _ := account(t, cloudhttp.Options{})
	if got, err := send(t.Context(), tr, "GET", s.URL, ""); err != nil || got != string(big) {
		t.Errorf("got %d bytes, %v, want %d", len(got), err, len(big))
	}
	if got := tr.Stats().Received; got != int64(len(big)) {
		t.Errorf("counted %d bytes, want %d", got, len(big))
	}
}

func TestABodyThatCannotBeReadTwiceIsSentOnce(t *testing.T) {
	s := serve(t, says(429, ""))
	tr, _ := account(t, cloudhttp.Options{})
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, io.NopCloser(strings.NewReader("once")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&http.Client{Transport: tr}).Do(req); !errors.Is(err, cloudhttp.Limited) || len(s.requests()) != 1 {
		t.Errorf("got %v after %d requests", err, len(s.requests()))
	}
}

func TestWhatTheCallerIsToReadComesAsAResponse(t *testing.T) {
	long := `{"error_summary":"path/not_found/` + strings.Repeat(".", 100<<10) + `"}`
	s := serve(t, says(409, long))
	tr, _ := account(t, cloudhttp.Options{Classify: func(a cloudhttp.Answer) cloudhttp.Meaning {
		if a.Status == 409 {
			return cloudhttp.Meaning{Kind: cloudhttp.Pass}
		}
		return cloudhttp.ByStatus(a)
	}})
	resp, err := (&http.Client{Transport: tr}).Post(s.URL, "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || string(got) != long || resp.StatusCode != 409 {
		t.Errorf("got %d with %d bytes, %v", resp.StatusCode, len(got), err)
	}
}

func TestOneTokenThatIsRefusedIsReplacedOnce(t *testing.T) {
	s := serve(t, says(401, ""), done)
	k := &tokens{all: []string{"t1", "t2"}}
	tr, c := account(t, cloudhttp.Options{Tokens: k, Hosts: []string{"127.0.0.1"}})
	if _, err := send(t.Context(), tr, "PATCH", s.URL, "x"); err != nil {
		t.Error(err)
	}
	got := s.requests()
	if len(got) != 2 || got[0].authorization != "Bearer t1" || got[1].authorization != "Bearer t2" ||
		len(k.refused) != 1 || k.refused[0] != "t1" {
		t.Errorf("sent %+v; refused %q", got, k.refused)
	}
	if len(c.slept) != 0 {
		t.Errorf("waited %v for it", c.slept)
	}

	s = serve(t, says(401, ""))
	tr, _ = account(t, cloudhttp.Options{
		Tokens: &tokens{all: []string{"t1", "t2", "t3"}}, Hosts: []string{"127.0.0.1"},
	})
	if _, err := send(t.Context(), tr, "GET", s.URL, ""); !errors.Is(err, cloudhttp.Unauthorized) ||
		len(s.requests()) != 2 {
		t.Errorf("always refused: got %v after %d requests", err, len(s.requests()))
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	s := serve(t, done)
	again := errors.New("sign in again")
	tr, _ := account(t, cloudhttp.Options{Tokens: &tokens{all: []string{""}, err: again}, Hosts: []string{"127.0.0.1"}})
	if _, err := send(t.Context(), tr, "DELETE", s.URL, ""); !errors.Is(err, again) ||
		!errors.Is(err, cloudhttp.Unsent) || errors.Is(err, cloudhttp.ErrUnknownOutcome) || len(s.requests()) != 0 {
		t.Errorf("got %v after %d requests", err, len(s.requests()))
	}
}

func TestTheTokenGoesToNobodyElse(t *testing.T) {
	other := serve(t, done)
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	redirects := serve(t,
		func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, http.StatusFound) })
	tr, _ := account(t, cloudhttp.Options{
		Tokens: &tokens{all: []string{"t1"}}, Hosts: []string{"127.0.0.1", ".example.com"},
	})
	for _, url := range []string{
		redirects.URL, elsewhere, "http://api.example.com/", "https://example.com/", "https://badexample.com",
	} {
		if _, err := send(t.Context(), tr, "GET", url, ""); !errors.Is(err, cloudhttp.Unsent) {
			t.Errorf("%s: got %v", url, err)
		}
	}
	if len(other.requests()) != 0 || len(redirects.requests()) != 1 {
		t.Errorf("the other host was asked: %+v", other.requests())
	}
}

func TestALogHasNothingOfAFileAndNoSecret(t *testing.T) {
	s := serve(t, hangsUp, says(500, "secret-body", "X-Request-Id", "req-7"), done)
	var out bytes.Buffer
	tr, _ := account(t, cloudhttp.Options{
		Tokens: &tokens{all: []string{"secret-token"}}, Hosts: []string{"127.0.0.1"},
		Name: func(*http.Request) string { return "files.get" },
		Log:  slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if _, err := send(t.Context(), tr, "GET", s.URL+"/secret-name.png?key=secret-key", ""); err != nil {
		t.Fatal(err)
	}
	log := out.String()
	if strings.Contains(log, "secret") {
		t.Errorf("logged:\n%s", log)
	}
	for _, want := range []string{"files.get", "status=500", "status=200", "req-7", "took=", "EOF"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	if got := strings.Count(log, "\n"); got != 3 {
		t.Errorf("%d lines for 3 tries", got)
	}
}

func TestAnErrorSaysWhatIsKnownInOneLine(t *testing.T) {
	s := serve(t, says(403, "", "X-Request-Id", "req-9"))
	tr, _ := account(t, cloudhttp.Options{
		Name: func(*http.Request) string { return "files.update" },
		Classify: func(a cloudhttp.Answer) cloudhttp.Meaning {
			return cloudhttp.Meaning{
				Kind: cloudhttp.Denied, Reason: "insufficientFilePermissions",
				Text: "may\nnot \x1b[31m" + strings.Repeat("x", 1000),
			}
		},
	})
	_, err := send(t.Context(), tr, "PATCH", s.URL, "")
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if got := cloudhttp.Cause(err); got != error(fault) || cloudhttp.Cause(got) != got {
		t.Errorf("the cause is %v", got)
	}
	text := fault.Error()
	if !strings.HasPrefix(text,
		"files.update: the service does not allow this (403 insufficientFilePermissions): may not [31mxxx") ||
		strings.ContainsAny(text, "\n\x1b") || len(text) > 500 {
		t.Errorf("got %q", text)
	}
	if fault.ID != "req-9" || fault.Status != 403 || fault.Reason != "insufficientFilePermissions" {
		t.Errorf("got %+v", fault)
	}
}

func TestManyMayCallAtOnce(t *testing.T) {
	s := serve(t, says(429, ""), says(401, ""), says(500, ""), hangsUp, done)
	tr, _ := account(t, cloudhttp.Options{Tokens: &tokens{all: []string{"t1", "t2"}}, Hosts: []string{"127.0.0.1"}})
	var all sync.WaitGroup
	errs := make(chan error, 50)
	for i := range 50 {
		all.Go(func() {
			if _, err := send(t.Context(), tr, "GET", fmt.Sprintf("%s/%d", s.URL, i), ""); err != nil {
				errs <- err
			}
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	// 50, and one more for each of the first four answers; but net/http itself sends a GET again where a connection
	// that was in use before is closed.
	if s := tr.Stats(); s.Calls < 53 || s.Failures != 0 || s.Limits != 1 {
		t.Errorf("counted %+v", s)
	}
}

func TestCallsAndBytesAreCounted(t *testing.T) {
	s := serve(t, done)
	tr, _ := account(t, cloudhttp.Options{Name: func(r *http.Request) string { return r.Method }})
	for range 3 {
		if _, err := send(t.Context(), tr, "GET", s.URL, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := send(t.Context(), tr, "PATCH", s.URL, "12345"); err != nil {
		t.Fatal(err)
	}
	got := tr.Stats()
	if got.Calls != 4 || got.Sent != 5 || got.Received != 4*int64(len(`{"done":true}`)) || got.ByCall["GET"] != 3 ||
		got.ByCall["PATCH"] != 1 || got.Failures != 0 {
		t.Errorf("got %+v", got)
	}
}
