package drivesim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// Account is one person's Google account. Its exported methods act as that person does in a browser; clients use the
// wire.
type Account struct {
	d            *Drive
	email, name  string
	permissionID string
	limit        int64 // of storage, in bytes; 0: none
	root         *file
	files        []*file // every file that it can see outside shared drives, by seq
	log          *changeLog
	emptying     []*file // files of the trash that are still to be deleted
	emptier      actor   // who asked to empty the trash

	// In a domain.
	domain           *Domain // nil: it is in none
	admin, suspended bool
	unit             string // the path of its organizational unit
	aliases          []string
	created          time.Time
}

// Person describes the owner of an account.
type Person struct {
	Email string
	Name  string // "": the part of Email before the @
	Limit int64  // of storage, in bytes; 0: 15 GiB, -1: none

	Domain *Domain // that it is a user of, by which Email ends; nil: none
	Admin  bool    // a super administrator of the domain
	Unit   string  // the path of the organizational unit, as "/Sales/North"; "": "/"

	Aliases []string // other addresses of a user of a domain
}

// AddAccount adds an account with an empty Drive. It returns an error if the address is invalid or taken, or if
// it does not fit with the domain. The
// change logs of two accounts begin at different tokens.
func (d *Drive) AddAccount(p Person) (*Account, error) {
	if p.Name == "" {
		p.Name, _, _ = strings.Cut(p.Email, "@")
	}
	if p.Limit == 0 {
		p.Limit = 15 << 30
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !strings.Contains(p.Email, "@") || d.accountOf(p.Email) != nil {
		return nil, fmt.Errorf("an account needs an address of its own, not %q", p.Email)
	}
	if err := p.fits(); err != nil {
		return nil, err
	}
	n := int64(len(d.accounts) + 1)
	a := &Account{
		d: d, email: p.Email, name: p.Name, limit: max(p.Limit, 0), log: newChangeLog(1000 * n),
		domain: p.Domain, admin: p.Admin, unit: cmp.Or(p.Unit, "/"), created: d.now(),
		aliases: p.Aliases,
	}
	a.permissionID = fmt.Sprintf("%020d", content.Mix(uint64(n))%1e19)
	a.root = &file{
		id: newID("0A"+strings.ToUpper(p.Email[:1]), 19, n), name: "My Drive", mime: mimeFolder, owner: a,
		created: d.now(), modified: d.now(), version: 1,
	}
	d.files[a.root.id] = a.root
	d.accounts = append(d.accounts, a)
	return a, nil
}

// Account returns the account of that address, or nil.
func (d *Drive) Account(email string) *Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.accountOf(email)
}

// Accounts returns all accounts, in the order in which they were added.
func (d *Drive) Accounts() []*Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.accounts)
}

// accountOf returns the account of that address, in any case of the letters; nil if there is none. The caller
// holds the lock.
func (d *Drive) accountOf(email string) *Account {
	for _, a := range d.accounts {
		if strings.EqualFold(a.email, email) {
			return a
		}
	}
	return nil
}

// Email returns the account's address.
func (a *Account) Email() string { return a.email }

// PermissionID returns the account's id on the wire (about.user.permissionId).
func (a *Account) PermissionID() string { return a.permissionID }

// Root returns the id of My Drive.
func (a *Account) Root() string { return a.root.id }

// sees reports whether f is among a's files: its own, those shared with it, and those in shared drives that it is
// a member of. The top folder of My Drive is in no list, so it is not. A scope such as drive.file can still
// exclude the file from one client; see call.mayRead.
func (a *Account) sees(f *file) bool {
	if f.drive != nil {
		return f.drive.members[a] != noRole
	}
	_, found := place(a.files, f.seq)
	return found
}

// usage returns the size of a's files in bytes, and of those in the trash. Older revisions do not count, nor do
// files of others and files in shared drives.
func (a *Account) usage() (all, trash int64) {
	for _, f := range a.files {
		if f.owner != a || !f.blob() {
			continue
		}
		all += f.content.Size()
		if f.trashed() {
			trash += f.content.Size()
		}
	}
	return all, trash
}
