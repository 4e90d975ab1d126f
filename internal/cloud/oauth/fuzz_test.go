package oauth

import (
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/secret"
)

// For any pasted text: an address with a state is accepted only with the right one, and no error shows the text.
func FuzzPasted(f *testing.F) {
	const state = "the-right-state-of-this-sign-in"
	for _, text := range []string{
		"", "4/0code", "http://127.0.0.1:1/?code=c0de&state=" + state, "http://127.0.0.1:1/?code=c0de&state=x",
		"code=c0de&state=" + state + "#x",
		"http://127.0.0.1:1/?error=access_denied&state=" + state, "https://evil.example.com/?code=c0de",
		"code=%zz", "\x00", "a b",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, err := pasted(text, secret.New(state))
		if err == nil && code.Empty() {
			t.Errorf("%q has an empty code", text)
		}
		if err == nil && strings.Contains(text, "code=") && !strings.Contains(text, "state=") {
			t.Errorf("%q is taken without its state", text)
		}
		if err == nil && strings.Contains(text, "state=") && !strings.Contains(text, state) &&
			!strings.Contains(text, "%") && strings.Contains(text, "code=") {
			t.Errorf("%q is taken with another state", text)
		}
		if err != nil && len(text) > 30 && strings.Contains(err.Error(), text) {
			t.Errorf("the error shows %q: %v", text, err)
		}
	})
}

// A grant is decoded completely, or refused.
func FuzzDecode(f *testing.F) {
	g := Grant{
		Service: "s", ClientID: "c", Account: Account{"1", "a@b"}, Scopes: []string{"x"},
		Refresh: secret.New("secret-refresh"),
	}
	b, err := g.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := decode(b)
		if err != nil {
			if strings.Contains(err.Error(), "secret-") {
				t.Errorf("the error shows it: %v", err)
			}
			return
		}
		if g.Refresh.Empty() || g.Account.ID == "" || g.ClientID == "" || len(g.Scopes) == 0 {
			t.Errorf("%q is taken", b)
		}
	})
}
