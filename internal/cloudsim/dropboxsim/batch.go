package dropboxsim

// deleteBatch serves files/delete_batch, each entry as delete_v2 would.
//
// The form of all entries is checked first, and a wrong one refuses the whole batch before anything is deleted.
// After that an entry that fails is reported in its place, and the others are deleted. All of it happens under
// one lock: no other request sees half of a batch.
func deleteBatch(c *call) (any, error) {
	var in struct {
		Entries []deleteArg `json:"entries"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if len(in.Entries) > 1000 {
		return nil, badInput("request body: entries: %d of them, and not at most 1000", len(in.Entries))
	}
	for _, e := range in.Entries {
		if err := e.check(); err != nil {
			return nil, err
		}
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	entries := []any{}
	for _, e := range in.Entries {
		p, err := c.target(e)
		if err != nil { // a union: the form has already been checked
			entries = append(entries, map[string]any{".tag": "failure", "failure": nested(err.Error(), nil)})
			continue
		}
		entries = append(entries,
			map[string]any{".tag": "success", "metadata": view{d: c.d, a: c.a, tagged: true}.node(p)})
		c.d.remove(c.actor(), p.node)
	}
	return map[string]any{"entries": entries}, nil
}
