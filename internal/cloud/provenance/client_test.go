package provenance_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/provenance"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/openaisim"
	"github.com/sweepd/sweepd/internal/secret"
)

const apiKey = "sk-rehearsal-0123456789"

// service is a simulated OpenAI and a client of it. Its clock passes only during sleeps.
type service struct {
	testing.TB
	sim   *openaisim.OpenAI
	cloud *cloudsim.Cloud
	now   time.Time
	slept []time.Duration
	log   bytes.Buffer
	*provenance.Client
}

func serve(t testing.TB, key string, faults ...cloudsim.Fault) *service {
	t.Helper()
	s := &service{TB: t, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return s.now }
	var err error
	if s.cloud, err = cloudsim.New(cloudsim.Options{Now: now, Faults: faults}); err != nil {
		t.Fatal(err)
	}
	if s.sim, err = openaisim.New(s.cloud, openaisim.Options{Rate: 2}); err != nil {
		t.Fatal(err)
	}
	s.sim.SetKey(openaisim.Key{Secret: apiKey, Owner: "ann"})
	server, err := s.cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s.Client = provenance.New(provenance.Options{
		Key: secret.New(key), Base: server.Client().Transport, Now: now,
		Log: slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Sleep: func(_ context.Context, d time.Duration) error {
			s.slept, s.now = append(s.slept, d), s.now.Add(d)
			return nil
		},
	})
	return s
}

// png returns a picture with those bytes in a text.
func png(text string) []byte {
	chunk := func(kind string, body []byte) []byte {
		out := append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", make([]byte, 13)), chunk("tEXt", []byte(text)),
		chunk("IEND", nil))
}

func TestAnAnswerIsByTheContent(t *testing.T) {
	s := serve(t, apiKey)
	for text, want := range map[string]provenance.Answer{
		"a photo":                        {},
		"made by " + openaisim.Watermark: {SynthID: true, Model: "gpt-image"},
	} {
		got, err := s.Ask(t.Context(), png(text), "image/png")
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, u := range s.sim.Uploads() {
		if u.Name != "picture" || u.MediaType != "image/png" {
			t.Errorf("sent %+v, want no name of a file", u)
		}
	}
	if strings.Contains(s.log.String(), apiKey) {
		t.Error("the key is in the log")
	}
}

func TestWhatBecomesOfAFailure(t *testing.T) {
	refuse := func(status int, reason string, times int) cloudsim.Fault {
		return cloudsim.Fault{Kind: cloudsim.Refuse, Status: status, Reason: reason, Times: times}
	}
	for _, c := range []struct {
		name  string
		key   string
		fault cloudsim.Fault
		want  error // nil: an answer
		calls int
		hint  string
	}{
		{"a wrong key", "sk-wrong", cloudsim.Fault{}, cloudhttp.Unsent, 1, "valid API key"},
		{"a country", apiKey, refuse(403, "unsupported_country_region_territory", -1), cloudhttp.Denied, 1, "access"},
		{"no access", apiKey, refuse(404, "not_found", -1), cloudhttp.Denied, 1, "access"},
		{"a limit", apiKey, refuse(429, "rate_limit_exceeded", 1), nil, 2, ""},
		{"a lasting limit", apiKey, refuse(429, "rate_limit_exceeded", -1), cloudhttp.Limited, 3, ""},
		{"no money", apiKey, refuse(429, "insufficient_quota", -1), cloudhttp.Exhausted, 1, "billing"},
		{"a bad file", apiKey, refuse(400, "invalid_file", -1), cloudhttp.Refused, 1, ""},
		{"too large", apiKey, refuse(413, "file_too_large", -1), cloudhttp.Refused, 1, ""},
		{"a fault", apiKey, refuse(500, "", 1), nil, 2, ""},
		{"a lasting fault", apiKey, refuse(503, "", -1), cloudhttp.Unavailable, 3, ""},
		{"a proxy's page", apiKey, cloudsim.Fault{
			Kind: cloudsim.Refuse, Status: 400, Text: "<html>", Times: -1,
		}, cloudhttp.Denied, 1, ""},
		{"hung up", apiKey, cloudsim.Fault{Kind: cloudsim.CloseAfter}, nil, 2, ""},
		{"half an answer", apiKey, cloudsim.Fault{Kind: cloudsim.Truncate}, nil, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var faults []cloudsim.Fault
			if c.fault.Kind != "" {
				faults = append(faults, c.fault)
			}
			s := serve(t, c.key, faults...)
			got, err := s.Ask(t.Context(), png(openaisim.Watermark), "image/png")
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || got.SynthID != (c.want == nil) {
				t.Errorf("got %+v, %v; want %v", got, err, c.want)
			}
			if n := s.cloud.Audit().Calls()[openaisim.Method]; n != c.calls {
				t.Errorf("%d calls, want %d", n, c.calls)
			}
			if hint := provenance.Hint(err); !strings.Contains(hint, c.hint) || err != nil && !provenance.Ours(err) {
				t.Errorf("the hint is %q, want %q in it; ours %v", hint, c.hint, provenance.Ours(err))
			}
			if err != nil && strings.Contains(err.Error()+s.log.String(), c.key) {
				t.Errorf("the key is shown: %v", err)
			}
		})
	}
}

func TestAnUploadWaitsAsLongAsItIsAskedTo(t *testing.T) {
	s := serve(t, apiKey) // two a minute
	for range 3 {
		if _, err := s.Ask(t.Context(), png("a"), "image/png"); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.cloud.Audit().Calls()[openaisim.Method]; n != 4 || slices.Max(s.slept) < 50*time.Second {
		t.Errorf("%d calls, slept %v; want the third one refused once and repeated after the minute", n, s.slept)
	}
}

func TestNoOtherHostGetsAPicture(t *testing.T) {
	s := serve(t, apiKey)
	var asked []string
	s.Client = provenance.New(provenance.Options{
		Key: secret.New(apiKey), Now: func() time.Time { return s.now },
		Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked = append(asked, r.URL.String())
			return &http.Response{
				StatusCode: http.StatusTemporaryRedirect, Body: http.NoBody, Request: r,
				Header: http.Header{"Location": {"https://example.com/v1/content_provenance_checks"}},
			}, nil
		}),
	})
	_, err := s.Ask(t.Context(), png("a"), "image/png")
	if !errors.Is(err, cloudhttp.Unsent) || !slices.Equal(asked, []string{"https://api.openai.com" + openaisim.Path}) {
		t.Errorf("asked %q: %v", asked, err)
	}
}

// roundTrip is a function as a http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An answer that is not as documented is an error, and never a watermark.
func FuzzAnAnswerInAnyForm(f *testing.F) {
	for _, body := range []string{
		`{"object":"content_provenance_check","created_at":1,"results":[{"type":"synthid","outcome":"detected"}]}`,
		`{"object":"content_provenance_check","results":[{"type":"c2pa","outcome":"detected"}]}`,
		`{"object":"content_provenance_check","results":[{"type":"synthid","outcome":"unsure"}]}`,
		`{"object":"else","results":[{"type":"synthid","outcome":"detected"}]}`,
		`{"results":[null]}`, `{"results":{}}`, `[]`, `{`, ``,
	} {
		f.Add(200, body)
		f.Add(400, `{"error":`+body+`}`)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		c := provenance.New(provenance.Options{
			Key: secret.New(apiKey), Now: func() time.Time { return time.Unix(0, 0) },
			Sleep: func(context.Context, time.Duration) error { return nil },
			Base: roundTrip(func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
					Body: readCloser{strings.NewReader(body)}, ContentLength: int64(len(body)),
				}, nil
			}),
		})
		got, err := c.Ask(t.Context(), png("a"), "image/png")
		switch {
		case err != nil && got != provenance.Answer{}:
			t.Errorf("%d %s: got %+v with %v", status, body, got, err)
		case err == nil && (status >= 400 || !strings.Contains(strings.ToLower(body), "synthid")):
			t.Errorf("%d %s: got %+v", status, body, got)
		}
	})
}

// readCloser is a reader that need not be closed.
type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
