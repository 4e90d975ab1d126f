package export

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// conversationFile reads a file of conversations: an array, or an object that has one.
func (x *reader) conversationFile(s *stream) error {
	t, err := s.token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('['):
		return x.conversationList(s)
	case json.Delim('{'):
		return x.wrapped(s)
	}
	return fmt.Errorf("%w: not an array of conversations", ErrMalformed)
}

// conversationList reads the array of conversations whose bracket was read.
func (x *reader) conversationList(s *stream) error {
	for s.more() {
		if err := x.oneConversation(s); err != nil {
			return err
		}
	}
	return s.delim(']')
}

// wrapped reads {"conversations": [...]}, whose brace was read.
func (x *reader) wrapped(s *stream) error {
	found := false
	err := s.fields(func(key string) error {
		if key != "conversations" {
			return s.skip()
		}
		found = true
		return s.array(func() error { return x.oneConversation(s) })
	})
	if err == nil && !found {
		err = fmt.Errorf("%w: not an array of conversations", ErrMalformed)
	}
	return err
}

// heading is what is read of a conversation except its messages.
type heading struct {
	id, conversationID, title string
	created                   stamp
	messages                  bool // there is a mapping
}

// oneConversation reads the conversation that is next: all its nodes, and not only those of the shown branch.
func (x *reader) oneConversation(s *stream) error {
	var h heading
	var found []sighting
	start := s.dec.InputOffset()
	err := s.object(func(key string) error {
		switch key {
		case "id":
			return s.value(&h.id)
		case "conversation_id":
			return s.value(&h.conversationID)
		case "title":
			return s.value(&h.title)
		case "create_time":
			return s.value(&h.created)
		case "mapping":
			h.messages = true
			return x.mapping(s, start, &found)
		}
		return s.skip()
	})
	if err != nil {
		return err
	}
	if !h.messages {
		x.problem(s.path, fmt.Errorf("%w: a conversation without messages before byte %d", ErrMalformed,
			s.dec.InputOffset()))
	}
	x.report.Conversations++
	return x.record(h, found)
}

// mapping reads the nodes of the conversation that begins at start.
func (x *reader) mapping(s *stream, start int64, found *[]sighting) error {
	t, err := s.token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("%w: the mapping is not an object", ErrMalformed)
	}
	return s.fields(func(string) error {
		var n node
		if err := s.value(&n); err != nil {
			return err
		}
		if s.dec.InputOffset()-start > x.limits.Conversation {
			return fmt.Errorf("%w: one conversation", ErrTooLarge)
		}
		*found = append(*found, n.Message.sightings()...)
		if len(*found) > x.limits.IDs {
			return ErrTooMany
		}
		return nil
	})
}

// record claims the pictures of a conversation.
func (x *reader) record(h heading, found []sighting) error {
	if h.conversationID != "" {
		h.id = h.conversationID
	}
	id := cut(h.id, 64)
	if len(found) == 0 && x.conversations[id] == nil {
		return nil
	}
	c := x.conversation(id)
	if c != nil && c.Title == "" {
		c.Title = cut(h.title, 256)
	}
	for _, f := range found {
		f.conversation = c
		if f.created.IsZero() {
			f.created = time.Time(h.created)
		}
		if err := x.claim(f.id, f.claim); err != nil {
			return err
		}
	}
	return nil
}

// cut returns at most n bytes of text, in memory of their own.
func cut(text string, n int) string {
	if len(text) > n {
		text = text[:n]
	}
	return strings.ToValidUTF8(strings.Clone(text), "")
}

// stamp is a time in seconds since 1970, or as RFC 3339. Any other value is no time.
type stamp time.Time

// UnmarshalJSON implements json.Unmarshaler.
func (t *stamp) UnmarshalJSON(b []byte) error {
	var seconds float64
	if json.Unmarshal(b, &seconds) == nil {
		if 0 < seconds && seconds < 1e11 {
			*t = stamp(time.UnixMicro(int64(seconds * 1e6)).UTC())
		}
		return nil
	}
	var at time.Time
	if json.Unmarshal(b, &at) == nil {
		*t = stamp(at.UTC())
	}
	return nil
}
