package drivesim

import (
	"maps"
	"strconv"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/fields"
)

// view is a file as one account sees it through one client.
type view struct {
	f      *file
	a      *Account
	client string
	d      *Drive
}

// describe returns the description of a file before or after a change, for the record. It is the file as a sees
// it in a browser: appProperties of clients are not in it.
func (d *Drive) describe(a *Account, f *file) any {
	return view{f, a, "", d}.render(fields.Of(
		"id", "name", "mimeType", "parents", "trashed", "explicitlyTrashed", "starred", "version",
		"headRevisionId", "size", "md5Checksum", "modifiedTime", "ownedByMe", "driveId", "properties",
	))
}

// render returns the File of the wire, reduced to the mask. It computes only the fields in the mask, because
// checksums are expensive.
func (v view) render(mask fields.Mask) map[string]any {
	p := &picker{mask: mask, out: make(map[string]any, max(len(mask), 8))}
	v.names(p)
	v.places(p)
	v.times(p)
	v.people(p)
	v.bytes(p)
	v.links(p)
	return p.out
}

// picker adds the fields that are in its mask. The file does not have a field that is empty or nil. It is a type, not
// a closure, so that a field outside the mask costs nothing: a page has a thousand files.
type picker struct {
	mask fields.Mask
	out  map[string]any
}

// text adds a string that is not "".
func (p *picker) text(name, s string) {
	if s != "" && p.mask.Has(name) {
		p.out[name] = s
	}
}

// flag adds a boolean, also false.
func (p *picker) flag(name string, yes bool) {
	if p.mask.Has(name) {
		p.out[name] = yes
	}
}

// time adds a time in the form of the wire.
func (p *picker) time(name string, t time.Time) {
	if p.mask.Has(name) {
		p.out[name] = stamp(t)
	}
}

// put calls make only for a field in the mask, and adds its value, reduced to the mask below it, unless it is
// nil.
func (p *picker) put(name string, make func() any) {
	if !p.mask.Has(name) {
		return
	}
	if x := make(); x != nil {
		p.out[name] = p.mask.Sub(name).Cut(x)
	}
}

// names adds the fields that describe the file itself. 64-bit numbers are strings on the wire (version, and size
// in bytes).
func (v view) names(p *picker) {
	f, x := v.f, v.f.extra()
	p.text("kind", "drive#file")
	p.text("id", f.id)
	p.text("name", f.name)
	p.text("mimeType", f.mime)
	p.text("description", x.description)
	p.put("version", func() any { return strconv.FormatInt(f.version, 10) })
	p.put("spaces", func() any { return []any{"drive"} })
	p.flag("isAppAuthorized", x.app == v.client && v.client != "")
	p.put("properties", func() any { return dictionary(x.props) })
	p.put("appProperties", func() any { return dictionary(x.appProps[v.client]) })
	if f.folder() {
		p.text("folderColorRgb", x.colorOr())
	}
	if f.mime == mimeShortcut {
		p.put("shortcutDetails", func() any {
			out := map[string]any{"targetId": x.target}
			if t := v.d.files[x.target]; t != nil {
				out["targetMimeType"] = t.mime
			}
			return out
		})
	}
	if x.locked {
		p.put("contentRestrictions", func() any {
			return []any{
				map[string]any{
					"readOnly": true, "reason": x.readOnly, "type": "globalContentRestriction",
					"ownerRestricted": false,
				},
			}
		})
	}
}

// colorOr returns the colour of a folder, or the default one.
func (x rare) colorOr() string {
	if x.color == "" {
		return "#8f8f8f"
	}
	return x.color
}

// dictionary returns m as an object of the wire; nil if it is empty.
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

// places adds where the file is. trashed includes a trashed folder above, explicitlyTrashed does not. parents has
// only the folders that the account sees, so a file that was shared alone has none. trashedTime is in shared
// drives only.
func (v view) places(p *picker) {
	f, x := v.f, v.f.extra()
	p.flag("starred", f.starredBy(v.a))
	p.put("trashed", func() any { return f.trashed() })
	p.flag("explicitlyTrashed", f.explicit)
	p.put("parents", func() any {
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
	p.text("driveId", f.drive.ID())
	p.text("teamDriveId", f.drive.ID())
	p.flag("hasAugmentedPermissions", false)
	if f.explicit {
		p.time("trashedTime", x.trashed)
		p.put("trashingUser", func() any { return v.user(x.trasher) })
	}
}

// times adds the times. sharedWithMeTime is the time of creation here, because the time of sharing is not kept.
func (v view) times(p *picker) {
	f, x := v.f, v.f.extra()
	p.time("createdTime", f.created)
	p.time("modifiedTime", f.modified)
	mine := x.modifier == v.a || x.modifier == nil && f.owner == v.a
	p.flag("modifiedByMe", mine)
	if mine {
		p.time("modifiedByMeTime", f.modified)
	}
	p.flag("viewedByMe", !x.viewed.IsZero())
	if !x.viewed.IsZero() {
		p.time("viewedByMeTime", x.viewed)
	}
	if f.owner != v.a && f.drive == nil {
		p.time("sharedWithMeTime", f.created)
	}
}

// people adds owners, permissions and capabilities. In a shared drive there is no owner, and ownedByMe is absent
// rather than false. Permissions are shown only to one who may write.
func (v view) people(p *picker) {
	f, x := v.f, v.f.extra()
	p.put("shared", func() any { return f.drive != nil || len(f.sharedWith()) > 0 })
	p.flag("writersCanShare", true)
	p.flag("copyRequiresWriterPermission", x.noDownload)
	p.flag("viewersCanCopyContent", !x.noDownload)
	p.put("capabilities", func() any { return v.capabilities() })
	p.put("lastModifyingUser", func() any {
		if x.modifier != nil {
			return v.user(x.modifier)
		}
		return v.user(f.owner)
	})
	if f.drive != nil {
		return
	}
	p.flag("ownedByMe", f.owner == v.a)
	p.put("owners", func() any { return []any{v.user(f.owner)} })
	if f.owner != v.a {
		p.put("sharingUser", func() any { return v.user(f.owner) })
	}
	if f.roleOf(v.a) >= writer {
		p.put("permissions", func() any { return v.permissions() })
		p.put("permissionIds", func() any {
			ids := []any{f.owner.permissionID}
			for _, p := range f.sharedWith() {
				ids = append(ids, p.id())
			}
			return ids
		})
	}
}

// user returns the User of the wire; nil for nil. me is relative to the account that asks.
func (v view) user(a *Account) any {
	if a == nil {
		return nil
	}
	return map[string]any{
		"kind": "drive#user", "displayName": a.name, "emailAddress": a.email,
		"permissionId": a.permissionID, "me": a == v.a,
		"photoLink": "https://" + pictureHost + "/a/" + a.permissionID,
	}
}

// permissions returns those of a file in My Drive, the owner's last, as the service does.
func (v view) permissions() any {
	all := []any{}
	for _, p := range v.f.sharedWith() {
		if p.who == nil {
			all = append(all, map[string]any{
				"kind": "drive#permission", "id": p.id(), "type": "anyone", "role": p.role.String(),
				"allowFileDiscovery": false,
			})
		} else {
			all = append(all, person(p.who, p.role))
		}
	}
	return append(all, person(v.f.owner, owner))
}

// person returns a Permission of the wire for one account.
func person(a *Account, r role) any {
	return map[string]any{
		"kind": "drive#permission", "id": a.permissionID, "type": "user", "role": r.String(), "emailAddress": a.email,
		"displayName": a.name, "deleted": false, "pendingOwner": false,
	}
}

// bytes adds the sizes, and the checksums and the revision, which only blobs have. imageMediaMetadata is there if
// the size of the picture is known.
func (v view) bytes(p *picker) {
	f, x := v.f, v.f.extra()
	if !f.blob() {
		p.text("quotaBytesUsed", "0")
		p.text("size", v.documentSize())
		return
	}
	size := strconv.FormatInt(f.content.Size(), 10)
	p.text("size", size)
	p.text("quotaBytesUsed", size)
	p.put("md5Checksum", func() any { return f.content.MD5() })
	p.put("sha1Checksum", func() any { return f.content.SHA1() })
	p.put("sha256Checksum", func() any { return f.content.SHA256() })
	p.put("headRevisionId", func() any { return f.revisionID(f.head) })
	p.put("originalFilename", func() any {
		if x.original != "" {
			return x.original
		}
		return f.name
	})
	p.text("fileExtension", f.extension())
	p.text("fullFileExtension", f.extension())
	if f.width > 0 {
		p.put("imageMediaMetadata", func() any { return f.imageMetadata() })
	}
}

// documentSize returns the size of Google's own documents; "" for folders and shortcuts, which have none.
func (v view) documentSize() string {
	if v.f.folder() || v.f.mime == mimeShortcut {
		return ""
	}
	return "1024"
}

// imageMetadata returns imageMediaMetadata. A camera's fields are there only if they are set.
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

// links adds the addresses for a browser, and thumbnailLink, whose address needs a token and changes with each
// revision.
func (v view) links(p *picker) {
	f := v.f
	p.text("webViewLink", "https://drive.google.com/file/d/"+f.id+"/view?usp=drivesdk")
	p.text("iconLink", "https://drive-thirdparty.googleusercontent.com/16/type/"+f.mime)
	p.flag("hasThumbnail", v.pictured())
	if v.pictured() {
		p.text("thumbnailVersion", strconv.Itoa(int(f.head)))
		p.put("thumbnailLink", func() any { return v.thumbnailLink() })
	} else {
		p.text("thumbnailVersion", "0")
	}
	if f.blob() {
		p.text("webContentLink", "https://drive.google.com/uc?id="+f.id+"&export=download")
	}
}

// pictured reports whether the service shows a thumbnail of f to v.a.
func (v view) pictured() bool { return v.f.width > 0 && v.f.blob() }

// thumbnailLink returns the address that servePicture serves, at the standard size of 220 pixels.
func (v view) thumbnailLink() string {
	return "https://" + pictureHost + "/drive-storage/" + v.f.id + "." + strconv.Itoa(int(v.f.head)) + "=s220"
}
