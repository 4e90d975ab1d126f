package notify

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// at is when everything in these tests happens.
var at = time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)

func now() time.Time { return at }

// TestMain starts a server for all services under their real names, over TLS, for clients that accept no other
// address. Both variables must be set before the first call of the process.
func TestMain(m *testing.M) { os.Exit(underRoof(m)) }

func underRoof(m *testing.M) int {
	dir, err := os.MkdirTemp("", "notify")
	if err != nil {
		panic(err)
	}
	ca := filepath.Join(dir, "ca.pem")
	cloud, err := cloudsim.New(cloudsim.Options{Now: now})
	if err == nil {
		err = cloud.Add(world)
	}
	if err != nil {
		panic(err)
	}
	server, err := cloud.Start("127.0.0.1:0")
	if err == nil {
		err = os.WriteFile(ca, server.CA(), 0o600)
	}
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{
		"HTTPS_PROXY":   server.ProxyURL(),
		"SSL_CERT_FILE": ca,
		"SSL_CERT_DIR":  dir,
		"NO_PROXY":      "",
	} {
		os.Setenv(name, value)
	}
	http.DefaultClient.Timeout = 2 * time.Second // a service that never answers is one of the tests
	status := m.Run()
	server.Close()
	os.Remove(ca)
	os.Remove(dir)
	return status
}

// asked is one request that a service received.
type asked struct {
	method, url, body string
	header            http.Header
}

// receiver is a service: it keeps its requests, and answers as the test sets it.
type receiver struct {
	mu     sync.Mutex
	got    []asked
	answer http.HandlerFunc // nil: 200 and {"ok":true}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	r.got = append(r.got, asked{q.Method, "https://" + q.Host + q.URL.RequestURI(), string(body), q.Header})
	answer := r.answer
	r.mu.Unlock()
	if answer == nil {
		answer = func(w http.ResponseWriter, q *http.Request) {
			if q.Host == "hooks.slack.com" {
				fmt.Fprint(w, "ok")
				return
			}
			fmt.Fprint(w, `{"ok":true,"room_id":"!room:chat.example","event_id":"$1","status":1}`)
		}
	}
	answer(w, q)
}

// with sets the answer and forgets the earlier requests.
func (r *receiver) with(answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got, r.answer = nil, answer
}

func (r *receiver) all() []asked {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]asked(nil), r.got...)
}

// roofed is one receiver for all services that are served under their real names.
type roofed struct{ receiver }

var world = &roofed{}

func (*roofed) Provider() string { return "chat" }
func (*roofed) Hosts() []string {
	return []string{
		"hooks.slack.com", "slack.com", "api.telegram.org", "chat.example", "hooks.example", "discord.com",
		"chat.googleapis.com", "maker.ifttt.com", "joinjoaomgcd.appspot.com", "open.larksuite.com", "notifiarr.com",
		"api.opsgenie.com", "events.pagerduty.com", "api.pushbullet.com", "api.pushover.net", "qyapi.weixin.qq.com",
		"mia.webhook.office.com",
	}
}

func (*roofed) Call(*http.Request) cloudsim.Call { return cloudsim.Call{Method: "chat"} }

func (*roofed) Refuse(w http.ResponseWriter, _ *http.Request, status int, _ string) {
	w.WriteHeader(status)
}
func (*roofed) Disturb(*http.Request, cloudsim.Kind) bool { return false }

// serve is a receiver on loopback.
func serve(t *testing.T) (r *receiver, host string) {
	t.Helper()
	r = &receiver{}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	return r, s.Listener.Addr().String()
}

// file holds an address as a sink's file must.
func file(t *testing.T, address string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sink")
	if err := os.WriteFile(path, []byte(address+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// env is an environment of these variables, a name and a value each.
func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// message has a name that is to be hidden.
func message() Message {
	return Message{
		Event: "summary", Subject: "3 pictures are in the trash", At: at,
		Text: "home: 3 trashed, 1 held.\nUndo: sweepd undo 7",
		Full: "home: 3 trashed, 1 held.\n/home/mia/Downloads/secret plans.png\nUndo: sweepd undo 7",
	}
}

// tryOne sends the message to one address, once.
func tryOne(t *testing.T, address string, names bool) error {
	t.Helper()
	return tryAt(t, file(t, address), names, env())
}

func tryAt(t *testing.T, to string, names bool, getenv func(string) string) error {
	t.Helper()
	o := Options{Sinks: []Sink{{To: to, Names: names}}, Getenv: getenv, Now: now}
	return Try(t.Context(), o, message())[0].Err
}

// records is a log to be read.
type records struct {
	mu   sync.Mutex
	text string
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text += string(p)
	return len(p), nil
}

func (r *records) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text
}

func (r *records) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// takes is a carrier whose result the test decides.
type takes func(ctx context.Context, l letter) error

func (f takes) carry(ctx context.Context, l letter) error { return f(ctx, l) }
