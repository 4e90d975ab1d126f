package drivesim

import "github.com/sweepd/sweepd/internal/cloudsim"

// filesDelete serves files.delete: "Permanently deletes a file owned by the user without moving it to the trash."
// With a folder, everything below it that belongs to the same person is deleted (remove). There is no condition
// that a client could set: the API has no If-Match and no revision here, so a client can only compare the file
// before.
func filesDelete(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	if !f.mayDelete(c.a) {
		return nil, insufficient()
	}
	c.d.remove(c.actor(), f)
	return nil, nil
}

// filesEmptyTrash serves files.emptyTrash. It answers at once; the deletion continues while later requests are
// served.
func filesEmptyTrash(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	var s *SharedDrive
	if id := c.q.Get("driveId"); id != "" {
		var err error
		if s, err = c.sharedDrive(id); err != nil {
			return nil, err
		}
		if s.members[c.a] < organizer {
			return nil, insufficient()
		}
	}
	if !cloudsim.Injected(c.r.Context(), cloudsim.Unfinished) {
		c.d.startEmptying(c.actor(), s)
	}
	return nil, nil
}
