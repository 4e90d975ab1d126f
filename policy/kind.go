package policy

import (
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
)

// The types of storage.
const (
	Local   = "local"   // folders of this machine
	GDrive  = "gdrive"  // a Google Drive account
	Dropbox = "dropbox" // a Dropbox account

	// The types of fleets.
	Workspace   = "workspace"    // the Google Drive of each user of a Google Workspace
	DropboxTeam = "dropbox_team" // the Dropbox of each member of a team
)

// storageKind is a type of storage and the facts that it provides.
type storageKind struct {
	name    string
	of      string           // of a fleet: the type of its members' storages, whose facts it has
	display string           // its name in messages
	keeps   time.Duration    // how long the service keeps trashed files at least; 0: for ever
	after   language.Message // a clause: what the service does after keeps, or how to purge at once
	// knows is true if the service reports stars, cameras and properties, so that their absence is known too.
	knows bool
	asks  []providers.Guard // guards that can hold its files
	folds bool              // names that differ only in case are equal
}

// storageKinds are the types of storage in the order of the manual. A new type needs an entry here and one in
// package policyfile.
var storageKinds = []storageKind{
	{
		name: Local, display: "local",
		asks: []providers.Guard{
			providers.GuardOpen, providers.GuardPartial, providers.GuardPlaceholder, providers.GuardHardLinked,
			providers.GuardOtherOwner,
			providers.GuardGit, providers.GuardMentioned, providers.GuardLibrary, providers.GuardTagged,
		},
	},
	{
		name: GDrive, display: "Google Drive", knows: true,
		asks: []providers.Guard{
			providers.GuardPartial, providers.GuardGit, providers.GuardLibrary, providers.GuardTagged,
			providers.GuardShared, providers.GuardLocked,
		},
		keeps: driveKeeps, after: language.Messagef("Google Drive deletes it after 30 days"),
	},
	{
		// Source: the Dropbox API reference. list_folder: "Changes to only the casing of paths won't be returned";
		// path_display: only its last part has the user's casing.
		name: Dropbox, display: "Dropbox", folds: true,
		asks: []providers.Guard{
			providers.GuardPartial, providers.GuardGit, providers.GuardLibrary,
			providers.GuardTagged, // only by a tag in the bytes: Dropbox reports no stars
			providers.GuardShared, providers.GuardLocked,
		},
		keeps: dropboxKeeps, after: language.Messagef("Dropbox keeps it for 30, 180 or 365 days, by plan; to purge "+
			"now: %s", dropboxBin),
	},
	{name: Workspace, of: GDrive},
	{name: DropboxTeam, of: Dropbox},
}

// text returns the kind's name in messages: only that of local folders is not a proper name.
func (k storageKind) text() language.Message {
	switch {
	case k.name == Local:
		return language.Messagef("local")
	case k.of != "":
		return language.Messagef("each %s", k.display)
	}
	return language.Verbatim(k.display)
}

// kindOf returns the kind of that name. If there is none, it returns one without facts.
func kindOf(name string) storageKind {
	if i := slices.IndexFunc(storageKinds, func(k storageKind) bool { return k.name == name }); i >= 0 {
		k := storageKinds[i]
		if k.of != "" {
			member := kindOf(k.of)
			member.name, member.of = k.name, k.of
			return member
		}
		return k
	}
	return storageKind{name: name, display: name}
}
