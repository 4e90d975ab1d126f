package dropboxsim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// Plan is a paid plan. It determines the account's type in the API and how long deleted files are kept:
// https://help.dropbox.com/security/data-retention-policy
type Plan string

// The plans that differ here.
const (
	Basic        Plan = "basic"        // 30 days
	Plus         Plan = "plus"         // 30 days; "pro" on the wire
	Professional Plan = "professional" // 180 days; "pro" on the wire
	Standard     Plan = "standard"     // 180 days, a team's; "business" on the wire
	Advanced     Plan = "advanced"     // 365 days, a team's; "business" on the wire
)

// days returns for how many days a deleted file, or an older revision, can be restored.
func (p Plan) days() int {
	switch p {
	case Professional, Standard:
		return 180
	case Advanced:
		return 365
	}
	return 30
}

// accountType returns the name of p on the wire.
func (p Plan) accountType() string {
	switch p {
	case Plus, Professional:
		return "pro"
	case Standard, Advanced:
		return "business"
	}
	return "basic"
}

// known reports whether p is one of the constants above.
func (p Plan) known() bool {
	return slices.Contains([]Plan{Basic, Plus, Professional, Standard, Advanced}, p)
}

// Person describes the owner of an account.
type Person struct {
	Email string
	Name  string // "": the part of Email before the @
	Plan  Plan   // "": Basic; a member has the team's
	Limit int64  // of storage, in bytes; 0: 2 GiB, -1: none
	Team  *Team  // the team of which it is a member, or nil
	Admin bool   // an administrator of the team

	Secondary []string // other addresses of a member of a team
}

// Account is one person's Dropbox. Its exported methods act as that person does in a browser; clients use the wire.
type Account struct {
	d           *Dropbox
	number      int
	email, name string
	secondary   []string
	plan        Plan
	limit       int64
	team        *Team
	home        *namespace
	root        *tree // the tree that the account sees: its home, or its team's space

	// Of a team's member. Times are in Unix seconds.
	admin, suspended    bool
	joined, suspendedOn int64
}

// AddAccount adds an account with an empty Dropbox. It returns an error if the address is invalid or taken, the
// plan is unknown, an administrator has no team, or the name cannot be that of a folder, as which a team's space shows
// it.
func (d *Dropbox) AddAccount(p Person) (*Account, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.Name == "" {
		p.Name, _, _ = strings.Cut(p.Email, "@")
	}
	if p.Team != nil {
		p.Plan = p.Team.plan
	}
	if p.Plan == "" {
		p.Plan = Basic
	}
	if p.Limit == 0 {
		p.Limit = 2 << 30
	}
	if !strings.Contains(p.Email, "@") || d.accountOf(p.Email) != nil {
		return nil, fmt.Errorf("an account needs an address of its own, not %q", p.Email)
	}
	if p.Admin && p.Team == nil {
		return nil, fmt.Errorf("%s has no team to be an administrator of", p.Email)
	}
	if !p.Plan.known() || strings.ContainsAny(p.Name, "/:?*<>\"|\\") {
		return nil, fmt.Errorf("%s cannot have the plan %q and the name %q", p.Email, p.Plan, p.Name)
	}
	a := &Account{
		d: d, number: len(d.accounts), email: p.Email, name: p.Name, secondary: p.Secondary,
		plan: p.Plan, limit: max(p.Limit, 0), team: p.Team,
		admin: p.Admin, joined: d.now(),
	}
	a.home = d.newNamespace(p.Name, a, p.Plan, owner)
	a.root = a.home.tree
	d.accounts = append(d.accounts, a)
	if p.Team != nil {
		d.join(a, p.Team)
	}
	return a, nil
}

// Account returns the account of that address, or nil.
func (d *Dropbox) Account(email string) *Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.accountOf(email)
}

// Accounts returns all accounts, in the order in which they were added.
func (d *Dropbox) Accounts() []*Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.accounts)
}

// accountOf returns the account of that address, in any case of the letters; nil if there is none.
func (d *Dropbox) accountOf(email string) *Account {
	for _, a := range d.accounts {
		if strings.EqualFold(a.email, email) {
			return a
		}
	}
	return nil
}

// Email returns the account's address.
func (a *Account) Email() string { return a.email }

// AccountID returns the account's id on the wire (account_id).
func (a *Account) AccountID() string { return newID("dbid:", 35, uint64(a.number)) }

// MemberID returns the id of a team's member for Dropbox-API-Select-User.
func (a *Account) MemberID() string { return newID("dbmid:", 35, uint64(a.number)) }

// Home returns the id of the account's own namespace.
func (a *Account) Home() string { return a.home.id() }

// RootNamespace returns the id of the namespace that the account sees as a whole: its home, or its team's space.
func (a *Account) RootNamespace() string { return a.root.mounts[0].ns.id() }

// inSpace reports whether the account's home is a folder in a team's space.
func (a *Account) inSpace() bool { return a.root != a.home.tree }

// uid returns the number of an account for older clients.
func (a *Account) uid() uint64 { return content.Mix(uint64(a.number)) % 1e10 }
