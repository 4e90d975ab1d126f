package gdrive_test

import (
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/providers/gdrive"
	"github.com/sweepd/sweepd/providers/providertest"
)

func TestDriveKeepsEveryPromise(t *testing.T) {
	for name, change := range map[string]func(*gdrive.Options){
		"with paths":    func(o *gdrive.Options) { o.Paths = true },
		"without paths": func(*gdrive.Options) {},
		"trash only":    func(o *gdrive.Options) { o.Use = googleaccount.Trash },
		"read only":     func(o *gdrive.Options) { o.Use = googleaccount.Look },
	} {
		t.Run(name, func(t *testing.T) {
			start := func(t *testing.T) providertest.Harness {
				w := newWorld(t)
				change(&w.options)
				return harness{w}
			}
			switch name {
			case "trash only":
				providertest.Run(t, start)
			case "read only":
				providertest.RunAs(t, "only looked at", start)
			default:
				providertest.RunAs(t, "My Drive", start)
			}
		})
	}
}

// shared is the harness of a shared drive that is swept beside an empty My Drive.
type shared struct{ harness }

func (h shared) Path(name string) string { return "/Shared drives/Team/" + name }

func TestASharedDriveKeepsEveryPromise(t *testing.T) {
	providertest.RunAs(t, "shared drive", func(t *testing.T) providertest.Harness {
		w := newWorld(t)
		team, err := w.drive.AddDrive("Team", map[*drivesim.Account]string{w.person: "organizer"})
		if err != nil {
			t.Fatal(err)
		}
		w.top = []string{team.ID()}
		w.options.SharedDrives, w.options.Paths = []string{"Team"}, true
		return shared{harness{w}}
	})
}
