package disk

import (
	"bytes"
	"testing"
)

func FuzzParseRevision(f *testing.F) {
	f.Add("1b.18a0.5.-1.7fffffffffffffff")
	f.Add("2..3.4.5")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseIdentity(text)
		if err == nil && id.String() != text {
			t.Errorf("%q was read as %+v, which is %q", text, id, id)
		}
		if one, two := id.append(nil), []byte(id.String()); !bytes.Equal(one, two) {
			t.Errorf("got %q and %q", one, two)
		}
	})
}
