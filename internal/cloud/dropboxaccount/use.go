package dropboxaccount

import (
	"slices"

	"github.com/sweepd/sweepd/internal/language"
)

// Use is the purpose of an account; each use includes those before.
type Use int

// The uses.
const (
	Look  Use = iota // find and read
	Trash            // and delete, and restore
	Purge            // and delete for good, which only a team's app can
)

// The scopes, as the reference lists them for each route:
// https://www.dropbox.com/developers/documentation/http/documentation.
const (
	account   = "account_info.read"
	metadata  = "files.metadata.read"
	content   = "files.content.read"
	write     = "files.content.write"
	permanent = "files.permanent_delete"

	// actAsMember allows the header Dropbox-API-Select-User, and makes the sign-in a team's and not one user's:
	// https://www.dropbox.com/developers/documentation/http/teams.
	actAsMember = "team_data.member"

	listMembers = "members.read"
	listGroups  = "groups.read"
	nameTeam    = "team_info.read"
)

// These stand in place of a member's id for the sign-in to a team's app that acts for each of the team's members.
const (
	Team      = "team"
	TeamGroup = "team with groups" // and that also lists the members of groups
)

// wholeTeam reports whether it stands for a team's members, and is no id of one.
func wholeTeam(member string) bool { return member == Team || member == TeamGroup }

// Scopes returns the fewest scopes that a use needs. member is the team member that a team's app acts as, "" for an
// app of the user's own, Team or TeamGroup.
func (u Use) Scopes(member string) []string {
	all := []string{account, metadata, content}
	if u >= Trash {
		all = append(all, write)
	}
	if u >= Purge {
		all = append(all, permanent)
	}
	if member != "" {
		all = append(all, actAsMember)
	}
	if wholeTeam(member) {
		all = append(all, listMembers, nameTeam)
	}
	if member == TeamGroup {
		all = append(all, listGroups)
	}
	return all
}

// Uses returns the highest use that scopes allow; ok reports whether they allow Look at all. member is as for Scopes.
func Uses(scopes []string, member string) (most Use, ok bool) {
	for u := Purge; u >= Look; u-- {
		if !slices.ContainsFunc(u.Scopes(member), func(s string) bool { return !slices.Contains(scopes, s) }) {
			return u, true
		}
	}
	return Look, false
}

// String returns the use for messages.
func (u Use) String() string { return u.text().String() }

// In returns the use for messages in the language.
func (u Use) In(p language.Printer) string { return u.text().In(p) }

func (u Use) text() language.Message {
	switch u {
	case Look:
		return language.Messagef("look")
	case Trash:
		return language.Messagef("look and trash")
	}
	return language.Messagef("look, trash and purge")
}
