package dropboxsim

import (
	"net/http"
	"slices"
)

// The headers with which the bearer of a team's token acts for one of the members, by the member's id:
// https://www.dropbox.com/developers/documentation/http/teams#teams-member-file-access
const (
	selectUser  = "Dropbox-API-Select-User"
	selectAdmin = "Dropbox-API-Select-Admin"
)

// signer is who makes a request: an account or, for a route of a team, the team. It is zero for a route that takes no
// token. admin means that a acts as an administrator, who may see everything that is the team's.
type signer struct {
	a     *Account
	team  *Team
	admin bool
}

// sees reports whether the signer, who has an account, may look into a namespace. An administrator may look into those
// of the whole team, but write only as a member may: the service's rules for that are not simulated.
func (s signer) sees(ns *namespace) bool {
	return ns.roleIn(s.a) != 0 || s.admin && ns.of(s.a.team)
}

// selected returns the signer of a request with that token, by the headers. The caller holds the lock.
//
// A member that is not of the team is 401 invalid_select_user; one that is no administrator is 401
// invalid_select_admin. Where the service's own text is not known - both headers at once, one of them at a route of the
// team, or Select-Admin at a route that does not take it - the request is refused with a text of the rehearsal's.
func (d *Dropbox) selected(r *http.Request, rt *route, t accessToken) (s signer, err error) {
	user, admin := r.Header.Get(selectUser), r.Header.Get(selectAdmin)
	team := t.grant.team
	switch {
	case team == nil && user != "":
		return s, onlyOfATeam(selectUser)
	case team == nil && admin != "":
		return s, onlyOfATeam(selectAdmin)
	case team == nil:
		return signer{a: t.grant.a}, nil
	case rt.team && user+admin != "":
		return s, badInput("a route of the team takes neither %q nor %q", selectUser, selectAdmin)
	case rt.team:
		return signer{team: team}, nil
	case user != "" && admin != "":
		return s, badInput("%q and %q exclude each other", selectUser, selectAdmin)
	case user+admin == "":
		return s, badInput(
			"This API function operates on a single Dropbox account, but the OAuth 2 access token you provided is " +
				"for an entire Dropbox Business team.  Since your API app key has team member file access " +
				"permissions, you can operate on a team member's Dropbox by providing the " +
				"\"Dropbox-API-Select-User\" HTTP header or \"select_user\" URL parameter to specify the " +
				"exact user <https://www.dropbox.com/developers/documentation/http/teams>.",
		)
	case !slices.Contains(t.scopes, teamMember):
		return s, missingScope(teamMember)
	case admin != "" && !rt.admin:
		return s, badInput("this route does not take %q", selectAdmin)
	}
	a := d.member(team, user+admin)
	switch {
	case user != "" && a == nil:
		return s, unauthorized("invalid_select_user")
	case admin != "" && (a == nil || !a.admin):
		return s, unauthorized("invalid_select_admin")
	}
	return signer{a: a, admin: admin != ""}, nil
}

// onlyOfATeam returns the refusal of a header that a token of one person may not have.
func onlyOfATeam(header string) error {
	return badInput("You can only use the %q header with an access token for a Dropbox Business team.", header)
}

// member returns the team's member of that id, or nil. The caller holds the lock.
func (d *Dropbox) member(team *Team, id string) *Account {
	for _, a := range d.accounts {
		if a.team == team && a.MemberID() == id {
			return a
		}
	}
	return nil
}
