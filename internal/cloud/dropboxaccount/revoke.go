package dropboxaccount

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// revoke revokes a grant. A call of auth/token/revoke makes the access token that signs it invalid, and the
// refresh token that it came from; so revoke first gets an access token. It returns nil if the grant is already
// invalid. The client c sends no token by itself and returns refusals as responses (oauth.Net.Plain), which is
// why the answer is classified here.
func revoke(ctx context.Context, c *http.Client, member string, g oauth.Grant) error {
	ctx = cloudhttp.Repeatable(ctx)
	cfg := &oauth2.Config{ClientID: g.ClientID, Endpoint: Service(member).Endpoint}
	t, err := cfg.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, c),
		&oauth2.Token{RefreshToken: g.Refresh.Reveal()}).Token()
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
	if wholeTeam(member) { // the call is made as any member
		if member, err = firstMember(ctx, c, t.AccessToken); err != nil {
			return err
		}
	}
	actAs(req, member)
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return err
	}
	m := Classify(cloudhttp.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body})
	if m.Kind == cloudhttp.Pass || m.Kind == cloudhttp.Unauthorized {
		return nil
	}
	return fmt.Errorf("the answer is %s", strings.TrimSpace(resp.Status+" "+m.Reason))
}
