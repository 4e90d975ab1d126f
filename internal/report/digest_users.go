package report

import (
	"slices"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// OfFleet returns one digest of the accounts of a fleet, which must not be empty. It counts by rule and not by account.
func OfFleet(fleet string, accounts []*Digest) *Digest {
	all := NewDigest(accounts[0].now, accounts[0].until, accounts[0].policy)
	for _, d := range accounts {
		if len(d.in) > 0 {
			all.accounts++
		}
		for _, c := range d.in {
			all.tally(group{c.Rule, fleet}, c.Files, c.Bytes, c.First)
		}
		for _, c := range d.first {
			all.name(c)
		}
	}
	return all
}

// UserDigest is the digest of one account of a fleet for its user, who has no sweepd.
type UserDigest struct {
	d       *Digest
	account policy.Storage
	address string
}

// ToUser returns the part of d that is about the account with that storage name, for its user. ok is false if nothing
// there will be deleted, or if the storage is no account of a fleet.
func (d *Digest) ToUser(storage string) (u UserDigest, ok bool) {
	u.account, _ = d.policy.Storage(storage)
	if u.account.Fleet == "" || d.reports() {
		return u, false
	}
	u.address = storage[len(u.account.Fleet)+1:]
	u.d = NewDigest(d.now, d.until, d.policy)
	for key, c := range d.in {
		if key.storage == storage {
			u.d.in[key] = c
		}
	}
	for _, c := range d.first {
		if c.storage == storage {
			u.d.first = append(u.d.first, c)
		}
	}
	return u, len(u.d.in) > 0
}

// Address returns the mail address of the user.
func (u UserDigest) Address() string { return u.address }

// Subject returns the digest in one line without names of files.
func (u UserDigest) Subject(p language.Printer) string {
	n, bytes, _ := u.d.total()
	return p.Sprintf("%s (%s) in your %s will be deleted until %s", language.Count(n, "file"), language.Size(bytes),
		u.account.Service(), day(u.d.until))
}

// Text returns the digest as text. With names it lists the first files to go; without it names no path and no file.
func (u UserDigest) Text(p language.Printer, names bool) string {
	n, bytes, _ := u.d.total()
	text := p.Sprintf("Until %s, if nothing changes, %s (%s) in the %s of %s will be moved to its trash, as your "+
		"organization has set up:\n\n", day(u.d.until), language.Count(n, "file"), language.Size(bytes),
		u.account.Service(), Plain(u.address))
	for _, c := range u.d.Coming() {
		text += p.Sprintf("- by %s: %s (%s), %s\n", ruleName(c.Rule), language.Count(c.Files, "file"),
			language.Size(c.Bytes), u.d.when(c.First))
	}
	if names {
		text += u.d.listed(p, n)
	}
	keep := language.Messagef("To keep a picture, ask your administrator.")
	if u.account.Type == policy.GDrive && slices.Contains(u.d.policy.Protect, providers.GuardTagged) {
		keep = language.Messagef("To keep a picture, give it a star in Google Drive, or ask your administrator.")
	}
	return text + "\n" + p.Sprintf("%s A picture that you restore from the trash stays.\n", keep)
}
