package language

import (
	"encoding/json"
	"errors"
	"testing"
)

// A Message that another process has sent is the same in all languages; what it cannot send is English.
func TestAMessageCanBeSent(t *testing.T) {
	t.Parallel()
	for _, m := range []Message{
		{},
		Messagef("nothing is deleted: %s", Messagef("the policy file was changed")),
		Messagef("complete and unchanged: %d lines", 1),
		Messagef("%[1]s makes no progress since %[2]s: check its disk or network with sweepd doctor %[1]s, then "+
			"restart the service", "drive", "2026-04-20 01:17"),
		Verbatim("100 %s"),
	} {
		b, err := json.Marshal(Source(m))
		if err != nil {
			t.Fatal(err)
		}
		var sent Source
		if err := json.Unmarshal(b, &sent); err != nil {
			t.Fatal(err)
		}
		for _, p := range All() {
			if got, want := Message(sent).In(p), m.In(p); got != want {
				t.Errorf("%s, %s: got %q, want %q", b, p.Tag(), got, want)
			}
		}
	}
	b, err := json.Marshal(Source(Messagef("cannot check the policy file: %v", errors.New("no"))))
	if want := `{"args":["no"],"format":"cannot check the policy file: %v"}`; err != nil || string(b) != want {
		t.Errorf("got %s, %v, want %s", b, err, want)
	}
	for _, bad := range []string{
		`[]`, `{"format": 1}`, `{"format": "%s", "args": [[]]}`, `{"args": [{"args": [true]}]}`,
	} {
		if err := json.Unmarshal([]byte(bad), new(Source)); err == nil {
			t.Errorf("%s: got no error", bad)
		}
	}
}
