package dropboxsim

import (
	"slices"
	"strings"
	"time"
)

// maxMembers is the number of members on a page, and the default:
// https://www.dropbox.com/developers/documentation/http/teams#team-members-list
const maxMembers = 1000

// memberCursor is a place in the list of a team's members, with the options of the list. Like cursor it is the whole
// state. At counts the accounts of the Dropbox, to which none is ever inserted: a member who joins meanwhile comes
// last.
type memberCursor struct {
	Team  int `json:"m"`
	At    int `json:"i"`
	Limit int `json:"l"`
}

// memberPrefix begins the name of a memberCursor, so that it is none of a cursor's.
const memberPrefix = "ZtzZ"

// listMembers serves team/members/list_v2. include_removed changes nothing: no member ever leaves a team here.
func listMembers(c *call) (any, error) {
	in := struct {
		Limit   int  `json:"limit"`
		Removed bool `json:"include_removed"`
	}{Limit: maxMembers}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if err := oneToMany(in.Limit, maxMembers); err != nil {
		return nil, err
	}
	return c.members(memberCursor{Team: c.team.number, Limit: in.Limit}), nil
}

// moreMembers serves team/members/list/continue_v2. A cursor that was cut or changed, or that is another team's, is 409
// invalid_cursor.
func moreMembers(c *call) (any, error) {
	var in struct {
		Cursor string `json:"cursor"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	var cur memberCursor
	if !unsealed(memberPrefix, in.Cursor, &cur) || cur.Team != c.team.number {
		return nil, union("invalid_cursor")
	}
	return c.members(cur), nil
}

// members returns the page that begins at the cursor, in the order in which the members joined. A cursor at the end has
// an empty page without more, as has a list that goes on there after others have joined.
func (c *call) members(cur memberCursor) any {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	list := []any{}
	for cur.At < len(c.d.accounts) && len(list) < cur.Limit {
		if a := c.d.accounts[cur.At]; a.team == c.team {
			list = append(list, map[string]any{"profile": a.profile(), "roles": a.roles()})
		}
		cur.At++
	}
	more := false
	for _, a := range c.d.accounts[cur.At:] {
		more = more || a.team == c.team
	}
	return map[string]any{"members": list, "cursor": sealed(memberPrefix, cur), "has_more": more}
}

// memberInfo serves team/members/get_info_v2, for members by their ids or main addresses, each answered in its turn:
// https://www.dropbox.com/developers/documentation/http/teams#team-members-get_info
func memberInfo(c *call) (any, error) {
	var in struct {
		Members []struct {
			Tag   string `json:".tag"`
			ID    string `json:"team_member_id"`
			Email string `json:"email"`
		} `json:"members"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	infos := []any{}
	for _, m := range in.Members {
		is := func(a *Account) bool { return a.team == c.team && strings.EqualFold(a.email, m.Email) }
		switch {
		case m.Tag == "team_member_id" && m.ID != "" && m.Email == "":
			is = func(a *Account) bool { return a.team == c.team && a.MemberID() == m.ID }
		case m.Tag != "email" || m.Email == "" || m.ID != "":
			return nil, badInput("request body: members: a member is named by team_member_id or by email")
		}
		info := map[string]any{".tag": "id_not_found", "id_not_found": m.ID + m.Email}
		if i := slices.IndexFunc(c.d.accounts, is); i >= 0 {
			a := c.d.accounts[i]
			info = map[string]any{".tag": "member_info", "profile": a.profile(), "roles": a.roles()}
		}
		infos = append(infos, info)
	}
	return map[string]any{"members_info": infos}, nil
}

// profile returns the TeamMemberProfile of the wire. member_folder_id is the namespace of the member's own files, and
// root_folder_id the one that the member sees as a whole.
func (a *Account) profile() map[string]any {
	status := "active"
	if a.suspended {
		status = "suspended"
	}
	groups := []any{}
	for _, g := range a.team.groups {
		if slices.Contains(g.members, a) {
			groups = append(groups, g.ID())
		}
	}
	out := map[string]any{
		"team_member_id": a.MemberID(), "account_id": a.AccountID(), "email": a.email, "email_verified": true,
		"status": map[string]any{".tag": status}, "name": a.names(),
		"membership_type": map[string]any{".tag": "full"}, "joined_on": second(a.joined), "groups": groups,
		"member_folder_id": a.Home(), "root_folder_id": a.RootNamespace(),
	}
	if a.suspended {
		out["suspended_on"] = second(a.suspendedOn)
	}
	secondary := []any{}
	for _, address := range a.secondary {
		secondary = append(secondary, map[string]any{"email": address, "is_verified": true})
	}
	out["secondary_emails"] = secondary
	return out
}

// roles returns the roles of the wire: an administrator has one, any other member none.
func (a *Account) roles() []any {
	if !a.admin {
		return []any{}
	}
	return []any{map[string]any{
		"role_id": newID("pid_dbtmr:", 64, 1), "name": "Team",
		"description": "Manage everything and access all permissions",
	}}
}

// second returns a time, which is in Unix seconds, in the form of the wire.
func second(t int64) string { return time.Unix(t, 0).UTC().Format(time.RFC3339) }

// Suspend suspends a member, or ends that: the files stay, but no client acts for the member meanwhile (401
// user_suspended).
func (a *Account) Suspend(suspended bool) {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	a.suspended, a.suspendedOn = suspended, a.d.now()
}
