package cloudhttp_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/secret"
)

// clock is a time that passes only during sleeps.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return nil
}

func (c *clock) total() (d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.slept {
		d += s
	}
	return d
}

// service answers each request by the next of its steps, the last one again and again, and keeps what it was asked.
type service struct {
	*httptest.Server
	mu    sync.Mutex
	steps []http.HandlerFunc
	asked []asked
}

type asked struct{ method, path, body, authorization string }

func serve(t *testing.T, steps ...http.HandlerFunc) *service {
	t.Helper()
	s := &service{steps: steps}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.asked = append(s.asked, asked{r.Method, r.URL.Path, string(b), r.Header.Get("Authorization")})
	step := s.steps[0]
	if len(s.steps) > 1 {
		s.steps = s.steps[1:]
	}
	s.mu.Unlock()
	step(w, r)
}

func (s *service) requests() []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]asked(nil), s.asked...)
}

// The steps.

func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func done(w http.ResponseWriter, r *http.Request) {
	says(200, `{"done":true}`, "Content-Type", "application/json")(w, r)
}

// hangsUp closes the connection without an answer.
func hangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// breaksOff sends half of the answer.
func breaksOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `{"done":`)
}

// account is a transport to the service with its clock. A service is silent by the wall clock: no test here is so slow.
func account(t *testing.T, o cloudhttp.Options) (*cloudhttp.Transport, *clock) {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = 24 * time.Hour
	}
	return accountOver(t, nil, o)
}

func accountOver(t *testing.T, base http.RoundTripper, o cloudhttp.Options) (*cloudhttp.Transport, *clock) {
	t.Helper()
	c := newClock()
	o.Now, o.Sleep = c.Now, c.Sleep
	if o.Random == nil {
		o.Random = func(n int64) int64 { return n - 1 }
	}
	tr := cloudhttp.New(base, o)
	t.Cleanup(tr.CloseIdleConnections)
	return tr, c
}

// send makes one call; the body of a good answer, or the error.
func send(ctx context.Context, tr http.RoundTripper, method, url, body string) (string, error) {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, in)
	if err != nil {
		return "", err
	}
	resp, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// tokens gives t1, and after that was refused t2, and so on.
type tokens struct {
	mu      sync.Mutex
	all     []string
	refused []string
	err     error
}

func (k *tokens) Token(_ context.Context, refused secret.Text) (secret.Text, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !refused.Empty() {
		k.refused = append(k.refused, refused.Reveal())
		if len(k.all) > 1 && refused.Reveal() == k.all[0] {
			k.all = k.all[1:]
		}
	}
	return secret.New(k.all[0]), k.err
}
