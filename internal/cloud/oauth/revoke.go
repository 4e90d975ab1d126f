package oauth

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// Revoke revokes a grant at the service, so that its tokens become invalid. The stored grant is not deleted: the
// caller does that, and only if this succeeded or the user insists.
func Revoke(ctx context.Context, s Service, n Net, g Grant) error {
	if err := s.Revoke(ctx, n.Plain(), g); err != nil {
		return fmt.Errorf("revoke access at %s: %w", s.Name, err)
	}
	return nil
}

// RevokeAt returns the Revoke function of a service that has an address for it by RFC 7009. It returns nil if the
// token is already invalid.
func RevokeAt(address string) func(context.Context, *http.Client, Grant) error {
	return func(ctx context.Context, c *http.Client, g Grant) error {
		form := url.Values{"token": {g.Refresh.Reveal()}}.Encode()
		req, err := http.NewRequestWithContext(cloudhttp.Repeatable(ctx), http.MethodPost, address,
			strings.NewReader(form))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := c.Do(req)
		if err != nil {
			return cloudhttp.Cause(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
		if err != nil {
			return err
		}
		if resp.StatusCode == http.StatusOK ||
			resp.StatusCode == http.StatusBadRequest && strings.Contains(string(body), "invalid_token") {
			return nil
		}
		return fmt.Errorf("the answer is %s", resp.Status)
	}
}
