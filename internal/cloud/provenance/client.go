package provenance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/secret"
)

const (
	// host is the API's host, the only one that gets the key or a picture.
	host = "api.openai.com"
	// call is the name of a request in logs and errors, and its path below the version of the API.
	call = "content_provenance_checks"
)

// Options are the options of a Client.
type Options struct {
	Key   secret.Text       // an API key
	Base  http.RoundTripper // nil: a fresh one, which honours HTTPS_PROXY and SSL_CERT_FILE
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error // nil: a timer
	Log   *slog.Logger                               // nil: none
}

// Client asks the API with one key. It may be used by several goroutines.
type Client struct{ http *http.Client }

// Answer is the API's answer about one picture.
type Answer struct {
	SynthID bool   // the watermark was detected; false: nothing follows
	Model   string // that generated the picture, as OpenAI names it; "" if it names none
}

// ErrForm: the answer differs from the API's reference.
var ErrForm = errors.New("the answer is not in the form of the API")

// key is an API key as cloudhttp.Tokens. There is no other one when it is refused.
type key struct{ secret.Text }

// Token implements cloudhttp.Tokens.
func (k key) Token(_ context.Context, refused secret.Text) (secret.Text, error) {
	if !refused.Empty() {
		return secret.Text{}, errRefusedKey
	}
	return k.Text, nil
}

var errRefusedKey = errors.New("OpenAI does not accept the API key")

// New returns a client. It sends nothing.
func New(o Options) *Client {
	return &Client{&http.Client{Transport: cloudhttp.New(o.Base, cloudhttp.Options{
		Tokens: key{o.Key}, Hosts: []string{host}, Classify: classify,
		Name: func(*http.Request) string { return call },
		// The limits of the API are strict, and not published. An upload counts as silence until it is answered.
		Rate: 1, Tries: 3, Timeout: 5 * time.Minute,
		Log: o.Log, Now: o.Now, Sleep: o.Sleep,
	})}}
}

// Ask uploads the picture and returns the answer. It may upload it again after a failure of the service. The error is
// ErrForm, or a *cloudhttp.Error: Refused is about this picture, Unavailable is a failure that another picture need not
// meet, all others are about the key or the limits.
func (c *Client) Ask(ctx context.Context, picture []byte, mediaType string) (Answer, error) {
	form, contentType, err := formOf(picture, mediaType)
	if err != nil {
		return Answer{}, err
	}
	// A check changes nothing that is the user's, so that it may be repeated.
	req, err := http.NewRequestWithContext(cloudhttp.Reading(ctx), http.MethodPost, "https://"+host+"/v1/"+call,
		bytes.NewReader(form))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return Answer{}, cloudhttp.Cause(err)
	}
	defer resp.Body.Close()
	var got check
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrForm, err)
	}
	return got.answer()
}

// formOf returns the form with the one field of a request. The picture has the same name in every request.
func formOf(picture []byte, mediaType string) (form []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="picture"`}, "Content-Type": {mediaType},
	})
	if err == nil {
		_, err = part.Write(picture)
	}
	err = errors.Join(err, w.Close())
	return b.Bytes(), w.FormDataContentType(), err
}

// check is the answer of the API, of which no other field is used.
type check struct {
	Object  string `json:"object"`
	Results []struct {
		Type    string `json:"type"`
		Outcome string `json:"outcome"`
		Model   string `json:"model"` // may be null
	} `json:"results"`
}

// answer returns the result for the watermark, which an answer about a picture always has. The results are in no order.
func (c check) answer() (Answer, error) {
	for _, r := range c.Results {
		switch {
		case c.Object != "content_provenance_check" || r.Type != "synthid":
		case r.Outcome == "detected":
			return Answer{SynthID: true, Model: r.Model}, nil
		case r.Outcome == "not_detected":
			return Answer{}, nil
		}
	}
	return Answer{}, fmt.Errorf("%w: it has no result for the watermark", ErrForm)
}
