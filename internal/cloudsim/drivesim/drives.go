package drivesim

// sharedDrive returns the shared drive of that id, if the account is a member. The caller holds the lock.
func (c *call) sharedDrive(id string) (*SharedDrive, error) {
	for _, s := range c.d.drives {
		if s.ID() == id && s.members[c.a] != noRole {
			return s, nil
		}
	}
	return nil, &refusal{404, "notFound", "Shared drive not found: " + id, "driveId", "parameter"}
}

// drivesGet serves drives.get.
func drivesGet(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	s, err := c.sharedDrive(c.in["driveId"])
	if err != nil {
		return nil, err
	}
	return c.mask.Cut(c.drive(s)), nil
}

// drivesList serves drives.list, all on one page.
func drivesList(c *call) (any, error) {
	if c.q.Get("q") != "" {
		return nil, invalid("q", "Invalid Value") // not supported here
	}
	if c.q.Get("pageToken") != "" {
		return nil, invalid("pageToken", "Invalid Value")
	}
	if _, err := c.pageSize(10, 100); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	list := []any{}
	for _, s := range c.d.drives {
		if s.members[c.a] != noRole {
			list = append(list, c.drive(s))
		}
	}
	return c.mask.Cut(map[string]any{"kind": "drive#driveList", "drives": list}), nil
}

// drive returns the Drive of the wire. The caller holds the lock and has checked that the account is a member.
func (c *call) drive(s *SharedDrive) any {
	r := s.members[c.a]
	return map[string]any{
		"kind": "drive#drive", "id": s.ID(), "name": s.root.name, "createdTime": stamp(s.root.created),
		"hidden": false, "colorRgb": "#0f9d58",
		"capabilities": map[string]any{
			"canAddChildren": r >= writer, "canEdit": r >= writer, "canListChildren": true, "canDownload": true,
			"canTrashChildren":  r >= organizer,
			"canDeleteChildren": r >= organizer, "canReadRevisions": r >= writer, "canDeleteDrive": false,
			"canComment": r >= commenter, "canCopy": true,
		},
	}
}

// permissionsList serves permissions.list, all on one page. Only one who may write to the file may see who else
// has access: a reader is refused with 403.
func permissionsList(c *call) (any, error) {
	if c.q.Get("pageToken") != "" {
		return nil, invalid("pageToken", "Invalid Value")
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	if f.roleOf(c.a) < writer {
		return nil, forbidden("insufficientFilePermissions", messages["insufficientFilePermissions"])
	}
	list := []any{}
	if f.drive == nil {
		list = view{f, c.a, c.client, c.d}.permissions().([]any)
	} else {
		for _, a := range c.d.accounts {
			if r := f.drive.members[a]; r != noRole {
				list = append(list, person(a, r))
			}
		}
	}
	return c.mask.Cut(map[string]any{"kind": "drive#permissionList", "permissions": list}), nil
}
