package dropboxaccount_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

func TestHintsNameDropbox(t *testing.T) {
	for _, c := range []struct {
		err  cloudhttp.Error
		ours bool
		want string
	}{
		{cloudhttp.Error{Kind: cloudhttp.Limited, Call: "files/list_folder"}, true, "Dropbox wants fewer calls"},
		{
			cloudhttp.Error{
				Kind: cloudhttp.Denied, Call: "users/get_current_account",
				Reason: "missing_scope",
			}, true, "Submit",
		},
		{
			cloudhttp.Error{
				Kind: cloudhttp.Denied, Call: "users/get_current_account",
				Reason: "missing_scope/team_data.member",
			}, true, "tick team_data.member under",
		},
		{
			cloudhttp.Error{Kind: cloudhttp.Denied, Call: "files/delete_v2", Reason: "missing_scope/files.newer"},
			true, "another sign-in does not help",
		},
		{
			cloudhttp.Error{
				Kind: cloudhttp.Denied, Call: "files/permanently_delete",
				Reason: "invalid_account_type/feature",
			}, true, "cannot do that",
		},
		{cloudhttp.Error{Kind: cloudhttp.Unauthorized, Call: "files/delete_v2"}, true, "sweepd login"},
		{cloudhttp.Error{Kind: cloudhttp.Unreached, Call: "POST api.dropboxapi.com"}, true, "a network"},
		{
			cloudhttp.Error{
				Kind: cloudhttp.Unsent, Call: "files/download",
				Err: &oauth.Error{Kind: oauth.ErrNotSignedIn, Hint: "sweepd login box"},
			}, true, "login box",
		},
		{cloudhttp.Error{Kind: cloudhttp.Limited, Call: "drive.files.list"}, false, ""},
		{cloudhttp.Error{Kind: cloudhttp.Limited, Call: "GET www.googleapis.com"}, false, ""},
	} {
		err := errors.Join(errors.New("open box"), &c.err)
		if dropboxaccount.Ours(err) != c.ours || !strings.Contains(dropboxaccount.Hint(err), c.want) {
			t.Errorf("%v: got %v, %q; want %v, %q", &c.err, dropboxaccount.Ours(err), dropboxaccount.Hint(err), c.ours,
				c.want)
		}
	}
}
