package openaisim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/openaisim"
)

const picture = "\x89PNG\r\n\x1a\nnot much more"

// part is a part of a form.
type part struct{ name, file, mediaType, body string }

// form returns a request with the parts.
func form(parts ...part) *http.Request {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		disposition := `form-data; name="` + p.name + `"`
		if p.file != "" {
			disposition += `; filename="` + p.file + `"`
		}
		out, _ := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {disposition}, "Content-Type": {p.mediaType},
		})
		_, _ = io.WriteString(out, p.body)
	}
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, "https://"+openaisim.Host+openaisim.Path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Authorization", "Bearer sk-1")
	return r
}

func TestARequestIsJudgedAsTheReferenceSays(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	cloud, err := cloudsim.New(cloudsim.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	s, err := openaisim.New(cloud, openaisim.Options{Rate: 1})
	if err != nil {
		t.Fatal(err)
	}
	s.SetKey(openaisim.Key{Secret: "sk-1", Owner: "ann"})
	s.SetKey(openaisim.Key{Secret: "sk-old", Revoked: true})
	s.SetKey(openaisim.Key{Secret: "sk-barred", Barred: true})
	with := func(r *http.Request, key, value string) *http.Request {
		r.Header.Set(key, value)
		return r
	}
	good := part{"file", "a.png", "image/png", picture}
	for _, c := range []struct {
		name   string
		r      *http.Request
		status int
		code   string // or a part of the message
	}{
		{"a picture", form(good), 200, ""},
		{"of no certain type", form(part{"file", "a", "application/octet-stream", picture}), 200, ""},
		{"no key", with(form(good), "Authorization", ""), 401, "provide an API key"},
		{"a wrong key", with(form(good), "Authorization", "Bearer sk-2"), 401, "invalid_api_key"},
		{"a revoked key", with(form(good), "Authorization", "Bearer sk-old"), 401, "invalid_api_key"},
		{"no access", with(form(good), "Authorization", "Bearer sk-barred"), 404, "access"},
		{"another path", httptest.NewRequest("POST", "https://api.openai.com/v1/else", nil), 404, "Invalid URL"},
		{"another method", httptest.NewRequest("GET", "https://"+openaisim.Host+openaisim.Path, nil), 404, "Invalid"},
		{"no form", with(form(good), "Content-Type", "image/png"), 400, "multipart"},
		{"another boundary", with(form(good), "Content-Type", "multipart/form-data; boundary=x"), 400, "Missing"},
		{"no part", form(), 400, "Missing required parameter"},
		{"another part", form(part{"image", "a.png", "image/png", picture}), 400, "Unknown parameter"},
		{"two files", form(good, good), 400, "One file"},
		{"no file name", form(part{"file", "", "image/png", picture}), 400, "not a file"},
		{"an empty file", form(part{"file", "a.png", "image/png", ""}), 400, "invalid_file"},
		{"a GIF", form(part{"file", "a.gif", "image/gif", "GIF89a"}), 400, "Unsupported"},
		{"another type", form(part{"file", "a.jpg", "image/jpeg", picture}), 400, "media type"},
		{"too large", form(part{"file", "a", "image/png", picture + strings.Repeat("x", 50<<20)}), 413, "too_large"},
	} {
		now = now.Add(time.Hour)
		w := httptest.NewRecorder()
		cloud.ServeHTTP(w, c.r)
		body := w.Body.String()
		if w.Code != c.status || !strings.Contains(body, c.code) || !json.Valid([]byte(body)) ||
			strings.Contains(body, `"error"`) == (c.status == 200) {
			t.Errorf("%s: got %d %s, want %d %q", c.name, w.Code, body, c.status, c.code)
		}
	}
	w := httptest.NewRecorder()
	cloud.ServeHTTP(w, form(good))
	now = now.Add(20 * time.Second)
	w = httptest.NewRecorder()
	if cloud.ServeHTTP(w, form(good)); w.Code != 429 || w.Header().Get("Retry-After") != "40" {
		t.Errorf("a second one in a minute: got %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}
