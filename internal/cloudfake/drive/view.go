package drive

import (
	"maps"
	"strconv"

	"sweepd/internal/cloudfake/drive/fields"
)

// view is a file as one account sees it through one client.
type view struct {
	f      *file
	a      *Account
	client string
	d      *Drive
}

// described is what the record says of a file before and after a change.
func (d *Drive) describe(a *Account, f *file) any {
	return view{f, a, "", d}.render(fields.Of("id", "name", "mimeType", "parents", "trashed", "explicitlyTrashed", "starred", "version", "headRevisionId", "size", "md5Checksum", "modifiedTime", "ownedByMe", "driveId", "properties"))
}

// render is the File of the wire, cut down to the mask. Only what is in the mask
// is computed; checksums are dear.
func (v view) render(mask fields.Mask) map[string]any {
	out := map[string]any{}
	put := func(name string, make func() any) {
		if !mask.Has(name) {
			return
		}
		if x := make(); x != nil {
			out[name] = mask.Sub(name).Cut(x)
		}
	}
	v.names(put)
	v.places(put)
	v.times(put)
	v.people(put)
	v.bytes(put)
	v.links(put)
	return out
}

// putter takes a field if it is asked for; nil says that the file has none.
type putter func(name string, make func() any)

func always(x any) func() any { return func() any { return x } }

// some is x, or nil if it is empty.
func some(x string) func() any {
	return func() any {
		if x == "" {
			return nil
		}
		return x
	}
}

func (v view) names(put putter) {
	f, x := v.f, v.f.extra()
	put("kind", always("drive#file"))
	put("id", always(f.id))
	put("name", always(f.name))
	put("mimeType", always(f.mime))
	put("description", some(x.description))
	put("version", always(strconv.FormatInt(f.version, 10)))
	put("spaces", always([]any{"drive"}))
	put("isAppAuthorized", always(x.app == v.client && v.client != ""))
	put("properties", func() any { return dictionary(x.props) })
	put("appProperties", func() any { return dictionary(x.appProps[v.client]) })
	if f.folder() {
		put("folderColorRgb", always(x.colorOr()))
	}
	if f.mime == mimeShortcut {
		put("shortcutDetails", func() any {
			out := map[string]any{"targetId": x.target}
			if t := v.d.files[x.target]; t != nil {
				out["targetMimeType"] = t.mime
			}
			return out
		})
	}
	if x.locked {
		put("contentRestrictions", always([]any{map[string]any{"readOnly": true, "reason": x.readOnly, "type": "globalContentRestriction", "ownerRestricted": false}}))
	}
}

func (x rare) colorOr() string {
	if x.color == "" {
		return "#8f8f8f"
	}
	return x.color
}

func dictionary(m map[string]string) any {
	if len(m) == 0 {
		return nil
	}
	out := map[string]any{}
	for k, s := range maps.All(m) {
		out[k] = s
	}
	return out
}

func (v view) places(put putter) {
	f, x := v.f, v.f.extra()
	put("starred", always(f.starredBy(v.a)))
	put("trashed", func() any { return f.trashed() })
	put("explicitlyTrashed", always(f.explicit))
	put("parents", func() any {
		var ids []any
		for _, p := range f.parents() {
			if p == v.a.root || v.a.sees(p) {
				ids = append(ids, p.id)
			}
		}
		if ids == nil {
			return nil
		}
		return ids
	})
	if f.drive == nil {
		return
	}
	put("driveId", always(f.drive.ID()))
	put("teamDriveId", always(f.drive.ID()))
	put("hasAugmentedPermissions", always(false))
	if f.explicit {
		put("trashedTime", always(stamp(x.trashed)))
		put("trashingUser", func() any { return v.user(x.trasher) })
	}
}

func (v view) times(put putter) {
	f, x := v.f, v.f.extra()
	put("createdTime", always(stamp(f.created)))
	put("modifiedTime", always(stamp(f.modified)))
	mine := x.modifier == v.a || x.modifier == nil && f.owner == v.a
	put("modifiedByMe", always(mine))
	if mine {
		put("modifiedByMeTime", always(stamp(f.modified)))
	}
	put("viewedByMe", always(!x.viewed.IsZero()))
	if !x.viewed.IsZero() {
		put("viewedByMeTime", always(stamp(x.viewed)))
	}
	if f.owner != v.a && f.drive == nil {
		put("sharedWithMeTime", always(stamp(f.created)))
	}
}

func (v view) people(put putter) {
	f, x := v.f, v.f.extra()
	put("shared", func() any { return f.drive != nil || len(f.sharedWith()) > 0 })
	put("writersCanShare", always(true))
	put("copyRequiresWriterPermission", always(x.noDownload))
	put("viewersCanCopyContent", always(!x.noDownload))
	put("capabilities", func() any { return v.capabilities() })
	put("lastModifyingUser", func() any {
		if x.modifier != nil {
			return v.user(x.modifier)
		}
		return v.user(f.owner)
	})
	if f.drive != nil {
		return
	}
	put("ownedByMe", always(f.owner == v.a))
	put("owners", func() any { return []any{v.user(f.owner)} })
	if f.owner != v.a {
		put("sharingUser", func() any { return v.user(f.owner) })
	}
	if f.roleOf(v.a) >= writer {
		put("permissions", func() any { return v.permissions() })
		put("permissionIds", func() any {
			ids := []any{f.owner.permissionID}
			for _, p := range f.sharedWith() {
				ids = append(ids, p.id())
			}
			return ids
		})
	}
}

func (v view) user(a *Account) any {
	if a == nil {
		return nil
	}
	return map[string]any{
		"kind": "drive#user", "displayName": a.name, "emailAddress": a.email, "permissionId": a.permissionID, "me": a == v.a,
		"photoLink": "https://" + pictureHost + "/a/" + a.permissionID,
	}
}

// permissions of a file in My Drive, the owner's last as the service has them.
func (v view) permissions() any {
	all := []any{}
	for _, p := range v.f.sharedWith() {
		if p.who == nil {
			all = append(all, map[string]any{"kind": "drive#permission", "id": p.id(), "type": "anyone", "role": p.role.String(), "allowFileDiscovery": false})
		} else {
			all = append(all, person(p.who, p.role))
		}
	}
	return append(all, person(v.f.owner, owner))
}

func person(a *Account, r role) any {
	return map[string]any{
		"kind": "drive#permission", "id": a.permissionID, "type": "user", "role": r.String(), "emailAddress": a.email,
		"displayName": a.name, "deleted": false, "pendingOwner": false,
	}
}

func (v view) bytes(put putter) {
	f, x := v.f, v.f.extra()
	if !f.blob() {
		put("quotaBytesUsed", always("0"))
		put("size", some(v.documentSize()))
		return
	}
	size := strconv.FormatInt(f.content.size, 10)
	put("size", always(size))
	put("quotaBytesUsed", always(size))
	put("md5Checksum", func() any { return f.content.MD5() })
	put("sha1Checksum", func() any { return f.content.SHA1() })
	put("sha256Checksum", func() any { return f.content.SHA256() })
	put("headRevisionId", func() any { return f.revisionID(f.head) })
	put("originalFilename", func() any {
		if x.original != "" {
			return x.original
		}
		return f.name
	})
	put("fileExtension", always(f.extension()))
	put("fullFileExtension", always(f.extension()))
	if f.width > 0 {
		put("imageMediaMetadata", func() any { return f.imageMetadata() })
	}
}

// documentSize: Google's own documents have a size, folders and shortcuts none.
func (v view) documentSize() string {
	if v.f.folder() || v.f.mime == mimeShortcut {
		return ""
	}
	return "1024"
}

func (f *file) imageMetadata() any {
	x := f.extra()
	out := map[string]any{"width": f.width, "height": f.height, "rotation": 0}
	for name, s := range map[string]string{"cameraMake": x.camera[0], "cameraModel": x.camera[1], "time": x.taken} {
		if s != "" {
			out[name] = s
		}
	}
	return out
}

func (v view) links(put putter) {
	f := v.f
	put("webViewLink", always("https://drive.google.com/file/d/"+f.id+"/view?usp=drivesdk"))
	put("iconLink", always("https://drive-thirdparty.googleusercontent.com/16/type/"+f.mime))
	put("hasThumbnail", always(v.pictured()))
	if v.pictured() {
		put("thumbnailVersion", always(strconv.Itoa(int(f.head))))
		put("thumbnailLink", func() any { return v.thumbnailLink() })
	} else {
		put("thumbnailVersion", always("0"))
	}
	if f.blob() {
		put("webContentLink", always("https://drive.google.com/uc?id="+f.id+"&export=download"))
	}
}

// pictured reports whether the service shows a small picture of f to v.a.
func (v view) pictured() bool { return v.f.width > 0 && v.f.blob() }

func (v view) thumbnailLink() string {
	return "https://" + pictureHost + "/drive-storage/" + v.f.id + "." + strconv.Itoa(int(v.f.head)) + "=s220"
}
