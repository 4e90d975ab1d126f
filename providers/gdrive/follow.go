package gdrive

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// since gives what changed. If the feed cannot show what became of files - a folder was moved, renamed, trashed or
// brought back, and the files in it need not have changes of their own - it returns providers.ErrExpired: everything
// has to be listed again, which costs no download.
func (l *listing) since(since providers.Cursor) error {
	c, err := l.d.decode(since)
	if err != nil {
		return err
	}
	if err := c.Certain(); err != nil {
		return err
	}
	next := c
	next.At, next.Tokens = l.d.o.Now().UTC(), map[string]string{}
	for _, s := range l.d.spaces {
		token := c.Tokens[s.id]
		for token != "" {
			page, err := l.d.changes(l.ctx, s, token, pageSize, changeFields)
			if err != nil {
				return err
			}
			for _, change := range page.Changes {
				if err := l.change(c, &next, s, change); err != nil {
					return err
				}
			}
			// A page that names itself as the next one would be listed for ever.
			if page.NextPageToken == "" && page.NewStartPageToken == "" || page.NextPageToken == token {
				return errors.New("the list of changes ends without a place to go on from")
			}
			// Only the last page has a new start token, from which the next listing continues.
			token, next.Tokens[s.id] = page.NextPageToken, page.NewStartPageToken
		}
	}
	return l.Give(providers.Change{Next: next.encode(), Seen: next.Known()})
}

// changeFields are the fields of the change feed that calls ask for.
const changeFields = "nextPageToken,newStartPageToken,changes(changeType,fileId,removed,time,file(" + fileFields + "))"

// changes returns one page of a space's history. If Drive refuses the token, it returns providers.ErrExpired.
func (d *Driver) changes(
	ctx context.Context, s space, token string, size int64, fields string,
) (*drive.ChangeList, error) {
	call := d.api.Changes.List(token).PageSize(size).IncludeRemoved(true).Spaces("drive").
		Fields(googleapi.Field(fields))
	if s.id != "" {
		call = call.DriveId(s.id).SupportsAllDrives(true).IncludeItemsFromAllDrives(true)
	} // no RestrictToMyDrive: it leaves out own files in other people's folders
	page, err := cloudhttp.Answered(call.Context(ctx).Do())
	if errors.Is(err, cloudhttp.Refused) {
		return nil, fmt.Errorf("%w (%w)", providers.ErrExpired, err)
	}
	return page, err
}

// change gives one change, and counts it.
func (l *listing) change(c cursor, next *cursor, s space, change *drive.Change) error {
	f := change.File
	switch {
	case change.ChangeType == "drive": // its name, or its members
		if s.id != "" {
			return fmt.Errorf("%w: a shared drive has changed", providers.ErrExpired)
		}
		return nil
	case change.FileId == "":
		return errors.New("a change of nothing is listed")
	case change.Removed || f == nil:
		next.Went() // the feed does not show whether it was an image
		return l.gone(change.FileId)
	case f.Id != change.FileId:
		return fmt.Errorf("a change of %s is listed as of %s", change.FileId, f.Id)
	case f.MimeType == folderType:
		if f.Trashed || !moment(f.CreatedTime).After(c.At) { // everything in a new folder is new too
			return fmt.Errorf("%w: a folder has changed", providers.ErrExpired)
		}
		return nil
	}
	e, ok, err := l.entry(f)
	if err != nil {
		return err
	}
	// Other files were never counted.
	if strings.HasPrefix(f.MimeType, "image/") {
		if ok {
			next.Came()
		} else {
			next.Went()
		}
	}
	if !ok { // trashed, moved out of the roots, given away; or never of interest
		return l.gone(f.Id)
	}
	return l.Give(providers.Change{Entry: e})
}

// gone gives a file that is not swept any more, for whichever reason.
func (l *listing) gone(id string) error {
	l.d.stats.Forget(providers.Ref(id))
	return l.Give(providers.Change{Entry: providers.Entry{Ref: providers.Ref(id)}, Gone: true})
}

// Wait implements providers.Driver by polling: Drive notifies only servers that it can reach.
func (d *Driver) Wait(ctx context.Context, since providers.Cursor) error {
	c, err := d.decode(since)
	if err != nil {
		return nil // Changes returns the error
	}
	for {
		for _, s := range d.spaces {
			// One change is enough to return.
			page, err := d.changes(ctx, s, c.Tokens[s.id], 1, "changes(fileId)")
			if errors.Is(err, providers.ErrExpired) || err == nil && len(page.Changes) > 0 {
				return nil
			}
			if err != nil {
				return err
			}
		}
		if err := d.o.Sleep(ctx, d.o.Poll); err != nil {
			return err
		}
	}
}
