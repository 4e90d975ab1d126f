package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// Refusal returns an Error for an answer of the token address, without its body. The codes are RFC 6749's,
// section 5.2. invalid_grant is ErrSignInAgain, unless the account is suspended; a refused client is ErrClient; a
// refusal by an administrator is ErrDeclined. An error that is no answer of the service, or has an unknown code,
// is of none of the kinds, and another try may succeed.
func Refusal(storage string, s Service, err error) error {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return fmt.Errorf("ask %s for a token: %w", s.Name, cloudhttp.Cause(err))
	}
	code, text := answer.ErrorCode, answer.ErrorDescription
	var body struct{ Error, Error_description, Error_subtype string }
	known := json.Unmarshal(answer.Body, &body) == nil
	if code == "" && known { // x/oauth2/jwt leaves it in the body
		code, text = body.Error, body.Error_description
	}
	cause := errors.New(plainText(code + ": " + text))
	switch hint := refusalHint(code, body.Error_subtype, text); {
	case hint != "" && code == "invalid_grant" && !suspended(code, text):
		return &Error{Kind: ErrSignInAgain, Hint: "sweepd login " + storage + "; " + hint, Err: cause}
	case hint != "":
		return &Error{Kind: ErrDeclined, Hint: hint, Err: cause}
	}
	switch code {
	case "invalid_grant":
		return &Error{Kind: ErrSignInAgain, Hint: againHint(storage, s), Err: cause}
	case "invalid_client", "unauthorized_client", "deleted_client", "disabled_client":
		return &Error{
			Kind: ErrClient,
			Hint: "is it deleted, or has its secret changed? name the file of a client that exists as client: in " +
				"the policy, then: sweepd login " + storage,
			Err: cause,
		}
	case "access_denied":
		return &Error{Kind: ErrDeclined, Err: cause}
	}
	if answer.Response != nil {
		return fmt.Errorf("ask %s for a token: %s: %w", s.Name, answer.Response.Status, cause)
	}
	return fmt.Errorf("ask %s for a token: %w", s.Name, cause)
}

// refusalHint returns what to do about refusals that another sign-in does not solve, or not for long; "" for all
// others. The codes are Google's, of its token address and of its consent page:
// developers.google.com/identity/protocols/oauth2/native-app.
func refusalHint(code, subtype, text string) string {
	switch {
	case suspended(code, text):
		return "the account is suspended or deleted: look into it with a browser, or ask its administrator; another " +
			"sign-in does not help"
	case code == "admin_policy_enforced":
		return "an administrator of this account's organisation does not allow it; ask them to trust your OAuth " +
			"client (admin.google.com, Security, API controls); another sign-in does not help"
	case code == "org_internal":
		return "the OAuth client is for people of its own organisation only: set its audience to External, or sign " +
			"in with an account of that organisation"
	case subtype == "invalid_rapt" || subtype == "rapt_required" || strings.Contains(text, "invalid_rapt"):
		return "the organisation of this account asks for a new sign-in from time to time; an administrator can " +
			"exempt your OAuth client (admin.google.com, Security, Google Cloud session control)"
	}
	return ""
}

// suspended reports whether a service refuses because the account is not in use.
func suspended(code, text string) bool {
	text = strings.ToLower(text)
	return code == "user_suspended" || code == "invalid_grant" &&
		(strings.Contains(text, "suspended") || strings.Contains(text, "account has been d"))
}

// againHint returns what to do about ErrSignInAgain.
func againHint(storage string, s Service) string {
	hint := "sweepd login " + storage
	if s.AgainHint != "" {
		hint += "; " + s.AgainHint
	}
	return hint
}

// plainText returns a service's text as one line of at most 200 bytes, without control characters.
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
