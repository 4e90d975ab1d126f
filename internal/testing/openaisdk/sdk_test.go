package openaisdk

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/sweepd/sweepd/internal/cloud/provenance"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/openaisim"
	"github.com/sweepd/sweepd/internal/secret"
)

const (
	apiKey  = "sk-rehearsal"
	picture = "\x89PNG\r\n\x1a\nnot much more"
	marked  = picture + openaisim.Watermark
)

// tap keeps the last request, with its body.
type tap struct {
	base http.RoundTripper
	req  *http.Request
	body []byte
}

func (w *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w.req, w.body = r.Clone(r.Context()), body
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return w.base.RoundTrip(r)
}

// cloud starts the simulated service and returns the SDK's client, ours, and what they send.
func cloud(t *testing.T, faults ...cloudsim.Fault) (
	*openaisim.OpenAI, openai.ContentProvenanceCheckService, *provenance.Client, *tap,
) {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) }
	c, err := cloudsim.New(cloudsim.Options{Now: now, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := openaisim.New(c, openaisim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sim.SetKey(openaisim.Key{Secret: apiKey})
	server, err := c.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	wire := &tap{base: server.Client().Transport}
	sdk := openai.NewContentProvenanceCheckService(option.WithBaseURL("https://api.openai.com/v1/"),
		option.WithAPIKey(apiKey), option.WithHTTPClient(&http.Client{Transport: wire}), option.WithMaxRetries(0))
	return sim, sdk, provenance.New(provenance.Options{Key: secret.New(apiKey), Base: wire, Now: now}), wire
}

func params(content string) openai.ContentProvenanceCheckNewParams {
	return openai.ContentProvenanceCheckNewParams{File: openai.File(strings.NewReader(content), "picture", "image/png")}
}

func TestTheSDKUnderstandsTheSimulatedService(t *testing.T) {
	_, sdk, _, _ := cloud(t)
	for content, want := range map[string]string{picture: "not_detected", marked: "detected"} {
		got, err := sdk.New(t.Context(), params(content))
		if err != nil {
			t.Fatal(err)
		}
		if got.Object != openai.ContentProvenanceCheckObjectContentProvenanceCheck || got.CreatedAt == 0 ||
			len(got.Results) != 2 {
			t.Errorf("got %s", got.RawJSON())
		}
		for _, r := range got.Results {
			switch v := r.AsAny().(type) {
			case openai.ContentProvenanceCheckResultC2PA:
				if v.Outcome != "not_detected" || v.ValidationState != "not_present" || len(v.JSON.ExtraFields) > 0 {
					t.Errorf("got %s", v.RawJSON())
				}
			case openai.ContentProvenanceCheckResultSynthID:
				named := v.JSON.Model.Valid()
				if v.Outcome != want || len(v.JSON.ExtraFields) > 0 || named != (want == "detected") {
					t.Errorf("got %s, want %s", v.RawJSON(), want)
				}
			default:
				t.Errorf("got %s, which the SDK does not know", r.RawJSON())
			}
		}
	}
}

func TestTheSDKUnderstandsEachRefusal(t *testing.T) {
	for status, code := range map[int]string{
		400: "invalid_file", 401: "invalid_api_key", 403: "unsupported_country_region_territory", 404: "not_found",
		413: "file_too_large", 429: "rate_limit_exceeded", 500: "", 503: "",
	} {
		_, sdk, _, _ := cloud(t, cloudsim.Fault{Kind: cloudsim.Refuse, Status: status, Reason: code, RetryAfter: "7"})
		_, err := sdk.New(t.Context(), params(picture))
		var fault *openai.Error
		if !errors.As(err, &fault) || fault.StatusCode != status || fault.Code != code || fault.Message == "" {
			t.Errorf("%d: got %v", status, err)
		}
	}
}

// What our client sends is what the SDK sends, but for headers in which the SDK describes itself and the machine.
func TestOurClientSpeaksAsTheSDK(t *testing.T) {
	sim, sdk, ours, wire := cloud(t)
	if _, err := sdk.New(t.Context(), params(marked)); err != nil {
		t.Fatal(err)
	}
	theirs := described(t, wire)
	got, err := ours.Ask(t.Context(), []byte(marked), "image/png")
	if err != nil || !got.SynthID || got.Model != "gpt-image" {
		t.Errorf("got %+v, %v", got, err)
	}
	if mine := described(t, wire); !maps.Equal(mine, theirs) {
		t.Errorf("ours is  %q\nthe SDK's %q", mine, theirs)
	}
	if up := sim.Uploads(); len(up) != 2 || up[0] != up[1] {
		t.Errorf("the service got %+v", up)
	}
}

// described returns all of a request that means something.
func described(t *testing.T, w *tap) map[string]string {
	t.Helper()
	d := map[string]string{"request": w.req.Method + " " + w.req.URL.String()}
	for _, name := range slices.Sorted(maps.Keys(w.req.Header)) {
		if name != "User-Agent" && name != "Content-Type" && !strings.HasPrefix(name, "X-Stainless-") {
			d[name] = w.req.Header.Get(name)
		}
	}
	kind, form, err := mime.ParseMediaType(w.req.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	d["Content-Type"] = kind
	parts := multipart.NewReader(bytes.NewReader(w.body), form["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return d
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		_, disposition, _ := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
		d["part "+p.FormName()] = p.Header.Get("Content-Type") + " " + disposition["filename"] + " " + string(body)
	}
}
