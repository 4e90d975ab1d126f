package export

import "time"

// claim is what the export has about the picture of one id.
type claim struct {
	generated, uploaded bool
	present             bool // the picture is in the export
	conversation        *Conversation
	created             time.Time
}

// origin returns the origin of the picture. An upload takes precedence.
func (c *claim) origin() Origin {
	switch {
	case c == nil:
		return Unknown
	case c.uploaded:
		return Uploaded
	case c.generated:
		return Generated
	}
	return Unknown
}

// claim adds c to the claim for id. The first conversation and the first time remain.
func (x *reader) claim(id string, c claim) error {
	old := x.claims[id]
	if old == nil {
		if len(x.claims) >= x.limits.IDs {
			return ErrTooMany
		}
		x.claims[id] = &c
		return nil
	}
	old.generated = old.generated || c.generated
	old.uploaded = old.uploaded || c.uploaded
	if old.conversation == nil {
		old.conversation = c.conversation
	}
	if old.created.IsZero() {
		old.created = c.created
	}
	return nil
}

// conversation returns the conversation of that id, or nil if the id is "" or there are too many.
func (x *reader) conversation(id string) *Conversation {
	if id == "" {
		return nil
	}
	c := x.conversations[id]
	if c == nil && len(x.conversations) < x.limits.IDs {
		c = &Conversation{ID: id}
		x.conversations[id] = c
	}
	return c
}
