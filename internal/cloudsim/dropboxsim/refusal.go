package dropboxsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// refusal is an error in the service's form:
// https://www.dropbox.com/developers/documentation/http/documentation#error-handling
type refusal struct {
	status int
	reason string         // tags, as in a union; for a 400 the text
	extra  map[string]any // further fields of the innermost union
}

// Error implements error, for logs of tests.
func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.status, r.reason) }

// badInput returns a 400: the form of the request is wrong.
func badInput(format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, reason: fmt.Sprintf(format, args...)}
}

// unauthorized returns a 401 with that tag, such as expired_access_token.
func unauthorized(tag string) *refusal {
	return &refusal{status: http.StatusUnauthorized, reason: tag}
}

// missingScope returns the 401 of a token without the route's scope, which it names.
func missingScope(scope string) *refusal {
	return &refusal{
		status: http.StatusUnauthorized, reason: "missing_scope", extra: map[string]any{"required_scope": scope},
	}
}

// Refuse implements cloudsim.Service. A reason is the tags of an error, joined by slashes
// ("path_write/too_many_write_operations").
func (d *Dropbox) Refuse(w http.ResponseWriter, r *http.Request, status int, reason string) {
	if host(r) == apiHost && r.URL.Path == tokenPath {
		refuseToken(w, status, reason, "")
		return
	}
	out := &refusal{status: status, reason: reason}
	switch {
	case status == http.StatusUnauthorized && reason == "":
		out.reason = "invalid_access_token"
	case status == http.StatusUnauthorized && reason == "missing_scope":
		if rt := d.routes[r.URL.Path]; rt != nil {
			out.extra = map[string]any{"required_scope": rt.scope}
		}
	case status == http.StatusTooManyRequests && reason == "":
		out.reason = "too_many_requests"
	case status == http.StatusForbidden && reason == "":
		out.reason = "no_permission"
	case status == http.StatusConflict && reason == "":
		out.reason = "other"
	}
	d.mu.Lock()
	d.asked++
	n := d.asked
	d.mu.Unlock()
	out.write(w, r, n)
}

// write sends the refusal. n varies the parts on which a client must not rely: the dots at the end of
// error_summary.
//
// 401, 403, 409 and 422 have JSON with the union; 429 has the seconds of Retry-After in it too; 400 is plain text
// that names the route; anything else is the text of its status.
func (f *refusal) write(w http.ResponseWriter, r *http.Request, n int) {
	summary := f.reason + "/" + strings.Repeat(".", n%4)
	switch f.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict, http.StatusUnprocessableEntity:
		sendJSON(w, f.status, map[string]any{"error_summary": summary, "error": f.union(r)})
	case http.StatusTooManyRequests:
		after, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if err != nil {
			after = 1
		}
		sendJSON(w, f.status, map[string]any{
			"error_summary": summary, "error": map[string]any{"reason": nested(f.reason, nil), "retry_after": after},
		})
	case http.StatusBadRequest:
		sendText(w, f.status,
			fmt.Sprintf("Error in call to API function %q: %s", strings.TrimPrefix(r.URL.Path, "/2/"), f.reason))
	default:
		sendText(w, f.status, http.StatusText(f.status))
	}
}

// union returns the error's value. For an upload's path it is a struct: the path's error is in it beside the name of
// the session that has the bytes.
func (f *refusal) union(r *http.Request) map[string]any {
	rest, ok := strings.CutPrefix(f.reason, "path/")
	if !ok || r.URL.Path != "/2/files/upload" {
		return nested(f.reason, f.extra)
	}
	return map[string]any{".tag": "path", "reason": nested(rest, nil), "upload_session_id": "pid_upload_session:none"}
}

// nested returns the union of tags joined by slashes: "path/not_found" is
// {".tag":"path","path":{".tag":"not_found"}}. extra are fields of the innermost one.
func nested(tags string, extra map[string]any) map[string]any {
	tag, rest, more := strings.Cut(tags, "/")
	out := map[string]any{".tag": tag}
	if more {
		out[tag] = nested(rest, extra)
		return out
	}
	for k, v := range extra {
		out[k] = v
	}
	return out
}

// sendJSON sends v with that status. The official clients accept only this content type.
func sendJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

// sendText sends a plain text with that status.
func sendText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}
