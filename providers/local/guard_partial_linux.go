package local

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// underWay looks for a neighbour.
func (q *question) underWay() string {
	switch name, err := q.beside(providers.Neighbours(q.file.name)); {
	case err != nil:
		return fmt.Sprintf("whether there is a neighbour could not be found out: %v", err)
	case name != "":
		return fmt.Sprintf("%q beside it says that a program is still at work on it", name)
	}
	return ""
}

// beside reports whether there is that name in the file's folder, be it a file,
// a folder or a link.
func (p *pinned) beside(name string) (bool, error) {
	_, err := statName(p.folder, name)
	if gone(err) || errors.Is(err, unix.ENAMETOOLONG) || errors.Is(err, unix.ENOTDIR) {
		return false, nil
	}
	return err == nil, err
}
