package drivesim_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"
	admin "google.golang.org/api/admin/directory/v1"
	api "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// workspace is a domain with users: boss the administrator, and three in units, of whom one is suspended.
type workspace struct {
	*world
	domain               *drivesim.Domain
	boss, bea, carl, dan *drivesim.Account
}

func newWorkspace(t *testing.T) *workspace {
	t.Helper()
	s := &workspace{world: newWorld(t, drivesim.Options{})}
	var err error
	s.domain, err = s.drive.AddDomain("acme.example")
	s.do(err)
	s.boss = s.user(drivesim.Person{Email: "boss@acme.example", Name: "Amy Boss", Admin: true})
	s.bea = s.user(drivesim.Person{Email: "bea@acme.example", Name: "Bea Zimmer", Unit: "/Sales"})
	s.carl = s.user(drivesim.Person{Email: "carl@acme.example", Name: "Carl O'Neil", Unit: "/Sales/North"})
	s.dan = s.user(drivesim.Person{Email: "dan@acme.example", Name: "dan Adams", Unit: "/Salesforce"})
	s.dan.Suspend(true)
	return s
}

func (s *workspace) user(p drivesim.Person) *drivesim.Account {
	s.t.Helper()
	p.Domain = s.domain
	a, err := s.drive.AddAccount(p)
	s.do(err)
	return a
}

// directory is Google's own client of the Directory API for a.
func (s *workspace) directory(a *drivesim.Account, scopes ...string) *admin.Service {
	s.t.Helper()
	d, err := admin.NewService(s.t.Context(), option.WithHTTPClient(s.client(a, scopes...)))
	s.do(err)
	return d
}

const usersScope, membersScope = "admin.directory.user.readonly", "admin.directory.group.member.readonly"

// names are the users before the @.
func names(users []*admin.User) (all []string) {
	for _, u := range users {
		name, _, _ := strings.Cut(u.PrimaryEmail, "@")
		all = append(all, name)
	}
	return all
}

func TestAnAdministratorListsTheUsersOfADomainPageByPage(t *testing.T) {
	s := newWorkspace(t)
	d := s.directory(s.boss, usersScope)
	for size := int64(1); size <= 5; size++ {
		var all []string
		s.do(d.Users.List().Customer("my_customer").MaxResults(size).Pages(t.Context(), func(page *admin.Users) error {
			if len(page.Users) > int(size) {
				t.Errorf("a page of %d users", len(page.Users))
			}
			all = append(all, names(page.Users)...)
			return nil
		}))
		if !slices.Equal(all, []string{"bea", "boss", "carl", "dan"}) {
			t.Errorf("%d on a page: %v", size, all)
		}
	}
	for order, want := range map[string][]string{
		"email DESCENDING": {"dan", "carl", "boss", "bea"}, "familyName ASCENDING": {"dan", "boss", "carl", "bea"},
		"givenName ASCENDING": {"boss", "bea", "carl", "dan"},
	} {
		by, way, _ := strings.Cut(order, " ")
		page, err := d.Users.List().Domain("ACME.example").OrderBy(by).SortOrder(way).Do()
		s.do(err)
		if got := names(page.Users); !slices.Equal(got, want) {
			t.Errorf("by %s: %v", order, got)
		}
	}
	u, err := d.Users.Get("CARL@acme.example").Projection("full").Do()
	s.do(err)
	if u.Name.FullName != "Carl O'Neil" || u.OrgUnitPath != "/Sales/North" || u.Suspended || u.IsAdmin ||
		u.CustomerId != s.domain.CustomerID() || u.Id != s.carl.UserID() {
		t.Errorf("carl is %+v", u)
	}
	again, err := d.Users.Get(u.Id).Fields("primaryEmail").Do()
	if err != nil || again.PrimaryEmail != u.PrimaryEmail || again.Id != "" {
		t.Errorf("by the id: %+v, %v", again, err)
	}
}

// A user who joins between two pages is on a later one or on none; all others are on one.
func TestAUserWhoJoinsBetweenTwoPagesShiftsNothing(t *testing.T) {
	s := newWorkspace(t)
	d := s.directory(s.boss, usersScope)
	list := d.Users.List().Customer("my_customer").MaxResults(2)
	first, err := list.Do()
	s.do(err)
	s.user(drivesim.Person{Email: "abe@acme.example"})
	s.user(drivesim.Person{Email: "cy@acme.example"})
	second, err := list.PageToken(first.NextPageToken).Do()
	s.do(err)
	if got := append(names(first.Users), names(second.Users)...); !slices.Equal(got,
		[]string{"bea", "boss", "carl", "cy"}) {
		t.Errorf("listed %v", got)
	}
	for name, list := range map[string]*admin.UsersListCall{
		"another query":        list.Query("isAdmin=true"),
		"a token that was cut": d.Users.List().Customer("my_customer").PageToken(first.NextPageToken[:20]),
	} {
		if _, err := list.Do(); !isStatus(err, 400, "invalid") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.pass(73 * time.Hour)
	late := s.directory(s.boss, usersScope).Users.List().Customer("my_customer").PageToken(first.NextPageToken)
	if _, err := late.Do(); !isStatus(err, 400, "invalid") {
		t.Errorf("after three days: %v", err)
	}
}

func TestUsersAreSearchedInGooglesLanguage(t *testing.T) {
	s := newWorkspace(t)
	d := s.directory(s.boss, usersScope)
	for query, want := range map[string]string{
		"":                                  "bea boss carl dan",
		"isSuspended=false":                 "bea boss carl",
		"isAdmin=true":                      "boss",
		"isArchived=false isSuspended=true": "dan",
		"isDelegatedAdmin=true":             "",
		"orgUnitPath=/":                     "bea boss carl dan",
		"orgUnitPath=/Sales":                "bea carl",
		"orgUnitPath='/sales/north'":        "carl",
		"email:b*":                          "bea boss",
		"email=BEA@acme.example":            "bea",
		"email:acme":                        "bea boss carl dan",
		"givenName:a":                       "bea boss carl dan",
		"givenName:b*":                      "bea",
		"familyName=adams":                  "dan",
		`name:'carl o\'neil'`:               "carl",
		`name='Carl O\'Neil' isAdmin=true`:  "",
		"zimmer":                            "bea",
		"'Zimmer' ":                         "bea",
		"  carl   isSuspended=false":        "carl",
	} {
		page, err := d.Users.List().Customer("my_customer").Query(query).Do()
		s.do(err)
		if got := strings.Join(names(page.Users), " "); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{
		"phone=1", "isAdmin:true", "isAdmin=yes", "name=", "name:b* x=1", "name='open", "name='a'b",
		"orgUnitPath:/Sales", "orgUnitPath=Sales", "name=b* isAdmin=", "=a", ":a", "''",
	} {
		if _, err := d.Users.List().Customer("my_customer").Query(query).Do(); !isStatus(err, 400, "invalid") {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestTheDirectoryIsForAdministratorsOfTheDomain(t *testing.T) {
	s := newWorkspace(t)
	other, err := s.drive.AddDomain("other.example")
	s.do(err)
	zoe, err := s.drive.AddAccount(drivesim.Person{Email: "zoe@other.example", Domain: other, Admin: true})
	s.do(err)
	group, err := s.domain.AddGroup("staff@acme.example")
	s.do(err)
	users := func(a *drivesim.Account) *admin.UsersListCall { return s.directory(a, usersScope).Users.List() }
	mine := func() *admin.UsersListCall { return users(s.boss).Customer("my_customer") }
	get := func(key string) error { return second(s.directory(s.boss, usersScope).Users.Get(key).Do()) }
	members := func(a *drivesim.Account, key string) *admin.MembersListCall {
		return s.directory(a, membersScope).Members.List(key)
	}
	for name, c := range map[string]struct {
		err    error
		status int
		reason string
	}{
		"a user":       {second(users(s.bea).Customer("my_customer").Do()), 403, "forbidden"},
		"in no domain": {second(users(s.ann).Customer("my_customer").Do()), 403, "forbidden"},
		"without the scope": {
			second(s.directory(s.boss, membersScope).Users.List().Customer("my_customer").Do()), 403,
			"insufficientPermissions",
		},
		"neither":             {second(users(s.boss).Do()), 400, "badRequest"},
		"both":                {second(mine().Domain("acme.example").Do()), 400, "badRequest"},
		"another customer":    {second(users(s.boss).Customer(other.CustomerID()).Do()), 403, "forbidden"},
		"another domain":      {second(users(s.boss).Domain("other.example").Do()), 403, "forbidden"},
		"no such domain":      {second(users(s.boss).Domain("nowhere.example").Do()), 404, "notFound"},
		"too many":            {second(mine().MaxResults(501).Do()), 400, "invalid"},
		"a public view":       {second(mine().ViewType("domain_public").Do()), 400, "invalid"},
		"an unknown order":    {second(mine().OrderBy("age").Do()), 400, "invalid"},
		"no such user":        {get("nobody@acme.example"), 404, "notFound"},
		"another's user":      {get(zoe.Email()), 403, "forbidden"},
		"no such group":       {second(members(s.boss, "none@acme.example").Do()), 404, "notFound"},
		"another's group":     {second(members(zoe, "staff@acme.example").Do()), 404, "notFound"},
		"a user of the group": {second(members(s.bea, group.ID()).Do()), 403, "forbidden"},
		"no such role":        {second(members(s.boss, group.ID()).Roles("BOSS").Do()), 400, "invalid"},
	} {
		if !isStatus(c.err, c.status, c.reason) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	var refused *googleapi.Error
	if err := second(users(s.bea).Customer("my_customer").Do()); !errors.As(err, &refused) ||
		refused.Message != "Not Authorized to access this resource/api" {
		t.Errorf("the text for a user is %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestTheMembersOfAGroupAreListed(t *testing.T) {
	s := newWorkspace(t)
	staff, err := s.domain.AddGroup("staff@acme.example")
	s.do(err)
	north, err := s.domain.AddGroup("north@acme.example")
	s.do(err)
	s.do(staff.Add("OWNER", s.boss))
	s.do(staff.Add("MEMBER", s.bea, s.ann)) // ann is of no domain
	s.do(staff.AddGroup(north))
	s.do(north.Add("MEMBER", s.carl, s.bea, s.dan))
	for _, err := range []error{
		north.AddGroup(staff), staff.AddGroup(staff), staff.Add("MEMBER", s.bea), staff.Add("BOSS", s.dan),
	} {
		if err == nil {
			t.Error("a member that cannot be was added")
		}
	}
	d := s.directory(s.boss, membersScope)
	for size := int64(1); size <= 7; size++ {
		for what, c := range map[string]struct {
			call *admin.MembersListCall
			want string
		}{
			"all": {
				d.Members.List("STAFF@acme.example"),
				"boss OWNER ACTIVE, bea MEMBER ACTIVE, ann MEMBER ACTIVE, north MEMBER ",
			},
			"managers": {d.Members.List(staff.ID()).Roles("OWNER,MANAGER"), "boss OWNER ACTIVE"},
			"derived": {
				d.Members.List(staff.ID()).IncludeDerivedMembership(true),
				"boss OWNER ACTIVE, bea MEMBER ACTIVE, ann MEMBER ACTIVE, north MEMBER , carl MEMBER ACTIVE, " +
					"dan MEMBER SUSPENDED",
			},
		} {
			var got []string
			s.do(c.call.MaxResults(size).Pages(t.Context(), func(page *admin.Members) error {
				for _, m := range page.Members {
					name, _, _ := strings.Cut(m.Email, "@")
					got = append(got, fmt.Sprintf("%s %s %s", name, m.Role, m.Status))
				}
				return nil
			}))
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%s, %d on a page: %q, want %q", what, size, got, c.want)
			}
		}
	}
}

func TestAServiceAccountActsForTheUsersOfTheDomainThatDelegatesIt(t *testing.T) {
	s := newWorkspace(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	s.do(err)
	const bot = "bot@p.iam.gserviceaccount.com"
	s.drive.AddServiceAccount(bot, &key.PublicKey)
	s.domain.Delegate(bot, "drive.readonly", usersScope)
	other, err := s.drive.AddDomain("other.example")
	s.do(err)
	_, err = s.drive.AddAccount(drivesim.Person{Email: "zoe@other.example", Domain: other})
	s.do(err)
	s.pass(time.Until(s.clock()) * -1) // the library signs with the time of day
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	as := func(subject string, scopes ...string) *jwt.Config {
		return &jwt.Config{
			Email: bot, PrivateKey: private, Subject: subject, Scopes: scopes,
			TokenURL: "https://oauth2.googleapis.com/token",
		}
	}
	d, err := admin.NewService(s.ctx(), option.WithHTTPClient(
		as("boss@acme.example", admin.AdminDirectoryUserReadonlyScope).Client(s.ctx())))
	s.do(err)
	drive := func(subject string) *api.Service {
		c := as(subject, api.DriveReadonlyScope).Client(s.ctx())
		f, err := api.NewService(s.ctx(), option.WithHTTPClient(c))
		s.do(err)
		return f
	}
	page, err := d.Users.List().Customer("my_customer").Query("isSuspended=false").Do()
	s.do(err)
	for _, u := range page.Users {
		f := drive(u.PrimaryEmail)
		about, err := f.About.Get().Fields("user(emailAddress)").Do()
		s.do(err)
		if about.User.EmailAddress != u.PrimaryEmail {
			t.Errorf("for %s it acts as %s", u.PrimaryEmail, about.User.EmailAddress)
		}
	}
	const unknown = "Invalid email or User ID"
	const unauthorized = "Client is unauthorized to retrieve access tokens using this method, or client not " +
		"authorized for any of the scopes requested."
	for name, c := range map[string]struct {
		conf       *jwt.Config
		code, text string
	}{
		"an unknown user":  {as("nobody@acme.example", api.DriveReadonlyScope), "invalid_grant", unknown},
		"a suspended user": {as("dan@acme.example", api.DriveReadonlyScope), "invalid_grant", unknown},
		"a wider scope":    {as("bea@acme.example", api.DriveScope), "unauthorized_client", unauthorized},
		"a scope of groups": {
			as("bea@acme.example", admin.AdminDirectoryGroupScope), "unauthorized_client", unauthorized,
		},
		"one of two scopes": {
			as("bea@acme.example", api.DriveReadonlyScope, api.DriveScope), "unauthorized_client", unauthorized,
		},
		"another domain":   {as("zoe@other.example", api.DriveReadonlyScope), "unauthorized_client", unauthorized},
		"one of no domain": {as("ann@example.com", api.DriveReadonlyScope), "unauthorized_client", unauthorized},
	} {
		_, err := c.conf.TokenSource(s.ctx()).Token()
		var refused *oauth2.RetrieveError
		if !errors.As(err, &refused) || !strings.Contains(string(refused.Body), c.code) ||
			!strings.Contains(string(refused.Body), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Delegation that is withdrawn, and a suspension, end what has begun.
	f := drive("bea@acme.example")
	_, err = f.About.Get().Fields("user").Do()
	s.do(err)
	s.bea.Suspend(true)
	if _, err = f.About.Get().Fields("user").Do(); !isStatus(err, 401, "authError") {
		t.Errorf("of one who is suspended since: %v", err)
	}
	s.bea.Suspend(false)
	s.domain.Delegate(bot)
	if _, err := as("bea@acme.example", api.DriveReadonlyScope).TokenSource(s.ctx()).Token(); err == nil {
		t.Error("a token after the delegation has ended")
	}
}

func TestWhatFitsWithNoDomainIsNotAdded(t *testing.T) {
	s := newWorkspace(t)
	for _, p := range []drivesim.Person{
		{Email: "x@example.com", Domain: s.domain},
		{Email: "x@example.com", Admin: true},
		{Email: "x@example.com", Unit: "/"},
		{Email: "x@acme.example", Domain: s.domain, Unit: "Sales"},
		{Email: "Bea@ACME.example", Domain: s.domain},
	} {
		if _, err := s.drive.AddAccount(p); err == nil {
			t.Errorf("%+v was added", p)
		}
	}
	for _, name := range []string{"", "acme", "Acme.Example"} {
		if _, err := s.drive.AddDomain(name); err == nil {
			t.Errorf("the domain %q was added", name)
		}
	}
	for _, email := range []string{"staff", "staff@other.example", "bea@acme.example"} {
		if _, err := s.domain.AddGroup(email); err == nil {
			t.Errorf("the group %q was added", email)
		}
	}
}
