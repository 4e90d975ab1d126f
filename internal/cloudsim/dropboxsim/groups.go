package dropboxsim

import (
	"fmt"
	"slices"
)

// maxGroups is the number of groups, and of members of one, on a page, and the default:
// https://www.dropbox.com/developers/documentation/http/teams#team-groups-list
const maxGroups = 1000

// Group is a group of members of a team.
type Group struct {
	team    *Team
	number  int
	name    string
	members []*Account // in the order in which they came
}

// AddGroup adds a group. It returns an error for a name that is taken or no name, and for an account that is not of the
// team.
func (t *Team) AddGroup(name string, members ...*Account) (*Group, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	taken := slices.ContainsFunc(t.groups, func(g *Group) bool { return g.name == name })
	if name == "" || taken {
		return nil, fmt.Errorf("%q cannot be a group", name)
	}
	g := &Group{team: t, number: t.d.groups, name: name}
	if err := g.set(members); err != nil {
		return nil, err
	}
	t.d.groups++
	t.groups = append(t.groups, g)
	return g, nil
}

// Set gives the group other members. It returns an error for an account that is not of the team.
func (g *Group) Set(members ...*Account) error {
	g.team.d.mu.Lock()
	defer g.team.d.mu.Unlock()
	return g.set(members)
}

func (g *Group) set(members []*Account) error {
	for _, a := range members {
		if a.team != g.team {
			return fmt.Errorf("%s is not of the team", a.email)
		}
	}
	g.members = slices.Clone(members)
	return nil
}

// Remove deletes a group of the team. Its members stay.
func (t *Team) Remove(g *Group) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	t.groups = slices.DeleteFunc(t.groups, func(other *Group) bool { return other == g })
}

// ID returns the group's id on the wire.
func (g *Group) ID() string { return newID("g:", 32, uint64(g.number)) }

// groupCursor is a place in the list of a team's groups, or in that of a group's members, with the options of the list.
// Like cursor it is the whole state.
type groupCursor struct {
	Team  int    `json:"t"`
	Group string `json:"g,omitempty"` // of a list of members
	At    int    `json:"i"`
	Limit int    `json:"l"`
}

// groupPrefix begins the name of a groupCursor, so that it is none of another kind.
const groupPrefix = "ZtzG"

// listGroups serves team/groups/list.
func listGroups(c *call) (any, error) {
	in := struct {
		Limit int `json:"limit"`
	}{Limit: maxGroups}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if err := oneToMany(in.Limit, maxGroups); err != nil {
		return nil, err
	}
	return c.groups(groupCursor{Team: c.team.number, Limit: in.Limit})
}

// listGroupMembers serves team/groups/members/list. A group is named by its id: none has an external id here.
func listGroupMembers(c *call) (any, error) {
	in := struct {
		Group struct {
			Tag string `json:".tag"`
			ID  string `json:"group_id"`
		} `json:"group"`
		Limit int `json:"limit"`
	}{Limit: maxGroups}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if err := oneToMany(in.Limit, maxGroups); err != nil {
		return nil, err
	}
	if in.Group.Tag != "group_id" {
		return nil, union("group_not_found")
	}
	return c.groups(groupCursor{Team: c.team.number, Group: in.Group.ID, Limit: in.Limit})
}

// moreGroups returns what serves a route that goes on at a cursor: of a list of groups, or of one of members. A cursor
// that was cut or changed, or that is another team's or another list's, is 409 invalid_cursor.
func moreGroups(ofMembers bool) func(c *call) (any, error) {
	return func(c *call) (any, error) {
		var in struct {
			Cursor string `json:"cursor"`
		}
		if err := c.args(&in); err != nil {
			return nil, err
		}
		var cur groupCursor
		if !unsealed(groupPrefix, in.Cursor, &cur) || cur.Team != c.team.number || (cur.Group != "") != ofMembers {
			return nil, union("invalid_cursor")
		}
		return c.groups(cur)
	}
}

// groups returns the page that begins at the cursor: of the team's groups, or of the members of the cursor's group.
func (c *call) groups(cur groupCursor) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	key, list := "groups", []any{}
	if cur.Group == "" {
		for _, g := range c.team.groups {
			list = append(list, map[string]any{
				"group_name": g.name, "group_id": g.ID(), "member_count": len(g.members),
				"group_management_type": map[string]any{".tag": "company_managed"},
			})
		}
	} else {
		i := slices.IndexFunc(c.team.groups, func(g *Group) bool { return g.ID() == cur.Group })
		switch {
		case i < 0 && cur.At > 0:
			return nil, union("invalid_cursor")
		case i < 0:
			return nil, union("group_not_found")
		}
		key = "members"
		for _, a := range c.team.groups[i].members {
			profile := a.profile() // a MemberProfile has less
			for _, more := range []string{"groups", "member_folder_id", "root_folder_id"} {
				delete(profile, more)
			}
			list = append(list, map[string]any{
				"profile": profile, "access_type": map[string]any{".tag": "member"},
			})
		}
	}
	from := min(cur.At, len(list))
	cur.At = min(from+cur.Limit, len(list))
	return map[string]any{
		key: list[from:cur.At], "cursor": sealed(groupPrefix, cur), "has_more": cur.At < len(list),
	}, nil
}

// oneToMany refuses a limit that is not from 1 to most.
func oneToMany(limit, most int) error {
	if limit < 1 || limit > most {
		return badInput("request body: limit: %d is not from 1 to %d", limit, most)
	}
	return nil
}
