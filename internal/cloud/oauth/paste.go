package oauth

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/sweepd/sweepd/internal/secret"
)

// pasted returns the code from a user's pasted text: the address that the browser was sent to, or the value of
// "code=" in it. PKCE binds even a bare code to this sign-in, so a code without a state cannot be misused. Any
// other text is ErrPasted, and no error quotes it.
func pasted(text string, state secret.Text) (secret.Text, error) {
	text = strings.TrimSpace(text)
	bad := &Error{
		Kind: ErrPasted,
		Hint: "copy the whole address of the page that the browser could not open; it begins with http://127.0.0.1",
	}
	if text == "" || strings.ContainsFunc(text,
		func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return secret.Text{}, bad
	}
	if !strings.Contains(text, "code=") && !strings.Contains(text, "error=") {
		if strings.Contains(text, "://") {
			return secret.Text{}, bad
		}
		return secret.New(text), nil
	}
	query := text
	if _, after, found := strings.Cut(text, "?"); found {
		query, _, _ = strings.Cut(after, "#")
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return secret.Text{}, bad // the error would quote it
	}
	return answer(q, state)
}
