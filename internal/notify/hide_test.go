package notify

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestAnErrorKeepsWhatAPersonNeeds(t *testing.T) {
	const address = "generic+https://mia:hunter2@hooks.example/in/T0K3N-part?key=abc"
	for _, c := range []struct{ text, want string }{
		{
			"server returned unexpected response status code: 502 Bad Gateway",
			"server returned unexpected response status code: 502 Bad Gateway",
		},
		{
			`Post "https://mia:***@hooks.example/in/T0K3N-part": dial tcp: lookup hooks.example: no such host`,
			"Post [secret] dial tcp: lookup [secret] no such host",
		},
		{"hunter2 is wrong, and abc too", "[secret] is wrong, and [secret] too"},
		{"token t0k3npart refused", "token [secret] refused"},
		{"x509: certificate signed by unknown authority", "x509: certificate signed by unknown authority"},
		{"a\nb\x1b[31m", "a b\uFFFD[31m"},
	} {
		if got := newHider(address).text(c.text); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// FuzzNoErrorShowsItsAddress checks that no part of an address comes out, in any form that a library gives it: as it
// is, escaped or unescaped.
func FuzzNoErrorShowsItsAddress(f *testing.F) {
	f.Add("telegram", "123456:ABC-def", "telegram", "/", "chats=@me", "sending POST request to %s failed")
	f.Add("smtp", "mia:p w", "post.example:587", "/", "to=a@b.example", "535 %s: authentication failed")
	f.Add("generic+https", "", "hooks.example", "/a b/ü%2F", "key=%41%42%43", `Post "%s": EOF`)
	f.Fuzz(func(t *testing.T, scheme, user, host, path, query, frame string) {
		u := url.URL{Scheme: scheme, Host: host, Path: path, RawQuery: query}
		if user != "" {
			name, pass, _ := strings.Cut(user, ":")
			u.User = url.UserPassword(name, pass)
		}
		address := u.String()
		h := newHider(address)
		for _, form := range append(forms(address), path, query) {
			err := h.error(errors.New(strings.ReplaceAll(frame, "%s", form)))
			_, rest, _ := strings.Cut(address, "://")
			for word := range strings.FieldsSeq(err.Error()) {
				if got := fold(word); word != "[secret]" && len([]rune(got)) >= run &&
					strings.Contains(fold(rest), got) {
					t.Fatalf("%q shows %q of %q", err, word, address)
				}
			}
			if len(err.Error()) > longestError {
				t.Fatalf("%d bytes", len(err.Error()))
			}
		}
	})
}

func TestAHiderOfNothingHidesNothing(t *testing.T) {
	if got := newHider("").error(fmt.Errorf("as %s", "it is")).Error(); got != "as it is" {
		t.Errorf("got %q", got)
	}
	if newHider("x://y").error(nil) != nil {
		t.Error("no error became one")
	}
}
