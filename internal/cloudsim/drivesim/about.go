package drivesim

import "strconv"

// aboutGet serves about.get, which has no standard mask: "fields" is required. usageInDriveTrash is the only way
// for a client to see that emptyTrash, which answers at once, has finished. limit is absent for an account
// without one.
func aboutGet(c *call) (any, error) {
	if c.q.Get("fields") == "" {
		return nil, &refusal{
			400, "required", "The 'fields' parameter is required for this method.", "fields", "parameter",
		}
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	out := map[string]any{
		"kind": "drive#about", "user": view{a: c.a}.user(c.a), "appInstalled": false, "canCreateDrives": false,
		"canCreateTeamDrives": false,
		"maxUploadSize":       "5242880000000", "importFormats": map[string]any{}, "exportFormats": map[string]any{},
		"maxImportSizes": map[string]any{}, "folderColorPalette": []any{"#ac725e", "#d06b64"}, "driveThemes": []any{},
		"teamDriveThemes": []any{},
	}
	if c.mask.Has("storageQuota") {
		all, trash := c.a.usage()
		quota := map[string]any{
			"usage": strconv.FormatInt(all, 10), "usageInDrive": strconv.FormatInt(all, 10),
			"usageInDriveTrash": strconv.FormatInt(trash, 10),
		}
		if c.a.limit > 0 {
			quota["limit"] = strconv.FormatInt(c.a.limit, 10)
		}
		out["storageQuota"] = quota
	}
	return c.mask.Cut(out), nil
}
