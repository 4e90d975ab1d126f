package dropboxaccount

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// Member is a member of a team.
type Member struct {
	ID      string // "dbmid:..."
	Address string
	// Away is why the member's files cannot be opened, as Dropbox names it: "suspended", "invited"; "" if they can.
	Away string
	// Aliases are the member's other addresses.
	Aliases []string
}

// ConnectTeam opens the team that signed in as the storage, to list its members, and with o.Member TeamGroup also those
// of its groups. Errors are those of Connect.
func ConnectTeam(ctx context.Context, o Options) (*Connection, error) {
	of := Team
	if o.Member == TeamGroup {
		of = TeamGroup
	}
	client, err := Client(o.AppKey)
	if err != nil {
		return nil, err
	}
	opened, err := oauth.Open(o.Store, o.Storage, Service(of), client, o.Net, o.Use.Scopes(of))
	if err != nil {
		return nil, err
	}
	c := Over(opened.Tokens, o)
	if err := opened.Verify(ctx, c.HTTP, ""); err != nil {
		return nil, err
	}
	c.Account, c.Scopes = opened.Grant.Account, opened.Grant.Scopes
	c.Uses, _ = Uses(c.Scopes, Team)
	return c, nil
}

// connectMember opens the account of one member of a fleet, by the grant of the fleet. It asks for the account each
// time, and compares it with the address, and with the account that the storage was pinned to at its first use.
func connectMember(ctx context.Context, o Options) (*Connection, error) {
	team := o
	team.Storage = o.Fleet
	c, err := ConnectTeam(ctx, team)
	if err != nil {
		return nil, err
	}
	if c.Member = o.Member; c.Member == "" {
		if c.Member, err = c.find(ctx, o.Account); err != nil {
			return nil, err
		}
	}
	if c.Account, err = whoami(ctx, c.HTTP, c.Member); err != nil {
		return nil, fmt.Errorf("ask whose account it is: %w", err)
	}
	if !c.Account.Is(o.Account) {
		return nil, &oauth.Error{
			Kind: oauth.ErrOtherAccount, Err: fmt.Errorf("%s is %s's", o.Storage, c.Account.Email),
		}
	}
	pinned, err := o.Store.Pinned(o.Storage)
	if err == nil && pinned.ID == "" {
		err = o.Store.Pin(o.Storage, c.Account)
	} else if err == nil && pinned.ID != c.Account.ID {
		err = oauth.Other(o.Storage, c.Account, pinned)
	}
	return c, err
}

// find returns the id of the member with that main address, by one call.
func (c *Connection) find(ctx context.Context, address string) (string, error) {
	var is struct {
		Members []struct {
			Tag     string  `json:".tag"`
			Profile profile `json:"profile"`
		} `json:"members_info"`
	}
	arg, err := json.Marshal(map[string]any{"members": []any{map[string]string{".tag": "email", "email": address}}})
	if err == nil {
		err = team(ctx, c.HTTP, "", "team/members/get_info_v2", string(arg), &is)
	}
	if err == nil && len(is.Members) != 1 {
		err = errors.New("the answer is incomplete")
	}
	if err != nil {
		return "", fmt.Errorf("ask for the member of the team: %w", err)
	}
	switch m := is.Members[0]; {
	case m.Tag == "id_not_found" || m.Tag == "member_info" && !strings.EqualFold(m.Profile.Email, address):
		return "", &oauth.Error{
			Kind: oauth.ErrOtherAccount, Err: fmt.Errorf("%s is no member of the team %s", address, c.Account.Email),
		}
	case m.Tag != "member_info" || m.Profile.ID == "":
		return "", errors.New("ask for the member of the team: the answer names none")
	default:
		return m.Profile.ID, nil
	}
}

// profile is a member as the routes of the team have it.
type profile struct {
	ID     string `json:"team_member_id"`
	Email  string `json:"email"`
	Others []struct {
		Email string `json:"email"`
	} `json:"secondary_emails"`
	Status struct {
		Tag string `json:".tag"`
	} `json:"status"`
}

// Members returns the members of the team of ConnectTeam. It returns all of them or an error: a list that was cut off
// never counts as one.
func (c *Connection) Members(ctx context.Context) ([]Member, error) {
	all, err := members(ctx, c.HTTP, "")
	if err != nil {
		return nil, fmt.Errorf("list the members of the team: %w", err)
	}
	return all, nil
}

// members lists the members; token is for a client that sends none by itself.
func members(ctx context.Context, c *http.Client, token string) (all []Member, err error) {
	type entry struct {
		Profile profile `json:"profile"`
	}
	on, err := pages[entry](ctx, c, token, "team/members/list_v2", `{"limit":1000,"include_removed":false}`,
		"team/members/list/continue_v2")
	if err != nil {
		return nil, err
	}
	for _, m := range on {
		if m.Profile.ID == "" || m.Profile.Email == "" {
			return nil, errors.New("the answer has a member without a name")
		}
		away := m.Profile.Status.Tag
		if away == "active" {
			away = ""
		}
		one := Member{ID: m.Profile.ID, Address: m.Profile.Email, Away: away}
		for _, other := range m.Profile.Others {
			one.Aliases = append(one.Aliases, other.Email)
		}
		all = append(all, one)
	}
	return all, nil
}

// firstMember returns the id of a member whose files can be opened.
func firstMember(ctx context.Context, c *http.Client, token string) (string, error) {
	all, err := members(ctx, c, token)
	for _, m := range all {
		if m.Away == "" {
			return m.ID, nil
		}
	}
	if err == nil {
		err = errors.New("the team has no active member")
	}
	return "", err
}

// askTeam returns the team that a token is of.
func askTeam(ctx context.Context, c *http.Client) (oauth.Account, error) {
	var about struct {
		ID   string `json:"team_id"`
		Name string `json:"name"`
	}
	if err := team(ctx, c, "", "team/get_info", "null", &about); err != nil {
		return oauth.Account{}, err
	}
	if about.ID == "" {
		return oauth.Account{}, errors.New("the answer names no team")
	}
	return oauth.Account{ID: about.ID, Email: about.Name}, nil
}

// team calls a route of the team, which only reads, and decodes the answer.
func team(ctx context.Context, c *http.Client, token, route, arg string, into any) error {
	req, err := http.NewRequestWithContext(cloudhttp.Reading(ctx), http.MethodPost, apiAt+route, strings.NewReader(arg))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.Do(req)
	if err != nil {
		return cloudhttp.Cause(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK { // a client that sends no token returns refusals as answers
		return fmt.Errorf("the answer is %s", resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("the answer cannot be read: %w", err)
	}
	return nil
}
