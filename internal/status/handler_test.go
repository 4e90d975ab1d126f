package status_test

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
)

func TestADaemonSaysAllOfItselfOverItsSocket(t *testing.T) {
	d := serve(t, full(), status.Options{})
	got, err := status.Status(t.Context(), d.socket)
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Comparer(func(a, b language.Message) bool {
		return a.String() == b.String() && a.In(language.For("de")) == b.In(language.For("de"))
	})
	if diff := cmp.Diff(full(), got, same); diff != "" {
		t.Errorf("(-said +heard)\n%s", diff)
	}
}

func TestADaemonWithoutStoragesSaysSo(t *testing.T) {
	d := serve(t, status.Daemon{}, status.Options{})
	if code, body := d.ask(t, true, "GET", "/status.json", ""); code != 200 ||
		!strings.Contains(body, `"storages":[]`) || strings.Contains(body, "0001") {
		t.Errorf("got %d %s", code, body)
	}
}

func TestADaemonIsTold(t *testing.T) {
	d := serve(t, full(), status.Options{})
	for _, c := range []struct {
		verb     string
		storages []string
	}{{"sweep", nil}, {"sweep", []string{"pictures", "a & b"}}, {"reload", nil}} {
		if err := status.Command(t.Context(), d.socket, c.verb, c.storages); err != nil {
			t.Errorf("%s: %v", c.verb, err)
		}
	}
	if err := status.Command(t.Context(), d.socket, "sweep", []string{"nowhere"}); err == nil ||
		err.Error() != `the policy has no storage "nowhere"` {
		t.Errorf("got %v", err)
	}
	if err := status.Command(t.Context(), d.socket, "explode", nil); err == nil ||
		!strings.Contains(err.Error(), "explode") {
		t.Errorf("got %v", err)
	}
	if want := []string{"sweep", "sweep pictures a & b", "reload"}; !slices.Equal(d.told, want) {
		t.Errorf("was told %q, want %q", d.told, want)
	}
}

func TestWithoutADaemonThereIsNone(t *testing.T) {
	d := serve(t, full(), status.Options{})
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	stale := d.socket + ".stale"
	leave(t, stale)
	for _, socket := range []string{
		d.socket, stale, d.socket + "/below/a/file/that/is/not/there", d.socket + strings.Repeat("x", 200),
	} {
		if _, err := status.Status(t.Context(), socket); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("ask: got %v", err)
		}
		if err := status.Command(t.Context(), socket, "sweep", nil); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("tell: got %v", err)
		}
	}
}

func TestWhatIsHealthy(t *testing.T) {
	const stale = 12 * time.Hour
	well := status.Storage{Name: "pictures", State: status.Idle, LastGood: now.Add(-time.Hour)}
	with := func(change func(*status.Storage)) status.Storage {
		s := well
		change(&s)
		return s
	}
	for _, c := range []struct {
		name  string
		since time.Duration // how long the daemon runs
		s     status.Storage
		sick  string
	}{
		{"well", 48 * time.Hour, well, ""},
		{
			"just as old as it may be",
			48 * time.Hour,
			with(func(s *status.Storage) { s.LastGood = now.Add(-stale) }),
			"",
		},
		{
			"too old",
			48 * time.Hour,
			with(func(s *status.Storage) { s.LastGood = now.Add(-stale - time.Second) }),
			"pictures was last scanned completely at 2026-11-24T23:59:59Z\n",
		},
		{
			"from before the daemon began",
			time.Minute,
			with(func(s *status.Storage) { s.LastGood = now.Add(-13 * time.Hour) }),
			"pictures was last scanned completely at 2026-11-24T23:00:00Z\n",
		},
		{"not yet", time.Minute, with(func(s *status.Storage) { s.LastGood = time.Time{} }), ""},
		{
			"never",
			13 * time.Hour,
			with(func(s *status.Storage) { s.LastGood = time.Time{} }),
			"pictures was not scanned completely since 2026-11-24T23:00:00Z\n",
		},
		{
			"stuck",
			time.Minute,
			with(func(s *status.Storage) { s.State, s.StateSince = status.Stuck, now.Add(-time.Hour) }),
			"pictures is stuck since 2026-11-25T11:00:00Z\n",
		},
		{
			"signed out",
			time.Minute,
			with(func(s *status.Storage) {
				s.State, s.Err = status.Unopened, "the sign-in of ann@example.com is over"
			}),
			"pictures cannot be opened\n",
		},
		{
			"a file that cannot be read",
			time.Minute,
			with(func(s *status.Storage) { s.Err = "holiday.png: input/output error" }),
			"",
		},
		{"waiting", time.Minute, with(func(s *status.Storage) { s.State = status.Waiting }), ""},
	} {
		d := serve(t, status.Daemon{
			Since:    now.Add(-c.since),
			Storages: []status.Storage{{Name: "other", State: status.Idle, LastGood: now}, c.s},
		}, status.Options{Stale: func() time.Duration { return stale }})
		want, text := 200, "ok\n"
		if c.sick != "" {
			want, text = 503, c.sick
		}
		for _, unix := range []bool{true, false} {
			if code, body := d.ask(t, unix, "GET", "/healthz", ""); code != want || body != text {
				t.Errorf("%s: got %d %q, want %d %q", c.name, code, body, want, text)
			}
		}
	}
	d := serve(t, status.Daemon{Storages: []status.Storage{{Name: "old", State: status.Idle}}}, status.Options{})
	if code, body := d.ask(t, false, "GET", "/healthz", ""); code != 200 {
		t.Errorf("without a limit: got %d %q", code, body)
	}
}

// The reasons have paths in them.
func TestWhyNothingIsDeletedIsNotSaidOverTheLoopback(t *testing.T) {
	lost := full()
	lost.Held = language.Messagef("the policy file %s is gone", "/home/ann/.config/sweepd/policy.yaml")
	lost.RecordErr = `the journal was replaced while open: "/home/ann/.local/state/sweepd/journal.db" is gone`
	d := serve(t, lost, status.Options{})
	if code, body := d.ask(t, false, "GET", "/healthz", ""); code != 503 ||
		!strings.HasPrefix(body, "the record is not reliable\n") {
		t.Errorf("got %d %q", code, body)
	}
	for _, path := range []string{"/", "/healthz", "/metrics", "/status.json"} {
		if _, body := d.ask(t, false, "GET", path, ""); strings.Contains(body, "/home/ann") {
			t.Errorf("GET %s says %q", path, body)
		}
	}
	if _, body := d.ask(t, true, "GET", "/status.json", ""); strings.Count(body, "/home/ann/.local/state") != 1 {
		t.Errorf("its owner is not told: %q", body)
	}
}

func TestOverTheLoopbackNothingIsTakenAndNoNameIsSaid(t *testing.T) {
	d := serve(t, full(), status.Options{Stale: func() time.Duration { return time.Second }, Pprof: true})
	for _, path := range []string{
		"/", "/healthz", "/metrics", "/status.json", "/debug/pprof/", "/debug/pprof/goroutine?debug=2",
		"/debug/pprof/cmdline",
	} {
		_, body := d.ask(t, false, "GET", path, "")
		for _, secret := range secrets {
			if strings.Contains(body, secret) {
				t.Errorf("%s says %q: %s", path, secret, body)
			}
		}
	}
	for _, c := range []struct {
		unix         bool
		method, path string
		host         string
		want         int
	}{
		{false, "GET", "/status.json", "", 403},
		{false, "POST", "/do/sweep", "", 403},
		{false, "POST", "/do/sweep", "localhost", 403},
		{false, "GET", "/do/sweep", "", 405},
		{true, "GET", "/do/sweep", "", 405},
		{true, "POST", "/status.json", "", 405},
		{false, "POST", "/healthz", "", 405},
		{false, "GET", "/healthz", "localhost:9464", 200},
		{false, "GET", "/healthz", "LocalHost", 200},
		{false, "GET", "/healthz", "[::1]:9464", 200},
		{false, "GET", "/healthz", "[::1]", 200},
		{false, "GET", "/healthz", "127.0.0.1", 200},
		{false, "GET", "/healthz", "evil.example.com", 421},
		{false, "GET", "/metrics", "evil.example.com:80", 421},
		{false, "GET", "/metrics", "localhost.evil.example.com", 421},
		{false, "GET", "/metrics", "127.0.0.1.evil.example.com", 421},
		{false, "GET", "/metrics", "192.168.1.2:9464", 421},
		{false, "POST", "/do/sweep", "evil.example.com", 421},
		{true, "GET", "/metrics", "anything", 200},
		{false, "GET", "/nothing", "", 404},
	} {
		d := serve(t, full(), status.Options{})
		if code, body := d.ask(t, c.unix, c.method, c.path, c.host); code != c.want {
			t.Errorf("%s %s as %q, unix %v: got %d %s, want %d", c.method, c.path, c.host, c.unix, code, body, c.want)
		}
		if len(d.told) > 0 {
			t.Errorf("%s %s as %q: was told %q", c.method, c.path, c.host, d.told)
		}
	}
}

// A request whose local address is not known, or is not loopback, is refused.
func TestAnAddressThatIsNotKnownToBeTheLoopbackIsRefused(t *testing.T) {
	w := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/metrics", nil)
	status.Handler(status.Options{State: full, Now: func() time.Time { return now }}).ServeHTTP(w, req)
	if w.Code != http.StatusMisdirectedRequest {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestProfilesAreServedOnlyWhenAskedFor(t *testing.T) {
	for _, on := range []bool{false, true} {
		d := serve(t, full(), status.Options{Pprof: on})
		code, body := d.ask(t, false, "GET", "/debug/pprof/goroutine?debug=1", "")
		if served := code == 200 && strings.Contains(body, "goroutine profile"); served != on {
			t.Errorf("on %v: got %d", on, code)
		}
		if code, _ := d.ask(t, true, "GET", "/debug/pprof/cmdline", ""); code != 404 {
			t.Errorf("cmdline: got %d", code)
		}
	}
}
