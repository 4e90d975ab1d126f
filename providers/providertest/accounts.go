package providertest

import (
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// AccountKind is a kind of account that has a column in providers/README.md.
type AccountKind struct {
	Name   string
	Can    providers.Can
	Guards []providers.Guard // that can hold its files
	Test   string            // tests every promise on it, by RunAs
	In     string            // the folder of that test, below providers
}

// The guards that can hold files, by service.
var (
	onDisk = []providers.Guard{
		providers.GuardOpen, providers.GuardPartial, providers.GuardPlaceholder, providers.GuardHardLinked,
		providers.GuardOtherOwner,
		providers.GuardGit, providers.GuardMentioned, providers.GuardLibrary, providers.GuardTagged,
	}
	inDrive = []providers.Guard{
		providers.GuardPartial, providers.GuardGit, providers.GuardLibrary, providers.GuardTagged,
		providers.GuardShared, providers.GuardLocked,
	}
	inDropbox = []providers.Guard{
		providers.GuardPartial, providers.GuardGit, providers.GuardLibrary,
		providers.GuardShared, providers.GuardLocked,
	}
)

// follows are the abilities that every account of a service has. CanReadWhole is not among them: reading a file of an
// account is a download.
const follows = providers.CanListTrash | providers.CanWait | providers.CanFollow | providers.CanThumbnail

// AccountKinds are the columns. TestLocalKeepsEveryPromise and the others call RunAs with the name of their kind; a
// test compares this list with the tables in providers/README.md.
var AccountKinds = []AccountKind{
	{
		"local disk", providers.CanReadWhole | providers.CanWait | providers.CanTrash | providers.CanRestore |
			providers.CanPurge | providers.CanListTrash, onDisk, "TestLocalKeepsEveryPromise", "local",
	},
	{
		"My Drive", follows | providers.CanTrash | providers.CanRestore | providers.CanPurge |
			providers.CanEmptyTrash, inDrive, "TestDriveKeepsEveryPromise", "gdrive",
	},
	{
		"shared drive", follows | providers.CanTrash | providers.CanRestore | providers.CanPurge |
			providers.CanEmptyTrash, inDrive, "TestASharedDriveKeepsEveryPromise", "gdrive",
	},
	{
		"own Dropbox", follows | providers.CanTrash | providers.CanRestore, inDropbox,
		"TestDropboxKeepsEveryPromise", "dropbox",
	},
	{
		"Dropbox of a team", follows | providers.CanTrash | providers.CanRestore | providers.CanPurge, inDropbox,
		"TestDropboxKeepsEveryPromise", "dropbox",
	},
	{"only looked at", follows, nil, "TestDropboxKeepsEveryPromise", "dropbox"},
}

// RunAs is Run for an account of the kind of that name. It fails the test if the account's abilities differ from the
// kind's.
func RunAs(t *testing.T, name string, start func(t *testing.T) Harness) {
	for _, k := range AccountKinds {
		if k.Name != name {
			continue
		}
		// The abilities are compared first, because Run only tests those that Can returns.
		d := start(t).Open(t)
		if can := d.Can(); can != k.Can {
			t.Errorf("a %s can %b, and providers/README.md says %b", name, can, k.Can)
		}
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		Run(t, start)
		return
	}
	t.Errorf("providers/README.md has no column for a %s", name)
}
