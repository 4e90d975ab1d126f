package dropboxaccount

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// About is the answer of users/get_current_account.
type About struct {
	Account oauth.Account
	Kind    string    // "basic", "pro", "business"
	Date    time.Time // Dropbox's clock, by the answer's Date; zero if it has none
}

// AskAbout calls users/get_current_account; c sends the access token. member is the team member that a team's app
// acts as, else "".
func AskAbout(ctx context.Context, c *http.Client, member string) (About, error) {
	var who struct {
		ID    string `json:"account_id"`
		Email string `json:"email"`
		Type  struct {
			Tag string `json:".tag"`
		} `json:"account_type"`
	}
	header, err := ask(ctx, c, "users/get_current_account", member, &who)
	if err != nil {
		return About{}, err
	}
	if who.ID == "" {
		return About{}, errors.New("the answer names nobody")
	}
	a := About{Account: oauth.Account{ID: who.ID, Email: who.Email}, Kind: who.Type.Tag}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		a.Date = date
	}
	return a, nil
}

// AskSpace calls users/get_space_usage. It returns how many bytes are used and how many there are in all: of the
// user, or of the team if its members share a space.
func AskSpace(ctx context.Context, c *http.Client, member string) (used, all uint64, err error) {
	var usage struct {
		Used       uint64 `json:"used"`
		Allocation struct {
			Tag       string `json:".tag"`
			Allocated uint64 `json:"allocated"`
			Used      uint64 `json:"used"` // by the team
		} `json:"allocation"`
	}
	if _, err := ask(ctx, c, "users/get_space_usage", member, &usage); err != nil {
		return 0, 0, err
	}
	switch a := usage.Allocation; a.Tag {
	case "individual":
		return usage.Used, a.Allocated, nil
	case "team":
		return a.Used, a.Allocated, nil
	}
	return 0, 0, errors.New("the answer does not say how much there is room for")
}

// ask decodes the answer of a route that takes no argument into a value, and returns its headers. The routes read
// by POST, so the call is marked as Reading and may be repeated.
func ask(ctx context.Context, c *http.Client, route, member string, into any) (http.Header, error) {
	req, err := call(cloudhttp.Reading(ctx), route)
	if err != nil {
		return nil, err
	}
	actAs(req, member)
	resp, err := c.Do(req)
	if err != nil {
		return nil, cloudhttp.Cause(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return nil, fmt.Errorf("the answer cannot be read: %w", err)
	}
	return resp.Header, nil
}
