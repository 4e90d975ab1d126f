package dropbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"sweepd/internal/cloudhttp"
)

// Classify says what an error answer of the Dropbox API means, for
// cloudhttp.Options. Source: "Error handling" of
// https://www.dropbox.com/developers/documentation/http/documentation and
// https://developers.dropbox.com/error-handling-guide.
//
// The error of a route is a 409 whose tags are nested; Meaning.Reason is the way
// through them: "path_lookup/not_found". A scope that is missing counts as a tag:
// "missing_scope/files.content.write". Only two of them say more than that the call
// was refused: what is not found, and a lock that somebody else holds. A
// limit may be plain text. What is not in Dropbox's form did not come from there,
// but from a proxy perhaps, and says nothing of the account.
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
		m.Kind = cloudhttp.Denied // a scope, a member, a suspended account: another token changes nothing
	case a.Status == http.StatusNotFound:
		m.Kind = cloudhttp.Refused // of a route; a file that is not there is a 409
	}
	return m
}

// retryAfter is what the body of a limit asks to wait: the header Retry-After says the
// same, where nothing on the way took it off. 0: nothing that can be read.
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

// ofRoute is the kind of a route's own error. A write that meets another's lock
// on the namespace was not carried out: "too_many_write_operations" of
// https://www.dropbox.com/developers/reference/data-ingress-guide.
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

// parseFault reads an error answer; ours is whether it has Dropbox's form.
func parseFault(body []byte) (f fault, ours bool) {
	err := json.Unmarshal(body, &f)
	return f, err == nil && len(f.tags()) > 0
}

// tags are the tags of the error, from the outermost to the innermost. An error
// without a value in it may be written as its tag alone.
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
			return tags // the tag's own text, as of malformed_path
		}
	}
	return tags
}

// Call names a request for logs and counts, as the reference names routes:
// "files/list_folder/continue". Of other addresses than the API's it is the
// host.
func Call(r *http.Request) string {
	if route, ok := strings.CutPrefix(r.URL.Path, "/2/"); ok {
		return route
	}
	return r.Method + " " + r.URL.Hostname()
}
