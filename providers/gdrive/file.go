package gdrive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"sweepd/providers"
)

const (
	folderType   = "application/vnd.google-apps.folder"
	shortcutType = "application/vnd.google-apps.shortcut"
)

// keyProperty is where the key of a Trash is written on the file.
const keyProperty = "sweepd"

// fileFields are all that is ever asked of a file.
const fileFields = "id,name,mimeType,parents,driveId,size,headRevisionId,md5Checksum,sha256Checksum,createdTime,modifiedTime," +
	"trashed,explicitlyTrashed,trashedTime,starred,ownedByMe,shared,properties,appProperties," +
	"imageMediaMetadata(cameraMake,cameraModel),contentRestrictions(readOnly,ownerRestricted)," +
	"capabilities(canTrash,canDelete,canDownload)"

// field is fileFields as a call takes it.
const field googleapi.Field = fileFields

// image reports whether f is what is swept: a file with bytes that Google calls
// an image, the account's own. The queries ask for just that, but what is
// deleted is not left to a query.
func (d *Driver) image(f *drive.File) bool {
	s, ok := d.space(f)
	return ok && strings.HasPrefix(f.MimeType, "image/") && f.HeadRevisionId != "" && !f.Trashed && (f.OwnedByMe || s.id != "")
}

// shared reports whether the account's own file is for other people too. In a
// shared drive all files are.
func shared(f *drive.File) bool { return f.Shared && f.DriveId == "" }

// entry is f as the contract has it.
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

// revision names the bytes, and what a person does to a file that they mean to
// keep: renaming it, moving it, giving it a star, sharing it. What the guards go
// by is so a part of what is compared after a move. Drive's own version counts far more than that.
// The id of the head revision comes first: what is read is read from it. The
// account comes last: what another account has not got is not gone.
func (d *Driver) revision(f *drive.File) providers.Revision {
	h := sha256.New()
	for _, part := range append([]string{f.HeadRevisionId, f.Md5Checksum, f.Sha256Checksum, fmt.Sprint(f.Size, f.Starred, shared(f)), f.Name, f.MimeType}, f.Parents...) {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return providers.Revision(f.HeadRevisionId + "." + hex.EncodeToString(h.Sum(nil)[:12]) + "." + d.tag())
}

// tag tells accounts apart in revisions.
func (d *Driver) tag() string {
	sum := sha256.Sum256([]byte(d.o.Account))
	return hex.EncodeToString(sum[:4])
}

// own is providers.ErrOutside for a file that a storage of this name had, and
// that is not of this account: its record says nothing here, and what cannot be
// found here is there still.
func (d *Driver) own(ref providers.Ref, rev providers.Revision) error {
	if _, tag := cutLast(string(rev)); tag != d.tag() || !fileID.MatchString(string(ref)) {
		return fmt.Errorf("%w: it is of another account, or of no Google Drive", providers.ErrOutside)
	}
	return nil
}

// fileID is what Drive's ids are made of.
var fileID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// head is the id of the revision's bytes.
func head(rev providers.Revision) (id string, ok bool) {
	rest, _ := cutLast(string(rev))
	id, _ = cutLast(rest)
	return id, id != ""
}

// cutLast cuts s at its last dot; without one all of s is after it.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '.')
	return s[:max(i, 0)], s[i+1:]
}

// properties are what programs noted on the file, but for our own note.
func properties(f *drive.File) string {
	var all []string
	for _, m := range []map[string]string{f.Properties, f.AppProperties} {
		for k, v := range m {
			if k != keyProperty {
				all = append(all, strings.ReplaceAll(k+"="+v, "\n", " "))
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// locked is why the file cannot be deleted, or not only here, in a clause that
// follows "it is kept because"; "" when it can be.
func locked(f *drive.File) string {
	restricted := slices.ContainsFunc(f.ContentRestrictions, func(r *drive.ContentRestriction) bool { return r.ReadOnly })
	switch {
	case len(f.Parents) > 1:
		return "it is in more than one folder"
	case restricted:
		return "somebody has locked it in Drive"
	case f.Capabilities == nil || !f.Capabilities.CanTrash:
		return "Drive does not let this account delete it"
	}
	return ""
}

// moment is a time as the API writes it; zero where it writes none.
func moment(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// element is a name as a part of a path: Drive's names may have a slash in
// them, be dots, or be what stands for folders that are not known.
func element(name string) string {
	switch name = strings.ReplaceAll(name, "/", "∕"); name {
	case "", ".", "..", unknown:
		return "(" + name + ")"
	}
	return name
}

// matches compares in Unicode's composed form, as policies do.
func matches(glob, name string) bool {
	return doublestar.MatchUnvalidated(glob, norm.NFC.String(name))
}
