package dropboxsim

import (
	"encoding/json"
	"errors"
)

// tag is a union of a request whose members have no value: "add" or {".tag": "add"}; the format allows both.
type tag string

// UnmarshalJSON implements json.Unmarshaler.
func (t *tag) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = tag(s)
		return nil
	}
	var u struct {
		Tag *string `json:".tag"`
	}
	if json.Unmarshal(b, &u) != nil || u.Tag == nil {
		return errors.New("expected a union")
	}
	*t = tag(*u.Tag)
	return nil
}
