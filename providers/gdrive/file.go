package gdrive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// MIME types of Drive itself: https://developers.google.com/workspace/drive/api/guides/mime-types.
const (
	folderType   = "application/vnd.google-apps.folder"
	shortcutType = "application/vnd.google-apps.shortcut"
)

// keyProperty is the property of the file that holds the key of a Trash.
const keyProperty = "sweepd"

// fileFields are all the fields that calls ask for.
const fileFields = "id,name,mimeType,parents,driveId,size,headRevisionId,md5Checksum,sha256Checksum," +
	"createdTime,modifiedTime,trashed,explicitlyTrashed,trashedTime,starred,ownedByMe,shared," +
	"properties,appProperties,imageMediaMetadata(cameraMake,cameraModel)," +
	"contentRestrictions(readOnly,ownerRestricted)," +
	"capabilities(canTrash,canDelete,canDownload)"

// field is fileFields in the type that a call takes.
const field googleapi.Field = fileFields

// image reports whether f is swept: the account's own file, with bytes, that Google reports as an image. The queries
// ask for just that, but a deletion must not depend on a query.
func (d *Driver) image(f *drive.File) bool {
	s, ok := d.space(f)
	return ok && strings.HasPrefix(f.MimeType, "image/") && f.HeadRevisionId != "" && !f.Trashed &&
		(f.OwnedByMe || s.id != "")
}

// shared reports whether other people can see the account's own file. In a shared drive all files are shared.
func shared(f *drive.File) bool { return f.Shared && f.DriveId == "" }

// entry returns f as a providers.Entry.
func (d *Driver) entry(f *drive.File, path string) providers.Entry {
	e := providers.Entry{
		Ref: providers.Ref(f.Id), Revision: d.revision(f), Path: path, Size: f.Size,
		Modified: moment(f.ModifiedTime), Created: moment(f.CreatedTime),
		Starred: f.Starred, Shared: shared(f), Properties: properties(f),
		Weak: f.Md5Checksum == "" && f.Sha256Checksum == "",
	}
	if b, err := hex.DecodeString(f.Sha256Checksum); err == nil && len(b) == len(e.SHA256) {
		copy(e.SHA256[:], b)
	}
	if m := f.ImageMediaMetadata; m != nil {
		e.Camera = strings.TrimSpace(m.CameraMake + " " + m.CameraModel)
	}
	return e
}

// revision names the bytes, and the changes by which a person shows that they mean to keep a file: renaming it,
// moving it, giving it a star, sharing it. So the attributes that the guards use are part of the comparison after a
// move. Drive's own version counts far more than that. The revision begins with the id of the head revision, from
// which the bytes are read. It ends with the account: a file that another account does not have is not gone.
func (d *Driver) revision(f *drive.File) providers.Revision {
	state := append([]string{
		f.HeadRevisionId, f.Md5Checksum, f.Sha256Checksum, fmt.Sprint(f.Size, f.Starred, shared(f)), f.Name, f.MimeType,
	}, f.Parents...)
	return providers.Revision(f.HeadRevisionId + "." + cloudstorage.Digest(state...) + "." + d.tag())
}

// tag returns a short hash that distinguishes accounts in revisions.
func (d *Driver) tag() string {
	sum := sha256.Sum256([]byte(d.o.Account))
	return hex.EncodeToString(sum[:4])
}

// own returns providers.ErrOutside if the file is of another account that a storage of this name had before: its
// record does not apply here, and a file that is not found here may still exist there.
func (d *Driver) own(ref providers.Ref, rev providers.Revision) error {
	if _, tag := cutLast(string(rev)); tag != d.tag() || !fileID.MatchString(string(ref)) {
		return fmt.Errorf("%w: it is of another account, or of no Google Drive", providers.ErrOutside)
	}
	return nil
}

// fileID matches the characters of Drive's ids.
var fileID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// head returns the id of the revision's bytes.
func head(rev providers.Revision) (id string, ok bool) {
	// The last two parts are the digest and the account; see revision.
	rest, _ := cutLast(string(rev))
	id, _ = cutLast(rest)
	return id, id != ""
}

// cutLast cuts s at its last dot; if there is none, all of s is after it.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '.')
	return s[:max(i, 0)], s[i+1:]
}

// properties returns what programs noted on the file, without our own note.
func properties(f *drive.File) string {
	var all []string
	for _, m := range []map[string]string{f.Properties, f.AppProperties} {
		for k, v := range m {
			if k != keyProperty {
				// A line feed would begin another property.
				all = append(all, strings.ReplaceAll(k+"="+v, "\n", " "))
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// locked returns why the file cannot be deleted, or not only here, in a clause that follows "it is kept because"; ""
// if it can be.
func locked(f *drive.File) language.Message {
	restricted := slices.ContainsFunc(f.ContentRestrictions,
		func(r *drive.ContentRestriction) bool { return r.ReadOnly })
	switch {
	case len(f.Parents) > 1:
		return language.Messagef("it is in more than one folder")
	case restricted:
		return language.Messagef("somebody has locked it in Drive")
	case f.Capabilities == nil || !f.Capabilities.CanTrash:
		return language.Messagef("Drive does not let this account delete it")
	}
	return language.Message{}
}

// moment parses a time of the API; it returns the zero time if there is none.
func moment(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// element returns a name as a part of a path: Drive's names may contain a slash, be dots, or be the placeholder for
// unknown folders.
func element(name string) string {
	switch name = strings.ReplaceAll(name, "/", "∕"); name {
	case "", ".", "..", unknown:
		return "(" + name + ")"
	}
	return name
}
