package dropbox

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// file is a file's metadata as Dropbox returns it.
type file = files.FileMetadata

// sweeps reports whether f is swept: a file with bytes of its own, whose name is of interest. It does not look at the
// folder; see place.
func (d *Driver) sweeps(f *file) bool {
	return f.PathLower != "" && f.Rev != "" && f.Id != "" && f.SymlinkInfo == nil &&
		f.IsDownloadable && d.o.Interest(f.Name)
}

// entry returns f as a providers.Entry. client_modified is when the content was written, according to the program
// that uploaded it; server_modified is when it was uploaded.
func entry(f *file, path string) providers.Entry {
	// A file without a content_hash is weak: it is examined again before it is moved.
	e := providers.Entry{
		Ref: providers.Ref(f.PathLower), Revision: revision(f), Path: path, Size: int64(min(f.Size, 1<<62)),
		Modified: time.Time(f.ClientModified).UTC(), Created: time.Time(f.ServerModified).UTC(),
		Weak: f.ContentHash == "",
	}
	if b, err := hex.DecodeString(f.ContentHash); err == nil && len(b) == len(e.ContentHash) {
		copy(e.ContentHash[:], b)
	}
	return e
}

// revision names the bytes, and the changes by which a person shows that they mean to keep a file: renaming it,
// moving it. It begins with the rev, from which the bytes are read.
func revision(f *file) providers.Revision {
	digest := cloudstorage.Digest(f.Rev, f.ContentHash, f.PathLower, f.Id, fmt.Sprint(f.Size))
	return providers.Revision(f.Rev + "." + digest)
}

// revOf returns Dropbox's rev of a revision.
func revOf(rev providers.Revision) (string, bool) {
	i := strings.LastIndexByte(string(rev), '.')
	if i <= 0 {
		return "", false
	}
	return string(rev[:i]), true
}

// locked returns why the file cannot be deleted, in a clause that follows "it is kept because"; "" if it can be.
func locked(f *file) language.Message {
	switch {
	case f.FileLockInfo != nil:
		return language.Messagef("somebody has locked it in Dropbox")
	case f.SharingInfo != nil && f.SharingInfo.ReadOnly:
		return language.Messagef("it is in a folder that this account can only read")
	}
	return language.Message{}
}

// shared returns why other people can see the file; "" if nothing shows that they can.
func shared(f *file) language.Message {
	switch {
	case f.SharingInfo != nil:
		return language.Messagef("it is in a folder that is shared with other people")
	case f.HasExplicitSharedMembers:
		return language.Messagef("it is shared with other people")
	}
	return language.Message{}
}

// hasTag reports whether Dropbox refused a call with that path of error tags.
func hasTag(err error, tags string) bool {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	return ok && (fault.Reason == tags || strings.HasPrefix(fault.Reason, tags+"/"))
}

// unsure reports whether a failed write may have been carried out. It was not if the transport knows that, or if
// Dropbox refused it with a tag that is known here. The tag "other" stands for newer ones.
func unsure(err error) bool {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	switch {
	case !ok || fault.Unsure || fault.Kind == cloudhttp.Unavailable:
		return true
	case fault.Kind != cloudhttp.Refused || fault.Status != 409:
		return false
	case strings.HasSuffix(fault.Reason, "/other"):
		return true
	}
	// With these tags Dropbox refuses, and changes nothing.
	for _, known := range []string{"path_lookup", "path_write", "path", "too_many_files", "invalid_revision"} {
		if hasTag(err, known) {
			return false
		}
	}
	return true
}
