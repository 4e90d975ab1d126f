package dropboxsim

import (
	"encoding/json"
	"errors"
	"fmt"
)

// writeMode is what to do if something exists already:
// https://www.dropbox.com/developers/documentation/http/documentation#files-upload
type writeMode struct {
	Tag string // add, overwrite or update; "" is add
	Rev string // the rev that is updated
}

// UnmarshalJSON implements json.Unmarshaler. "update" has a rev as its value; an unknown tag is an error.
func (m *writeMode) UnmarshalJSON(b []byte) error {
	var t tag
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	m.Tag = string(t)
	switch m.Tag {
	case "add", "overwrite":
		return nil
	case "update":
		var u struct {
			Rev string `json:"update"`
		}
		if json.Unmarshal(b, &u) != nil || revOf(u.Rev) == 0 {
			return errors.New("update: expected a rev")
		}
		m.Rev = u.Rev
		return nil
	}
	return fmt.Errorf("unknown tag %q", m.Tag)
}
