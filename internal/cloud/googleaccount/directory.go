package googleaccount

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/option"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// The scopes of the directory: https://developers.google.com/workspace/admin/directory/v1/guides/authorizing.
const (
	readUsers   = "https://www.googleapis.com/auth/admin.directory.user.readonly"
	readMembers = "https://www.googleapis.com/auth/admin.directory.group.member.readonly"
)

// Selection selects users of a Google Workspace: those in a group, those that a search finds, or all.
type Selection struct {
	Group string // its address
	Query string // https://developers.google.com/workspace/admin/directory/v1/guides/search-users
}

// Scopes returns the scopes that reading the selection from the directory needs.
func (s Selection) Scopes() []string {
	if s.Group != "" {
		return []string{readMembers}
	}
	return []string{readUsers}
}

// User is a user of a Google Workspace.
type User struct {
	Address string
	// Away is why the user's Drive cannot be opened, as a word: "suspended", "archived", or "outside" for a member of
	// a group who is not of this Workspace. "" if it can.
	Away string
	// Aliases are the account's other addresses. They are not known for the members of a group: see AliasError.
	Aliases []string
}

// AliasError is returned for an address that is not the main one of a member of the group. The directory does not say
// which member has it.
type AliasError struct{ Address, Group string }

// Error returns the address and the group.
func (e *AliasError) Error() string {
	return fmt.Sprintf("%s is another address of a member of %s, whose main address is not known", e.Address, e.Group)
}

// Users returns the selected users, read from the directory as the administrator o.Impersonate by the service
// account's key. It returns all of them or an error: a list that was cut off never counts as one. named are addresses
// that mean somebody: if one of them is another address of a member of a group, Users returns a *AliasError.
func Users(ctx context.Context, o Options, of Selection, named []string) ([]User, error) {
	k, err := o.readKey(of.Scopes())
	if err != nil {
		return nil, err
	}
	t := cloudhttp.New(o.Net.Base, cloudhttp.Options{
		Tokens: oauth.NewSource(o.Net.Now, oauth.Access{}, k.get), Hosts: []string{"admin.googleapis.com"},
		Classify: Classify, Name: Call, Rate: o.Rate, Now: o.Net.Now, Sleep: o.Net.Sleep, Log: o.Net.Log,
	})
	s, err := admin.NewService(ctx, option.WithHTTPClient(&http.Client{Transport: t}))
	if err != nil {
		return nil, err
	}
	s.UserAgent = "sweepd"
	var all []User
	if of.Group != "" {
		if all, err = inGroup(ctx, s, of.Group); err == nil {
			err = noAliases(ctx, s, of.Group, all, named)
		}
	} else {
		all, err = found(ctx, s, of.Query)
	}
	if _, alias := errors.AsType[*AliasError](err); alias {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", cloudhttp.Cause(err))
	}
	return all, nil
}

// found returns the users that a search finds; "" finds all.
func found(ctx context.Context, s *admin.Service, query string) (all []User, err error) {
	list := s.Users.List().Customer("my_customer").MaxResults(500).
		Fields("nextPageToken,users(primaryEmail,suspended,archived,aliases,nonEditableAliases)")
	if query != "" {
		list.Query(query)
	}
	err = list.Pages(ctx, func(page *admin.Users) error {
		for _, u := range page.Users {
			away := ""
			switch {
			case u.PrimaryEmail == "":
				return errors.New("a user has no address")
			case u.Suspended:
				away = "suspended"
			case u.Archived:
				away = "archived"
			}
			all = append(all, User{u.PrimaryEmail, away, slices.Concat(u.Aliases, u.NonEditableAliases)})
		}
		return nil
	})
	return all, err
}

// inGroup returns the users in a group and in the groups in it. A group that has the whole organization as a member
// does not name its users, so it is an error.
func inGroup(ctx context.Context, s *admin.Service, group string) (all []User, err error) {
	list := s.Members.List(group).IncludeDerivedMembership(true).MaxResults(200).
		Fields("nextPageToken,members(email,status,type)")
	err = list.Pages(ctx, func(page *admin.Members) error {
		for _, m := range page.Members {
			switch {
			case m.Type == "GROUP": // its members follow
				continue
			case m.Type != "USER" || m.Email == "":
				return fmt.Errorf("the group has a member of the type %q, whose users it does not name", m.Type)
			}
			away := map[string]string{"ACTIVE": "", "SUSPENDED": "suspended", "ARCHIVED": "archived"}
			why, known := away[m.Status]
			if !known {
				why = "outside"
			}
			all = append(all, User{Address: m.Email, Away: why})
		}
		return nil
	})
	return all, err
}

// noAliases returns a *AliasError for a named address that a member of the group has beside the main one. An address
// that the directory does not have is nobody's.
func noAliases(ctx context.Context, s *admin.Service, group string, all []User, named []string) error {
	main := map[string]bool{}
	for _, u := range all {
		main[strings.ToLower(u.Address)] = true
	}
	for _, address := range named {
		if main[strings.ToLower(address)] {
			continue
		}
		is, err := s.Members.HasMember(group, address).Context(ctx).Do()
		switch e, _ := errors.AsType[*cloudhttp.Error](err); {
		case e != nil && e.Status == http.StatusNotFound && e.Reason == "notFound":
		case err != nil:
			return fmt.Errorf("ask for %s: %w", address, cloudhttp.Cause(err))
		case is.IsMember:
			return &AliasError{address, group}
		}
	}
	return nil
}
