package dropboxaccount

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// GroupError is returned for the name of a group that does not mean exactly one group of the team.
type GroupError struct {
	Group string
	Found int // the groups of that name
}

// Error returns the name, and whether there is none or several.
func (e *GroupError) Error() string {
	if e.Found == 0 {
		return fmt.Sprintf("the team has no group %q", e.Group)
	}
	return fmt.Sprintf("the team has %d groups with the name %q", e.Found, e.Group)
}

// MembersIn returns the members of the team of ConnectTeam that are in the group of that name, in the order of the
// team's list. It returns all of them or an error: a list that was cut off never counts as one, and neither do a group
// and a team that do not agree. It returns a *GroupError if no group, or more than one, has the name.
func (c *Connection) MembersIn(ctx context.Context, group string) (all []Member, err error) {
	fail := func(err error) ([]Member, error) { return nil, fmt.Errorf("list the members of the group: %w", err) }
	id, err := groupOf(ctx, c.HTTP, group)
	if _, name := errors.AsType[*GroupError](err); name {
		return nil, err
	}
	if err != nil {
		return fail(err)
	}
	in, err := idsIn(ctx, c.HTTP, id)
	if err != nil {
		return fail(err)
	}
	// The members of a group come without the details of the team's list, such as their other addresses.
	team, err := members(ctx, c.HTTP, "")
	if err != nil {
		return fail(err)
	}
	for _, m := range team {
		if in[m.ID] {
			all = append(all, m)
			delete(in, m.ID)
		}
	}
	if len(in) > 0 {
		return fail(fmt.Errorf("%d of them are not in the list of the team", len(in)))
	}
	return all, nil
}

// groupOf returns the id of the group with that name.
func groupOf(ctx context.Context, c *http.Client, name string) (id string, err error) {
	type group struct {
		Name string `json:"group_name"`
		ID   string `json:"group_id"`
	}
	all, err := pages[group](ctx, c, "", "team/groups/list", `{"limit":1000}`, "team/groups/list/continue")
	if err != nil {
		return "", err
	}
	wrong := &GroupError{Group: name}
	for _, g := range all {
		if g.Name == "" || g.ID == "" {
			return "", errors.New("the answer has a group without a name")
		}
		if g.Name == name {
			id = g.ID
			wrong.Found++
		}
	}
	if wrong.Found != 1 {
		return "", wrong
	}
	return id, nil
}

// idsIn returns the ids of the members of a group.
func idsIn(ctx context.Context, c *http.Client, group string) (map[string]bool, error) {
	arg, err := json.Marshal(map[string]any{
		"group": map[string]string{".tag": "group_id", "group_id": group}, "limit": 1000,
	})
	if err != nil {
		return nil, err
	}
	type member struct {
		Profile struct {
			ID string `json:"team_member_id"`
		} `json:"profile"`
	}
	all, err := pages[member](ctx, c, "", "team/groups/members/list", string(arg), "team/groups/members/list/continue")
	if err != nil {
		return nil, err
	}
	in := map[string]bool{}
	for _, m := range all {
		if m.Profile.ID == "" {
			return nil, errors.New("the answer has a member without a name")
		}
		in[m.Profile.ID] = true
	}
	return in, nil
}

// pages returns the members or groups of a list. It calls the route and then, as long as there is more, next. token is
// for a client that sends none by itself.
func pages[T any](ctx context.Context, c *http.Client, token, route, arg, next string) (all []T, err error) {
	for {
		var page struct {
			Members *[]T   `json:"members"`
			Groups  *[]T   `json:"groups"`
			Cursor  string `json:"cursor"`
			More    *bool  `json:"has_more"`
		}
		if err := team(ctx, c, token, route, arg, &page); err != nil {
			return nil, err
		}
		on := page.Members
		if on == nil {
			on = page.Groups
		}
		if on == nil || page.More == nil || *page.More && page.Cursor == "" {
			return nil, errors.New("the answer is incomplete")
		}
		if all = append(all, *on...); !*page.More {
			return all, nil
		}
		at, err := json.Marshal(map[string]string{"cursor": page.Cursor})
		if err != nil {
			return nil, err
		}
		route, arg = next, string(at)
	}
}
