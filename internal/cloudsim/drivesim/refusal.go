package drivesim

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// refusal is an error in the service's form:
// https://developers.google.com/workspace/drive/api/guides/handle-errors
//
// A client is to decide by status and reason; message is for people. location and locationType are sent only if
// they are set.
type refusal struct {
	status       int
	reason       string
	message      string
	location     string
	locationType string // parameter or header
}

// Error implements error, for logs of tests.
func (r *refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.status, r.reason, r.message) }

// notFound returns the refusal of a file that does not exist or must not be seen: the two look the same to a
// client.
func notFound(id string) *refusal {
	return &refusal{http.StatusNotFound, "notFound", "File not found: " + id + ".", "fileId", "parameter"}
}

// forbidden returns a refusal of something that the account or the client may not do, with 403.
func forbidden(reason, message string) *refusal {
	return &refusal{status: http.StatusForbidden, reason: reason, message: message}
}

// insufficient returns the refusal for a role that is too low for the file.
func insufficient() *refusal {
	return forbidden("insufficientFilePermissions", "The user does not have sufficient permissions for this file.")
}

// invalid returns a refusal of a parameter of the request.
func invalid(parameter, message string) *refusal {
	return &refusal{http.StatusBadRequest, "invalid", message, parameter, "parameter"}
}

// badRequest returns a refusal of anything else in the request.
func badRequest(format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, reason: "badRequest", message: fmt.Sprintf(format, args...)}
}

// messages are the texts for the reasons of injected faults. A reason that is not here is sent with the text of
// its status.
var messages = map[string]string{
	"userRateLimitExceeded": "User Rate Limit Exceeded. Rate of requests for user exceed configured project " +
		"quota, you may consider re-evaluating expected per-user traffic to the API and adjust project quota limits " +
		"accordingly.",
	"rateLimitExceeded": "Rate Limit Exceeded",
	"sharingRateLimitExceeded": "Rate limit exceeded. User message: These item(s) could not be shared because a " +
		"rate limit was exceeded.",
	"dailyLimitExceeded":          "Daily Limit Exceeded",
	"downloadQuotaExceeded":       "The download quota for this file has been exceeded.",
	"storageQuotaExceeded":        "The user's Drive storage quota has been exceeded.",
	"insufficientFilePermissions": "The user does not have sufficient permissions for this file.",
	"insufficientPermissions":     "Request had insufficient authentication scopes.",
	"accessNotConfigured": "Google Drive API has not been used in project 123456789 before or it is " +
		"disabled. Enable it by visiting " +
		"https://console.developers.google.com/apis/api/drive.googleapis.com/overview?project=123456789 then " +
		"retry. If you enabled this API recently, wait a few minutes for the action to propagate to our " +
		"systems and retry.",
	"authError": "Request had invalid authentication credentials. Expected OAuth 2 access token, " +
		"login cookie or other valid authentication credential. See " +
		"https://developers.google.com/identity/sign-in/web/devconsole-project.",
	"backendError":   "Backend Error",
	"internalError":  "Internal Error",
	"transientError": "Transient failure",
	"notFound":       "File not found.",
}

// domains are the domains of the reasons that are not in "global".
var domains = map[string]string{
	"userRateLimitExceeded": "usageLimits", "rateLimitExceeded": "usageLimits", "dailyLimitExceeded": "usageLimits",
	"sharingRateLimitExceeded": "usageLimits", "downloadQuotaExceeded": "usageLimits",
	"accessNotConfigured": "usageLimits",
}

// Refuse implements cloudsim.Service.
func (d *Drive) Refuse(w http.ResponseWriter, r *http.Request, status int, reason string) {
	if host(r) == tokenHost {
		refuseToken(w, status, reason, "")
		return
	}
	out := &refusal{status: status, reason: reason, message: messages[reason]}
	switch {
	case status == http.StatusUnauthorized:
		out = unauthorized()
	case reason == "invalid":
		out = invalid("pageToken", "Invalid Value")
	case reason == "":
		out.reason, out.message = "backendError", http.StatusText(status)
	case out.message == "":
		out.message = http.StatusText(status)
	}
	out.write(w)
}

// unauthorized returns the refusal of a token that is missing, unknown, revoked or expired, which a client cannot
// distinguish.
func unauthorized() *refusal {
	return &refusal{http.StatusUnauthorized, "authError", messages["authError"], "Authorization", "header"}
}

// write sends the refusal. The reasons that concern the sign-in or the project have the additional fields of
// Google's newer errors (google.rpc.ErrorInfo); those of the sign-in also a header WWW-Authenticate.
func (r *refusal) write(w http.ResponseWriter) {
	item := map[string]any{"domain": "global", "reason": r.reason, "message": r.message}
	if domain := domains[r.reason]; domain != "" {
		item["domain"] = domain
	}
	if r.location != "" {
		item["location"], item["locationType"] = r.location, r.locationType
	}
	body := map[string]any{"code": r.status, "message": r.message, "errors": []any{item}}
	switch {
	case r.status == http.StatusUnauthorized:
		item["message"], body["status"] = "Invalid Credentials", "UNAUTHENTICATED"
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="invalid_token"`)
	case r.reason == "insufficientPermissions":
		item["message"], body["status"] = "Insufficient Permission", "PERMISSION_DENIED"
		body["details"] = details("ACCESS_TOKEN_SCOPE_INSUFFICIENT")
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="insufficient_scope"`)
	case r.reason == "accessNotConfigured":
		body["status"], body["details"] = "PERMISSION_DENIED", details("SERVICE_DISABLED")
	}
	sendJSON(w, r.status, map[string]any{"error": body})
}

// details returns the google.rpc.ErrorInfo with that reason, as error.details has it.
func details(reason string) []any {
	return []any{map[string]any{
		"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
		"metadata": map[string]any{"service": "drive.googleapis.com"},
	}}
}

// sendJSON sends v with that status.
func sendJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
