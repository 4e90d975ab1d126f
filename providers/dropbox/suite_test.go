package dropbox_test

import (
	"maps"
	"testing"

	auth "sweepd/internal/cloud/dropboxaccount"
	fake "sweepd/internal/cloudsim/dropboxsim"
	"sweepd/providers/providertest"
)

// kinds are those of accounts, and what is not written down of the real service, in each way in which it may be.
func kinds() map[string]kind {
	return map[string]kind{
		"personal":              {plan: fake.Basic, use: auth.Trash},
		"personal, read only":   {plan: fake.Basic, use: auth.Look},
		"a team's app":          {plan: fake.Advanced, team: true, use: auth.Purge},
		"a team's app, a space": {plan: fake.Standard, team: true, space: true, use: auth.Purge},
	}
}

func TestDropboxKeepsEveryPromise(t *testing.T) {
	all := kinds()
	maps.Copy(all, map[string]kind{
		"a moved file keeps its rev":   {plan: fake.Basic, use: auth.Trash, fake: fake.Options{MoveKeepsRev: true}},
		"a restored file has a new id": {plan: fake.Basic, use: auth.Trash, fake: fake.Options{RestoreNewID: true}},
		"a folder is gone as one":      {plan: fake.Basic, use: auth.Trash, fake: fake.Options{FolderAlone: true}},
		"a restored file has its rev":  {plan: fake.Basic, use: auth.Trash, fake: fake.Options{RestoreKeepsRev: true}},
	})
	for name, k := range all {
		as := "own Dropbox"
		switch {
		case k.team:
			as = "Dropbox of a team"
		case k.use == auth.Look:
			as = "only looked at"
		}
		t.Run(name, func(t *testing.T) {
			providertest.RunAs(t, as, func(t *testing.T) providertest.Harness { return harness{newWorld(t, k)} })
		})
	}
}
