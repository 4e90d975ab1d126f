package openaisim

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// refusal is an error answer.
type refusal struct {
	status int
	kind   string // error.type
	code   string // error.code; null if it is ""
	param  string // error.param; null if it is ""
	text   string
	after  time.Duration // for Retry-After
}

// ServeHTTP implements http.Handler.
func (s *OpenAI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Request-Id", fmt.Sprintf("req_%016x", s.roof.Now().UnixNano()))
	file, wrong := s.examine(r)
	if wrong != nil {
		wrong.write(w)
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"object": "content_provenance_check", "created_at": s.roof.Now().Unix(), "results": results(file),
	})
}

// examine returns the file of a request that is in order. As far as is known the service judges the key first, then the
// rate, then the file.
func (s *OpenAI) examine(r *http.Request) ([]byte, *refusal) {
	if r.URL.Path != Path || r.Method != http.MethodPost {
		return nil, &refusal{
			status: http.StatusNotFound, kind: "invalid_request_error",
			text: fmt.Sprintf("Invalid URL (%s %s)", r.Method, r.URL.Path),
		}
	}
	key, signed := s.key(r)
	switch {
	case key == nil && !signed:
		return nil, &refusal{
			status: http.StatusUnauthorized, kind: "invalid_request_error", text: "You didn't provide an API key.",
		}
	case key == nil:
		return nil, &refusal{
			status: http.StatusUnauthorized, kind: "invalid_request_error", code: "invalid_api_key",
			text: "Incorrect API key provided.",
		}
	case key.Barred:
		return nil, &refusal{
			status: http.StatusNotFound, kind: "invalid_request_error", code: "not_found",
			text: "Your organization does not have access to this endpoint.",
		}
	}
	if after := s.limited(key); after > 0 {
		return nil, &refusal{
			status: http.StatusTooManyRequests, kind: "requests", code: "rate_limit_exceeded", after: after,
			text: "Rate limit reached for requests.",
		}
	}
	upload, file, wrong := only(r)
	if wrong != nil {
		return nil, wrong
	}
	s.received(upload)
	media := []string{"image/png", "image/jpeg", "image/webp"}
	switch found := http.DetectContentType(file); {
	case len(file) == 0:
		return nil, badFile("The file is empty.")
	case !slices.Contains(media, found):
		return nil, badFile("Unsupported file type: " + found + ".")
	case upload.MediaType != found && upload.MediaType != "application/octet-stream":
		return nil, badFile("The file is not of its media type.")
	}
	return file, nil
}

// badFile returns the refusal of a file that cannot be examined.
func badFile(text string) *refusal {
	return &refusal{
		status: http.StatusBadRequest, kind: "invalid_request_error", code: "invalid_file", param: "file", text: text,
	}
}

// only returns the one part of a request's multipart body, which has to be the file.
func only(r *http.Request) (u Upload, file []byte, wrong *refusal) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return u, nil, badForm("The request is not multipart/form-data.", "")
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) && n == 1 {
			return u, file, nil
		}
		switch {
		case errors.Is(err, io.EOF):
			return u, nil, badForm("Missing required parameter: 'file'.", "file")
		case err != nil:
			return u, nil, badForm("The multipart form cannot be read.", "")
		case part.FormName() != "file":
			return u, nil, badForm("Unknown parameter: '"+part.FormName()+"'.", part.FormName())
		case n > 0:
			return u, nil, badForm("One file at a time.", "file")
		case part.FileName() == "":
			return u, nil, badForm("'file' is not a file.", "file")
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, io.LimitReader(part, maxFile+1)); err != nil {
			return u, nil, badForm("The multipart form cannot be read.", "")
		}
		if b.Len() > maxFile {
			return u, nil, &refusal{
				status: http.StatusRequestEntityTooLarge, kind: "invalid_request_error", code: "file_too_large",
				param: "file", text: "The file is larger than 50 MiB.",
			}
		}
		file = b.Bytes()
		u = Upload{
			SHA256: sha256.Sum256(file), Size: int64(len(file)), Name: part.FileName(),
			MediaType: part.Header.Get("Content-Type"),
		}
	}
}

// badForm returns the refusal of a form that differs from the reference.
func badForm(text, param string) *refusal {
	return &refusal{status: http.StatusBadRequest, kind: "invalid_request_error", param: param, text: text}
}

// Refuse implements cloudsim.Service. A reason is error.code.
func (s *OpenAI) Refuse(w http.ResponseWriter, _ *http.Request, status int, reason string) {
	kind := "invalid_request_error"
	switch {
	case status == http.StatusTooManyRequests:
		kind = "requests"
	case status >= 500:
		kind = "server_error"
	}
	(&refusal{status: status, kind: kind, code: reason, text: http.StatusText(status)}).write(w)
}

// write writes the refusal in the form of the API: {"error": {...}}.
func (x *refusal) write(w http.ResponseWriter) {
	if x.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((x.after+time.Second-1)/time.Second)))
	}
	null := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	answer(w, x.status, map[string]any{"error": map[string]any{
		"message": x.text, "type": x.kind, "param": null(x.param), "code": null(x.code),
	}})
}

// answer writes v as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
