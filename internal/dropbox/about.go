package dropbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"sweepd/internal/cloudhttp"
	"sweepd/internal/signin"
)

// About is what users/get_current_account says of an account.
type About struct {
	Account signin.Account
	Kind    string    // "basic", "pro", "business"
	Date    time.Time // Dropbox's clock, by the answer's Date; zero: it did not say
}

// AskAbout asks users/get_current_account; c sends the access token. member is as
// whom a team's app acts, else "".
func AskAbout(ctx context.Context, c *http.Client, member string) (About, error) {
	req, err := call(cloudhttp.Reading(ctx), "users/get_current_account")
	if err != nil {
		return About{}, err
	}
	if member != "" {
		req.Header.Set("Dropbox-API-Select-User", member)
	}
	resp, err := c.Do(req)
	if err != nil {
		return About{}, cloudhttp.Cause(err)
	}
	defer resp.Body.Close()
	var who struct {
		ID    string `json:"account_id"`
		Email string `json:"email"`
		Type  struct {
			Tag string `json:".tag"`
		} `json:"account_type"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&who); err != nil {
		return About{}, fmt.Errorf("the answer cannot be read: %w", err)
	}
	if who.ID == "" {
		return About{}, errors.New("the answer names nobody")
	}
	a := About{Account: signin.Account{ID: who.ID, Email: who.Email}, Kind: who.Type.Tag}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		a.Date = date
	}
	return a, nil
}
