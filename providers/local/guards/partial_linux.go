package guards

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
)

// underWay returns a reason if there is a neighbour of the file.
func (q *question) underWay() language.Message {
	switch name, err := q.beside(providers.Neighbours(q.file.Name)); {
	case err != nil:
		return language.Messagef("whether there is a neighbour could not be found out: %v", err)
	case name != "":
		return language.Messagef("%q beside it says that a program is still at work on it", name)
	}
	return language.Message{}
}

// beside reports whether the name exists in the file's folder, as a file, a folder or a link.
func beside(p *disk.Pinned, name string) (bool, error) {
	_, err := disk.StatName(p.Folder, name)
	// If the file system does not take the name, nothing has it.
	if disk.Gone(err) || errors.Is(err, unix.ENAMETOOLONG) || errors.Is(err, unix.ENOTDIR) {
		return false, nil
	}
	return err == nil, err
}
