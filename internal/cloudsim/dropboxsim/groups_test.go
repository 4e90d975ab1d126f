package dropboxsim_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/team"

	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// groups lists the groups by Dropbox's client, so many on a page, as "name count".
func (o *office) groups(c team.ContextClient, limit uint32) (all []string, cursor string) {
	o.t.Helper()
	arg := team.NewGroupsListArg()
	arg.Limit = limit
	page, err := c.GroupsListContext(o.t.Context(), arg)
	for {
		o.do(err)
		if uint32(len(page.Groups)) > limit {
			o.t.Errorf("a page has %d groups", len(page.Groups))
		}
		for _, g := range page.Groups {
			all = append(all, fmt.Sprintf("%s %d", g.GroupName, g.MemberCount))
		}
		if !page.HasMore {
			return all, page.Cursor
		}
		page, err = c.GroupsListContinueContext(o.t.Context(), team.NewGroupsListContinueArg(page.Cursor))
	}
}

// in lists the members of a group in the same way.
func (o *office) in(c team.ContextClient, g *dropboxsim.Group, limit uint32) (all []string, cursor string) {
	o.t.Helper()
	arg := team.NewGroupsMembersListArg(byID(g.ID()))
	arg.Limit = limit
	page, err := c.GroupsMembersListContext(o.t.Context(), arg)
	for {
		o.do(err)
		if uint32(len(page.Members)) > limit {
			o.t.Errorf("a page has %d members", len(page.Members))
		}
		for _, m := range page.Members {
			all = append(all, m.Profile.Email+" "+m.Profile.TeamMemberId)
		}
		if !page.HasMore {
			return all, page.Cursor
		}
		page, err = c.GroupsMembersListContinueContext(o.t.Context(),
			team.NewGroupsMembersListContinueArg(page.Cursor))
	}
}

func byID(id string) *team.GroupSelector {
	s := &team.GroupSelector{GroupId: id}
	s.Tag = team.GroupSelectorGroupId
	return s
}

func TestGroupsAndTheirMembersAreListedPageByPage(t *testing.T) {
	o := newOffice(t)
	artists, err := o.team.AddGroup("Artists", o.eve, o.gus)
	o.do(err)
	all, err := o.team.AddGroup("Everyone", o.eve, o.boss, o.gus)
	o.do(err)
	_, err = o.team.AddGroup("Nobody")
	o.do(err)
	c := o.members(o.team.Token("groups.read").Access)
	var groups, members string
	for limit := uint32(1); limit <= 4; limit++ {
		var got []string
		got, groups = o.groups(c, limit)
		if want := []string{"Artists 2", "Everyone 3", "Nobody 0"}; !slices.Equal(got, want) {
			t.Errorf("%d on a page: %q", limit, got)
		}
		got, members = o.in(c, artists, limit)
		want := []string{"eve@example.com " + o.eve.MemberID(), "gus@example.com " + o.gus.MemberID()}
		if !slices.Equal(got, want) {
			t.Errorf("%d on a page: %q", limit, got)
		}
	}
	o.do(artists.Set(o.boss))
	if got, _ := o.in(c, artists, 9); len(got) != 1 || !strings.HasPrefix(got[0], "boss@") {
		t.Errorf("with another member: %q", got)
	}
	list, err := o.members(o.team.Token().Access).MembersListV2Context(t.Context(), team.NewMembersListArg())
	o.do(err)
	if got := list.Members[1].Profile.Groups; !slices.Equal(got, []string{artists.ID(), all.ID()}) {
		t.Errorf("the boss is in %q", got)
	}

	for _, cursor := range []string{"", groups[:len(groups)-1], members, list.Cursor} {
		var refused team.GroupsListContinueAPIError
		_, err := c.GroupsListContinueContext(t.Context(), team.NewGroupsListContinueArg(cursor))
		if !errors.As(err, &refused) || refused.EndpointError.Tag != team.GroupsListContinueErrorInvalidCursor {
			t.Errorf("groups from the cursor %q: %v", cursor, err)
		}
	}
	for _, cursor := range []string{"", members[:len(members)-1], groups, list.Cursor} {
		var refused team.GroupsMembersListContinueAPIError
		_, err := c.GroupsMembersListContinueContext(t.Context(), team.NewGroupsMembersListContinueArg(cursor))
		if !errors.As(err, &refused) || refused.EndpointError.Tag != team.GroupsMembersListContinueErrorInvalidCursor {
			t.Errorf("members from the cursor %q: %v", cursor, err)
		}
	}

	other, err := o.box.AddTeam("Other", dropboxsim.Standard, false)
	o.do(err)
	o.team.Remove(artists)
	for name, ask := range map[string]struct {
		c  team.ContextClient
		id string
	}{
		"a group that was deleted": {c, artists.ID()},
		"another team's":           {o.members(other.Token("groups.read").Access), all.ID()},
		"no group":                 {c, "g:x"},
	} {
		var refused team.GroupsMembersListAPIError
		_, err := ask.c.GroupsMembersListContext(t.Context(), team.NewGroupsMembersListArg(byID(ask.id)))
		if !errors.As(err, &refused) || refused.EndpointError.Tag != team.GroupSelectorErrorGroupNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.team.AddGroup("Everyone"); err == nil {
		t.Error("two groups have one name")
	}
	if _, err := o.team.AddGroup("Strangers", o.ann); err == nil {
		t.Error("a group has a member who is not of the team")
	}
}

func TestOnlyATeamsTokenWithTheScopeListsGroups(t *testing.T) {
	o := newOffice(t)
	for name, token := range map[string]string{
		"a person's token": o.boss.Token().Access,
		"no scope":         o.team.Token("members.read", "team_data.member").Access,
	} {
		for _, route := range []string{"team/groups/list", "team/groups/members/list"} {
			if status, body := o.post(token, route, map[string]any{}); status != 400 && status != 401 {
				t.Errorf("%s, %s: %d %s", route, name, status, body)
			}
		}
	}
}
