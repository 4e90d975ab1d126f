package signin

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/oauth2"

	"sweepd/internal/cloudhttp"
)

// Refusal makes an Error of what the token address answered, without its body.
// The codes are RFC 6749's, section 5.2.
func Refusal(storage string, s Service, err error) error {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return fmt.Errorf("ask %s for a token: %w", s.Name, cloudhttp.Cause(err))
	}
	code, text := answer.ErrorCode, answer.ErrorDescription
	if code == "" { // x/oauth2/jwt leaves it in the body
		var body struct{ Error, Error_description string }
		if json.Unmarshal(answer.Body, &body) == nil {
			code, text = body.Error, body.Error_description
		}
	}
	cause := errors.New(plainText(code + ": " + text))
	switch code {
	case "invalid_grant":
		return &Error{Kind: ErrSignInAgain, Hint: againHint(storage, s), Err: cause}
	case "invalid_client", "unauthorized_client", "deleted_client", "disabled_client":
		return &Error{Kind: ErrClient, Hint: "is it deleted, or has its secret changed? name the file of a client that exists as client: in the policy, then: sweepd login " + storage, Err: cause}
	case "access_denied", "admin_policy_enforced", "org_internal":
		return &Error{Kind: ErrDeclined, Err: cause}
	}
	if answer.Response != nil {
		return fmt.Errorf("ask %s for a token: %s: %w", s.Name, answer.Response.Status, cause)
	}
	return fmt.Errorf("ask %s for a token: %w", s.Name, cause)
}

// againHint is what to do about ErrSignInAgain.
func againHint(storage string, s Service) string {
	hint := "sweepd login " + storage
	if s.AgainHint != "" {
		hint += "; " + s.AgainHint
	}
	return hint
}

// plainText makes what a service says one short line.
func plainText(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, " "))
	s = strings.Trim(strings.Join(strings.Fields(s), " "), ": ")
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "..."
	}
	return s
}
