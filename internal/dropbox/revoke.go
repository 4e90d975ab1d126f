package dropbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"

	"sweepd/internal/cloudhttp"
	"sweepd/internal/signin"
)

// revoke gives a grant back. Dropbox takes back the access token that a call of
// auth/token/revoke is signed with, and the refresh token that it came of; so one
// is got first. A grant that is good for nothing any more is no error.
func revoke(ctx context.Context, c *http.Client, member string, g signin.Grant) error {
	ctx = cloudhttp.Repeatable(ctx)
	cfg := &oauth2.Config{ClientID: g.ClientID, Endpoint: Service(member).Endpoint}
	t, err := cfg.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, c), &oauth2.Token{RefreshToken: g.Refresh.Reveal()}).Token()
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		if refusal.ErrorCode == "invalid_grant" {
			return nil
		}
		return fmt.Errorf("the answer is %s", refusal.ErrorCode)
	}
	if err != nil {
		return err
	}
	req, err := call(ctx, "auth/token/revoke")
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+t.AccessToken)
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusUnauthorized {
		return fmt.Errorf("the answer is %s", resp.Status)
	}
	return nil
}
