package language

import (
	"encoding/json"
	"fmt"
)

// Source is a Message that is sent to another process, which may need it in any language: its JSON has the format and
// the arguments. Arguments that are neither numbers nor Messages become their English texts.
type Source Message

// MarshalJSON returns {"format": "...", "args": [...]}.
func (s Source) MarshalJSON() ([]byte, error) {
	args := make([]any, len(s.args))
	for i, arg := range s.args {
		switch v := arg.(type) {
		case Message:
			args[i] = Source(v)
		case int:
			args[i] = v
		default:
			args[i] = fmt.Sprint(v)
		}
	}
	return json.Marshal(map[string]any{"format": s.format, "args": args})
}

// UnmarshalJSON reads what MarshalJSON returns.
func (s *Source) UnmarshalJSON(b []byte) error {
	var in struct {
		Format string            `json:"format"`
		Args   []json.RawMessage `json:"args"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*s = Source{in.Format, make([]any, len(in.Args))}
	for i, raw := range in.Args {
		var (
			text  string
			n     int
			inner Source
		)
		switch {
		case json.Unmarshal(raw, &text) == nil:
			s.args[i] = text
		case json.Unmarshal(raw, &n) == nil:
			s.args[i] = n
		default:
			if err := json.Unmarshal(raw, &inner); err != nil {
				return err
			}
			s.args[i] = Message(inner)
		}
	}
	return nil
}
