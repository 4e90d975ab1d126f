package drivesim

import (
	"context"
	"fmt"
)

// SharedDrive is a drive that belongs to no person.
type SharedDrive struct {
	d       *Drive
	root    *file // its id is the drive's
	members map[*Account]role
	files   []*file // by seq
	log     *changeLog
}

// AddDrive adds a shared drive with its members and their roles: reader, commenter, writer, fileOrganizer or
// organizer. It returns an error for any other role. The members see a change of the drive in their own logs.
func (d *Drive) AddDrive(name string, members map[*Account]string) (*SharedDrive, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := int64(len(d.drives) + 1)
	s := &SharedDrive{d: d, members: map[*Account]role{}, log: newChangeLog(500 * n)}
	for a, r := range members {
		if s.members[a] = roleNamed(r); s.members[a] == noRole || s.members[a] == owner {
			return nil, fmt.Errorf("%q is no role in a shared drive", r)
		}
	}
	s.root = &file{
		id: newID("0AS", 19, n), name: name, mime: mimeFolder, drive: s, created: d.now(),
		modified: d.now(), version: 1,
	}
	d.files[s.root.id] = s.root
	d.drives = append(d.drives, s)
	for a := range s.members {
		a.log.add(s.root, d.now())
	}
	return s, nil
}

// ID returns the id of the shared drive, and of its top folder.
func (s *SharedDrive) ID() string { return s.root.id }

// SetMember gives a another role; "", or one that does not exist: none. The record has it as the op "member",
// with the names of the two roles instead of a file.
func (s *SharedDrive) SetMember(a *Account, r string) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	before := s.members[a].String()
	if s.members[a] = roleNamed(r); s.members[a] == noRole {
		delete(s.members, a)
	}
	a.log.add(s.root, s.d.now())
	s.d.roof.Mutation(context.Background(), Provider, a.email, "member", s.root.id, before, r)
}
