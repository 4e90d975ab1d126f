package provenance

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// classify returns the meaning of an error answer, {"error": {"type", "code", "param", "message"}}. Sources: the guide
// "Content provenance" (400: an unsupported or damaged file; 404: the organisation has no access; 429 with Retry-After)
// and "Error codes" of the API's documentation.
//
// A used-up quota is a 429 that no wait ends, and a reached limit of the bill may be a 400; neither is about the
// picture. An answer that is not in this form did not come from the API, and is about no picture either.
func classify(a cloudhttp.Answer) cloudhttp.Meaning {
	m := cloudhttp.ByStatus(a)
	var body struct {
		Error *struct {
			Type    string `json:"type"`
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(a.Body, &body) != nil || body.Error == nil {
		if m.Kind == cloudhttp.Refused {
			m.Kind = cloudhttp.Denied
		}
		return m
	}
	if m.Reason = body.Error.Code; m.Kind != cloudhttp.Unauthorized { // that message has a part of the key
		m.Text = body.Error.Message
	}
	if m.Reason == "" {
		m.Reason = body.Error.Type
	}
	switch {
	case a.Status == http.StatusTooManyRequests && (body.Error.Type == "insufficient_quota" ||
		body.Error.Code == "insufficient_quota" || body.Error.Code == "credit_balance_exhausted"):
		m.Kind, m.Lasting = cloudhttp.Exhausted, true
	case a.Status == http.StatusNotFound:
		m.Kind = cloudhttp.Denied
	case m.Kind == cloudhttp.Refused && !ofFile(a.Status, body.Error.Type):
		m.Kind = cloudhttp.Denied
	}
	return m
}

// ofFile reports whether a refusal is about the file.
func ofFile(status int, kind string) bool {
	switch status {
	case http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return true
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return kind == "invalid_request_error"
	}
	return false
}

// Ours reports whether err is of a call of this API.
func Ours(err error) bool {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	return ok && fault.Call == call
}

// Hint returns what the user can do about an error of Ask; "" if nothing is known to help.
func Hint(err error) string {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	switch {
	case !ok:
		return ""
	case fault.Kind == cloudhttp.Unauthorized, errors.Is(err, errRefusedKey):
		return "put a valid API key into the file that openai: {key: FILE} names; " +
			"https://platform.openai.com/api-keys has them"
	case fault.Kind == cloudhttp.Denied:
		return "a key alone does not give access: OpenAI may have to enable the Content Provenance API for your " +
			"organisation, and may refuse your country"
	case fault.Kind == cloudhttp.Exhausted && fault.Until.IsZero():
		return "see https://platform.openai.com/settings/organization/billing"
	}
	return ""
}
