package dropboxsim_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	sdk "github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/auth"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/team"

	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// office is a team in a space: eve with one file, boss the administrator, and gus, who is suspended.
type office struct {
	*world
	team           *dropboxsim.Team
	eve, boss, gus *dropboxsim.Account
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{world: newWorld(t, dropboxsim.Options{})}
	var err error
	o.team, err = o.box.AddTeam("Acme", dropboxsim.Advanced, true)
	o.do(err)
	o.eve = o.person(dropboxsim.Person{Email: "eve@example.com", Name: "Eve", Team: o.team})
	o.boss = o.person(dropboxsim.Person{Email: "boss@example.com", Name: "Boss", Team: o.team, Admin: true})
	o.gus = o.person(dropboxsim.Person{Email: "gus@example.com", Name: "Gus", Team: o.team})
	o.gus.Suspend(true)
	o.put(o.eve, "/a.png", "a")
	return o
}

// members is Dropbox's client for a team in Go.
func (o *office) members(token string) team.ContextClient {
	return team.NewContext(sdk.Config{Client: o.bearer(token)})
}

// all lists the members, so many on a page, and calls between after the first page.
func (o *office) all(c team.ContextClient, limit uint32, between func()) (emails []string) {
	o.t.Helper()
	arg := team.NewMembersListArg()
	arg.Limit = limit
	page, err := c.MembersListV2Context(o.t.Context(), arg)
	for n := 0; ; n++ {
		o.do(err)
		if uint32(len(page.Members)) > limit {
			o.t.Errorf("a page has %d members", len(page.Members))
		}
		for _, m := range page.Members {
			emails = append(emails, fmt.Sprintf("%s %s %d", m.Profile.Email, m.Profile.Status.Tag, len(m.Roles)))
		}
		if n == 0 && between != nil {
			between()
		}
		if !page.HasMore {
			return emails
		}
		page, err = c.MembersListContinueV2Context(o.t.Context(), team.NewMembersListContinueArg(page.Cursor))
	}
}

func TestATeamsMembersAreListedPageByPage(t *testing.T) {
	o := newOffice(t)
	c := o.members(o.team.Token().Access)
	want := []string{"eve@example.com active 0", "boss@example.com active 1", "gus@example.com suspended 0"}
	for limit := uint32(1); limit <= 4; limit++ {
		if got := o.all(c, limit, nil); !slices.Equal(got, want) {
			t.Errorf("%d on a page: %q", limit, got)
		}
	}
	got := o.all(c, 1, func() {
		o.gus.Suspend(false)
		o.person(dropboxsim.Person{Email: "hal@example.com", Team: o.team})
	})
	want = append(want[:2:2], "gus@example.com active 0", "hal@example.com active 0")
	if !slices.Equal(got, want) {
		t.Errorf("with one who joins meanwhile: %q", got)
	}

	other, err := o.box.AddTeam("Other", dropboxsim.Standard, false)
	o.do(err)
	o.person(dropboxsim.Person{Email: "zoe@example.com", Team: other})
	page, err := c.MembersListV2Context(t.Context(), team.NewMembersListArg())
	o.do(err)
	listing, err := o.files(o.ann).ListFolderContext(t.Context(), everything())
	o.do(err)
	for _, cursor := range []string{"", "ZtzZ", page.Cursor[:len(page.Cursor)-1], page.Cursor + "A", listing.Cursor} {
		_, err := c.MembersListContinueV2Context(t.Context(), team.NewMembersListContinueArg(cursor))
		if !invalid(err) {
			t.Errorf("the cursor %q: %v", cursor, err)
		}
	}
	theirs := o.members(other.Token().Access)
	if _, err := theirs.MembersListContinueV2Context(t.Context(),
		team.NewMembersListContinueArg(page.Cursor)); !invalid(err) {
		t.Errorf("the cursor of another team: %v", err)
	}
	if _, err := o.files(o.ann).ListFolderContinueContext(t.Context(),
		files.NewListFolderContinueArg(page.Cursor)); err == nil {
		t.Error("a listing of files goes on at a member")
	}
}

func invalid(err error) bool {
	var refused team.MembersListContinueV2APIError
	return errors.As(err, &refused) && refused.EndpointError.Tag == team.MembersListContinueErrorInvalidCursor
}

func TestOnlyATeamsTokenWithTheScopeListsMembers(t *testing.T) {
	o := newOffice(t)
	for name, c := range map[string]struct {
		token, want string
		headers     []string
		status      int
	}{
		"a person's token": {o.boss.Token().Access, "This is a DfB team management function.", nil, 400},
		"no scope":         {o.team.Token("team_data.member").Access, `"required_scope":"members.read"`, nil, 401},
		"for a member": {
			o.team.Token().Access, "takes neither", []string{"Dropbox-API-Select-User", o.eve.MemberID()}, 400,
		},
		"no limit": {o.team.Token().Access, "limit", nil, 400},
	} {
		arg := map[string]any{}
		if name == "no limit" {
			arg["limit"] = 0
		}
		status, body := o.post(c.token, "team/members/list_v2", arg, c.headers...)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestATeamsTokenActsForTheMemberThatAHeaderNames(t *testing.T) {
	o := newOffice(t)
	all, scoped := o.team.Token().Access, o.team.Token("team_data.member", "files.metadata.read").Access
	const user, admin = "Dropbox-API-Select-User", "Dropbox-API-Select-Admin"
	for name, c := range map[string]struct {
		token, want string
		headers     []string
		status      int
	}{
		"a member":            {scoped, `"a.png"`, []string{user, o.eve.MemberID()}, 200},
		"an administrator":    {scoped, `"entries":[]`, []string{admin, o.boss.MemberID()}, 200},
		"for nobody":          {all, "is for an entire Dropbox Business team.  Since your API app key", nil, 400},
		"no member":           {all, "invalid_select_user", []string{user, o.ann.MemberID()}, 401},
		"suspended":           {all, "user_suspended", []string{user, o.gus.MemberID()}, 401},
		"no administrator":    {all, "invalid_select_admin", []string{admin, o.eve.MemberID()}, 401},
		"no member to manage": {all, "invalid_select_admin", []string{admin, "dbmid:x"}, 401},
		"both":                {all, "exclude", []string{user, o.eve.MemberID(), admin, o.boss.MemberID()}, 400},
		"without the scope": {
			o.team.Token("members.read", "files.metadata.read").Access, "team_data.member",
			[]string{user, o.eve.MemberID()},
			401,
		},
		"a person's, as a user": {o.eve.Token().Access, "You can only use", []string{user, o.eve.MemberID()}, 400},
		"a person's, as admin":  {o.boss.Token().Access, "You can only use", []string{admin, o.boss.MemberID()}, 400},
	} {
		status, body := o.post(c.token, "files/list_folder", map[string]any{"path": ""}, c.headers...)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := o.post(all, "users/get_current_account", nil, admin, o.boss.MemberID()); status != 400 {
		t.Errorf("a route for users only, as an administrator: %d %s", status, body)
	}
}

func TestAnAdministratorLooksIntoEachNamespaceOfTheTeam(t *testing.T) {
	o := newOffice(t)
	o.do(o.team.Folder("Design"))
	token := o.team.Token().Access
	list := func(cfg sdk.Config, path string) ([]string, error) {
		cfg.Client = o.bearer(token)
		res, err := files.NewContext(cfg).ListFolderContext(t.Context(), files.NewListFolderArg(path))
		var names []string
		if err == nil {
			for _, e := range res.Entries {
				switch e := e.(type) {
				case *files.FileMetadata:
					names = append(names, e.Name)
				case *files.FolderMetadata:
					names = append(names, e.Name)
				}
			}
		}
		return names, err
	}
	boss, eve := sdk.Config{AsAdminID: o.boss.MemberID()}, sdk.Config{AsMemberID: o.eve.MemberID()}
	if got, err := list(boss, "ns:"+o.eve.Home()); err != nil || !slices.Equal(got, []string{"a.png"}) {
		t.Errorf("the administrator finds %q, %v with eve", got, err)
	}
	if got, err := list(boss.WithNamespaceID(o.eve.Home()), ""); err != nil || !slices.Equal(got, []string{"a.png"}) {
		t.Errorf("with her namespace as the root: %q, %v", got, err)
	}
	if got, err := list(boss, "ns:"+o.ann.Home()); err == nil {
		t.Errorf("and %q with one who is not of the team", got)
	}
	if got, err := list(eve, "ns:"+o.boss.Home()); err == nil {
		t.Errorf("a member finds %q with the administrator", got)
	}
	boss.Client = o.bearer(token)
	_, err := files.NewContext(boss).DeleteV2Context(t.Context(), files.NewDeleteArg("ns:"+o.eve.Home()+"/a.png"))
	if err == nil {
		t.Error("the administrator deletes what only eve may write")
	}
	eve.Client = boss.Client
	_, err = files.NewContext(eve).DeleteV2Context(t.Context(), files.NewDeleteArg("/a.png"))
	o.do(err)
	if got := o.cloud.Audit().Mutations(0); got[len(got)-1].Account != "eve@example.com" {
		t.Errorf("the record has %+v", got[len(got)-1])
	}
	var refused auth.AuthAPIError
	if _, err := list(sdk.Config{AsMemberID: o.gus.MemberID()}, ""); !errors.As(err, &refused) ||
		refused.AuthError.Tag != auth.AuthErrorUserSuspended {
		t.Errorf("for one who is suspended: %v", err)
	}
}

func TestDropboxsPythonClientOfATeamIsServed(t *testing.T) {
	interpreter := needPython(t)
	o := newOffice(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	o.do(os.WriteFile(ca, o.srv.CA(), 0o600))
	cmd := exec.CommandContext(t.Context(), interpreter, "testdata/team.py", o.team.Token().Access, o.eve.MemberID(),
		o.boss.MemberID(), o.eve.Home())
	cmd.Env = append(os.Environ(), "HTTPS_PROXY="+o.srv.ProxyURL(), "REQUESTS_CA_BUNDLE="+ca)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestAnAdministratorNeedsATeam(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	if _, err := w.box.AddAccount(dropboxsim.Person{Email: "x@example.com", Admin: true}); err == nil {
		t.Error("an administrator of no team")
	}
}

func TestATeamNamesItself(t *testing.T) {
	o := newOffice(t)
	about, err := o.members(o.team.Token("team_info.read").Access).GetInfoContext(t.Context())
	if err != nil || about.TeamId != o.team.ID() || about.Name == "" || about.Policies == nil {
		t.Errorf("got %+v, %v", about, err)
	}
	if status, body := o.post(o.team.Token("members.read").Access, "team/get_info", "null"); status != 401 {
		t.Errorf("without the scope: %d %s", status, body)
	}
}

func TestAMemberIsFoundByAddressAndByID(t *testing.T) {
	o := newOffice(t)
	c := o.members(o.team.Token("members.read").Access)
	by := func(tag, value string) *team.UserSelectorArg {
		s := &team.UserSelectorArg{}
		s.Tag, s.Email, s.TeamMemberId = tag, value, ""
		if tag == "team_member_id" {
			s.Email, s.TeamMemberId = "", value
		}
		return s
	}
	got, err := c.MembersGetInfoV2Context(t.Context(), &team.MembersGetInfoV2Arg{Members: []*team.UserSelectorArg{
		by("email", "Eve@example.com"), by("team_member_id", o.gus.MemberID()), by("email", "ann@example.com"),
	}})
	o.do(err)
	var all []string
	for _, m := range got.MembersInfo {
		if m.MemberInfo != nil {
			all = append(all, m.MemberInfo.Profile.Email+" "+m.MemberInfo.Profile.TeamMemberId)
		} else {
			all = append(all, m.Tag+" "+m.IdNotFound)
		}
	}
	want := []string{
		"eve@example.com " + o.eve.MemberID(), "gus@example.com " + o.gus.MemberID(), "id_not_found ann@example.com",
	}
	if !slices.Equal(all, want) {
		t.Errorf("got %q, want %q", all, want)
	}
	if status, body := o.post(o.team.Token("members.read").Access, "team/members/get_info_v2",
		`{"members":[{".tag":"email"}]}`); status != 400 {
		t.Errorf("a member without an address: %d %s", status, body)
	}
}
