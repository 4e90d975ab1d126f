package drivesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// maxBody is the maximum size of a request that describes a file, in bytes.
const maxBody = 1 << 20

// metadata is the File of a request: the fields that a client may write. Any other field is refused; a nil one was
// not sent.
type metadata struct {
	Kind            *string            `json:"kind"`
	ID              *string            `json:"id"`
	Name            *string            `json:"name"`
	MimeType        *string            `json:"mimeType"`
	Description     *string            `json:"description"`
	Starred         *bool              `json:"starred"`
	Trashed         *bool              `json:"trashed"`
	Parents         *[]string          `json:"parents"`
	Properties      map[string]*string `json:"properties"`
	AppProperties   map[string]*string `json:"appProperties"`
	CreatedTime     *time.Time         `json:"createdTime"`
	ModifiedTime    *time.Time         `json:"modifiedTime"`
	ViewedByMeTime  *time.Time         `json:"viewedByMeTime"`
	Original        *string            `json:"originalFilename"`
	FolderColor     *string            `json:"folderColorRgb"`
	NoDownload      *bool              `json:"copyRequiresWriterPermission"`
	WritersCanShare *bool              `json:"writersCanShare"`
	Restrictions    *[]struct {
		ReadOnly bool   `json:"readOnly"`
		Reason   string `json:"reason"`
	} `json:"contentRestrictions"`
	Shortcut *struct {
		TargetID string `json:"targetId"`
	} `json:"shortcutDetails"`
	Hints json.RawMessage `json:"contentHints"` // accepted and ignored
}

// readMetadata reads one JSON object, of at most maxBody bytes. An empty body is an object without fields. It
// returns a refusal of status 400 for anything that is no object or has a value of the wrong type, and 403
// fieldNotWritable for everything else, such as a field that metadata does not have.
func readMetadata(r io.Reader) (*metadata, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, badRequest("the body cannot be read")
	}
	md := &metadata{}
	if len(bytes.TrimSpace(body)) == 0 {
		return md, nil
	}
	var any map[string]json.RawMessage
	if json.Unmarshal(body, &any) != nil {
		return nil, &refusal{status: 400, reason: "parseError", message: "Parse Error"}
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	var wrong *json.UnmarshalTypeError
	switch err := dec.Decode(md); {
	case errors.As(err, &wrong):
		return nil, badRequest("Invalid value at '%s'", wrong.Field)
	case err != nil:
		return nil, forbidden("fieldNotWritable", "The resource body includes fields which are not directly writable.")
	}
	return md, nil
}

// merge returns the old properties with the new ones written over them; null removes one.
func merge(old map[string]string, with map[string]*string) map[string]string {
	out := map[string]string{}
	for k, v := range old {
		out[k] = v
	}
	for k, v := range with {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = *v
		}
	}
	return out
}
