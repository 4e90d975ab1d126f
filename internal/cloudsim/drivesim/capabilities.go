package drivesim

import "strings"

// capabilities returns what v.a may do with the file now:
// https://developers.google.com/workspace/drive/api/guides/manage-sharing#capabilities
func (v view) capabilities() map[string]any {
	f, x := v.f, v.f.extra()
	r := f.roleOf(v.a)
	trash := f.mayTrash(v.a)
	edit := r >= writer && !x.locked
	out := map[string]any{}
	set := func(yes bool, names string) {
		for _, n := range strings.Fields(names) {
			out["can"+n] = yes
		}
	}
	set(r >= reader, "ReadLabels")
	set(r >= commenter && !x.locked, "Comment")
	set(r >= reader && (!x.noDownload || r >= writer), "Copy Download")
	set(f.blob() && r >= writer, "ReadRevisions")
	set(edit, "Edit ModifyContent Rename")
	set(
		r >= writer,
		"Share ModifyContentRestriction RemoveContentRestriction ModifyEditorContentRestriction "+
			"ChangeCopyRequiresWriterPermission ChangeViewersCanCopyContent",
	)
	set(r == owner, "ModifyOwnerContentRestriction MoveItemWithinDrive MoveItemOutOfDrive MoveItemIntoTeamDrive")
	set(trash, "Trash Untrash")
	set(f.mayDelete(v.a), "Delete")
	set(f.folder() && r >= reader, "ListChildren")
	set(f.folder() && edit, "AddChildren RemoveChildren MoveChildrenWithinDrive")
	set(f.folder() && f.drive != nil && r >= organizer, "TrashChildren DeleteChildren MoveChildrenOutOfDrive")
	set(f.drive == nil && r == owner, "RemoveMyDriveParent AddMyDriveParent")
	set(false, "AcceptOwnership AddFolderFromAnotherDrive ModifyLabels ChangeSecurityUpdateEnabled")
	if f.drive != nil {
		set(true, "ReadDrive ReadTeamDrive")
	}
	return out
}

// mayTrash reports whether a may trash f: in My Drive only the owner, in a shared drive a content manager ("Only
// the owner may trash a file", File.trashed in the discovery document). A file with a content restriction can be
// trashed by none.
func (f *file) mayTrash(a *Account) bool {
	if f.extra().locked {
		return false
	}
	if f.drive != nil {
		return f.roleOf(a) >= organizer
	}
	return f.owner == a && f != a.root
}

// mayDelete reports whether a may delete f for good: the owner; in a shared drive an organizer ("the user must be
// an organizer on the parent folder", files.delete in the discovery document), for which a fileOrganizer passes
// here. Unlike mayTrash it ignores content restrictions. The top folder can never be deleted.
func (f *file) mayDelete(a *Account) bool {
	if f.drive != nil {
		return f.roleOf(a) >= organizer && f != f.drive.root
	}
	return f.owner == a && f != a.root
}
