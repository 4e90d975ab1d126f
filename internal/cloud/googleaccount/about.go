package googleaccount

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// About is the answer of about.get.
type About struct {
	Account oauth.Account
	Limit   int64     // bytes that may be stored; 0: unlimited
	Usage   int64     // bytes that are stored in all of Google
	Trash   int64     // of these, in Drive's trash
	Date    time.Time // Google's clock, by the answer's Date; zero if it has none
}

// AskAbout calls about.get; c sends the access token. It returns an error if the answer has no account: one
// without must never be taken for an account of the same owner.
func AskAbout(ctx context.Context, c *http.Client) (About, error) {
	const fields = "user(permissionId,emailAddress),storageQuota(limit,usage,usageInDriveTrash)"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, apiAt+"/drive/v3/about?fields="+fields, nil)
	if err != nil {
		return About{}, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return About{}, cloudhttp.Cause(err)
	}
	defer resp.Body.Close()
	var answer struct {
		User struct{ PermissionID, EmailAddress string }
		// The numbers are int64 in text form; limit is absent if there is none.
		StorageQuota struct{ Limit, Usage, UsageInDriveTrash string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return About{}, fmt.Errorf("the answer cannot be read: %w", err)
	}
	if answer.User.PermissionID == "" {
		return About{}, errors.New("the answer names nobody")
	}
	number := func(s string) int64 {
		n, _ := strconv.ParseInt(s, 10, 64)
		return n
	}
	q := answer.StorageQuota
	a := About{
		oauth.Account{ID: answer.User.PermissionID, Email: answer.User.EmailAddress},
		number(q.Limit),
		number(q.Usage), number(q.UsageInDriveTrash),
		time.Time{},
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		a.Date = date
	}
	return a, nil
}
