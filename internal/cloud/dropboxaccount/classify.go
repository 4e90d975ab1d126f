package dropboxaccount

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// Classify returns the meaning of an error answer of the Dropbox API, for cloudhttp.Options. Source: "Error handling"
// of https://www.dropbox.com/developers/documentation/http/documentation and
// https://developers.dropbox.com/error-handling-guide.
//
// The error of a route is a 409 whose tags are nested; Meaning.Reason is the path through them:
// "path_lookup/not_found". A missing scope counts as a tag: "missing_scope/files.content.write". Only two tags mean
// more than a refusal of the call: that something is not found, and that another client holds a lock. A limit may be
// plain text. An answer that is not in Dropbox's form did not come from Dropbox, but perhaps from a proxy, and shows
// nothing about the account.
func Classify(a cloudhttp.Answer) cloudhttp.Meaning {
	m := cloudhttp.ByStatus(a)
	if a.Status == http.StatusTooManyRequests {
		m.After = retryAfter(a.Body)
	}
	f, ours := parseFault(a.Body)
	if !ours {
		switch a.Status {
		case http.StatusBadRequest: // in plain text, for programmers
			m.Text = string(a.Body)
		case http.StatusForbidden, http.StatusNotFound:
			m.Kind = cloudhttp.Refused
		}
		return m
	}
	tags := f.tags()
	m.Reason, m.Text = strings.Join(tags, "/"), f.UserMessage.Text
	switch {
	case a.Status == http.StatusConflict:
		m.Kind = ofRoute(tags)
	case a.Status == http.StatusUnauthorized && !strings.HasSuffix(tags[0], "_access_token"):
		m.Kind = cloudhttp.Denied // a scope, a member, a suspended account: another token does not help
	case a.Status == http.StatusNotFound:
		m.Kind = cloudhttp.Refused // of a route; for a missing file it is a 409
	}
	return m
}

// retryAfter returns how long the body of a limit asks to wait, 0 if it cannot be read. The header Retry-After has
// the same number, unless a proxy removed it.
func retryAfter(body []byte) time.Duration {
	var limit struct {
		Error struct {
			RetryAfter float64 `json:"retry_after"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &limit) != nil {
		return 0
	}
	return cloudhttp.Seconds(limit.Error.RetryAfter)
}

// ofRoute returns the kind of a route's own error. A write that meets another client's lock on the namespace was not
// carried out: "too_many_write_operations" of https://www.dropbox.com/developers/reference/data-ingress-guide.
func ofRoute(tags []string) cloudhttp.Kind {
	switch tags[len(tags)-1] {
	case "not_found":
		return cloudhttp.Missing
	case "too_many_write_operations", "too_many_requests":
		return cloudhttp.Limited
	case "in_progress", "internal_error":
		return cloudhttp.Unavailable
	}
	return cloudhttp.Refused
}

// missingScope is the tag of a call for which the sign-in lacks a scope.
const missingScope = "missing_scope"

// fault is the body of an error answer.
type fault struct {
	Error       json.RawMessage `json:"error"`
	UserMessage struct {
		Text string `json:"text"`
	} `json:"user_message"`
}

// parseFault decodes an error answer; ours reports whether it has Dropbox's form.
func parseFault(body []byte) (f fault, ours bool) {
	err := json.Unmarshal(body, &f)
	return f, err == nil && len(f.tags()) > 0
}

// tags returns the tags of the error, from the outermost to the innermost. An error without a value may be written as
// its tag alone.
func (f fault) tags() (tags []string) {
	for raw := f.Error; len(raw) > 0; {
		var tag string
		if json.Unmarshal(raw, &tag) == nil {
			return append(tags, tag)
		}
		var union map[string]json.RawMessage
		if json.Unmarshal(raw, &union) != nil || json.Unmarshal(union[".tag"], &tag) != nil {
			return tags
		}
		tags = append(tags, tag)
		if tag == missingScope {
			raw = union["required_scope"]
			continue
		}
		if raw = union[tag]; raw == nil {
			raw = union["reason"] // a limit's
		}
		if len(raw) > 0 && raw[0] == '"' {
			return tags // the tag's own text, as in malformed_path
		}
	}
	return tags
}

// Call returns the name of a request for logs and counts. It is the route as in the reference,
// "files/list_folder/continue", or the method and the host if the address is not the API's.
func Call(r *http.Request) string {
	if route, ok := strings.CutPrefix(r.URL.Path, "/2/"); ok {
		return route
	}
	return r.Method + " " + r.URL.Hostname()
}
