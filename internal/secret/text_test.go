package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/secret"
)

const word = "ya29.do-not-show"

func TestNothingThatPrintsShowsASecret(t *testing.T) {
	type holder struct {
		Name  string
		Token secret.Text
		Ref   *secret.Text
		inner secret.Text
	}
	s := secret.New(word)
	h := holder{"drive", s, &s, s}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", &s)
		fmt.Fprintf(&out, verb+"\n", h)
		fmt.Fprintf(&out, verb+"\n", &h)
		fmt.Fprintf(&out, verb+"\n", []secret.Text{s})
		fmt.Fprintf(&out, verb+"\n", map[secret.Text]secret.Text{s: s})
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("signed in", "token", s, "ref", &s, "holder", h, "all", []secret.Text{s})
	}
	if err := json.NewEncoder(&out).Encode(h); err != nil {
		t.Fatal(err)
	}
	if err := xml.NewEncoder(&out).Encode(s); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&out, fmt.Errorf("with %v: %w", s, errors.New("refused")))
	for _, form := range []string{word, fmt.Sprintf("%x", word), fmt.Sprintf("%X", word), fmt.Sprint([]byte(word))} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the secret was shown as %q in:\n%s", form, out.String())
		}
	}
	if !strings.Contains(out.String(), "[secret]") {
		t.Errorf("nothing was printed at all:\n%s", out.String())
	}
}

func TestASecretIsRevealedOnlyByName(t *testing.T) {
	if got := secret.New(word).Reveal(); got != word {
		t.Errorf("got %q, want %q", got, word)
	}
}

func TestSecretsAreComparedWhole(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"a", "a", true}, {"a", "b", false}, {"a", "ab", false}, {"", "", true}, {"", "a", false}} {
		if got := secret.New(c.a).Equal(secret.New(c.b)); got != c.want {
			t.Errorf("%q and %q: got %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
