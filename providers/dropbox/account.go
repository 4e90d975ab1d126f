package dropbox

import (
	"context"
	"errors"
	"fmt"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/common"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/users_common"
)

// account is what Dropbox reports about the account.
type account struct {
	kind   string // "basic", "pro", "business"
	team   string // the team's id; "" for a personal account
	purges bool   // files can be deleted for good
	space  string // the namespace of the team's space, else of the user's own folder
	home   string // the user's own folder in the team's space; "" if there is none
}

// identify asks whose account it is, and what it can do. The reference states that files/permanently_delete "is only
// available for Dropbox Business apps": an app that a team has linked, which names the member that it acts as.
func (d *Driver) identify(ctx context.Context) error {
	who, err := d.users.GetCurrentAccountContext(ctx)
	if err != nil {
		return fmt.Errorf("ask whose account it is: %w", err)
	}
	// With another account's token, other people's files would be swept.
	if who.AccountId != d.o.Account {
		return fmt.Errorf("the sign-in is of the account %q, not of %s", who.AccountId, d.o.Account)
	}
	if who.AccountType != nil {
		d.account.kind = who.AccountType.Tag
	}
	if who.Team != nil {
		d.account.team = who.Team.Id
	}
	d.account.purges = d.account.kind == users_common.AccountTypeBusiness && d.account.team != "" && d.o.Member != ""
	switch info := who.RootInfo.(type) {
	case *common.TeamRootInfo:
		d.account.space, d.account.home = info.RootNamespaceId, info.HomePath
	case *common.UserRootInfo:
		d.account.space = info.RootNamespaceId
	}
	if d.o.TeamSpace && d.account.space == "" {
		return errors.New("it is not said where the team's space begins")
	}
	return nil
}

// Free implements providers.Driver. All members of a team store their files in one space.
func (d *Driver) Free(ctx context.Context) (map[string]int64, error) {
	usage, err := d.users.GetSpaceUsageContext(ctx)
	if err != nil {
		return nil, err
	}
	switch a := usage.Allocation; {
	case a == nil:
	case a.Individual != nil:
		return map[string]int64{"Dropbox account " + d.o.Account: left(a.Individual.Allocated, usage.Used)}, nil
	case a.Team != nil:
		return map[string]int64{"Dropbox team " + d.account.team: left(a.Team.Allocated, a.Team.Used)}, nil
	}
	return nil, nil
}

// left returns how much of all is unused; 0 if more is used.
func left(all, used uint64) int64 {
	if used >= all {
		return 0
	}
	return int64(min(all-used, 1<<62))
}
