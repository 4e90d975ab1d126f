package dropboxsim

import (
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// maxUpload is the maximum size of one request, in bytes:
// https://www.dropbox.com/developers/documentation/http/documentation#files-upload
const maxUpload = 150 << 20

// commitInfo defines what to do with uploaded bytes. Mute has no effect here.
type commitInfo struct {
	Path           string    `json:"path"`
	Mode           writeMode `json:"mode"`
	Autorename     bool      `json:"autorename"`
	Client         string    `json:"client_modified"`
	Mute           bool      `json:"mute"`
	PropertyGroups any       `json:"property_groups"`
	Strict         bool      `json:"strict_conflict"`
}

// check checks the form of the fields.
func (in commitInfo) check() error {
	switch {
	case !anyPath(in.Path):
		return badPattern("path", in.Path, writePath.String())
	case in.PropertyGroups != nil:
		return badInput("property_groups are not part of this rehearsal")
	case in.Client == "":
		return nil
	}
	if _, err := time.Parse("2006-01-02T15:04:05Z", in.Client); err != nil {
		return badInput("client_modified: time data %q does not match format '%%Y-%%m-%%dT%%H:%%M:%%SZ'", in.Client)
	}
	return nil
}

// body returns the bytes of an upload, at most maxUpload. It refuses any Content-Type but
// application/octet-stream.
func (c *call) body() ([]byte, error) {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	if kind != "application/octet-stream" {
		return nil, badInput(
			`Bad HTTP "Content-Type" header: %q. Expecting one of "application/octet-stream", `+
				`"text/plain; charset=dropbox-cors-hack".`,
			c.r.Header.Get("Content-Type"),
		)
	}
	b, err := io.ReadAll(io.LimitReader(c.r.Body, maxUpload+1))
	if err != nil {
		return nil, badInput("request body: could not be read")
	}
	if len(b) > maxUpload {
		return nil, union("payload_too_large")
	}
	return b, nil
}

// uploadFile serves files/upload:
// https://www.dropbox.com/developers/documentation/http/documentation#files-upload
//
// A content_hash in the argument that is not that of the bytes refuses the upload before anything is written.
func uploadFile(c *call) (any, error) {
	var in struct {
		commitInfo
		Hash string `json:"content_hash"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	bytes := content.Bytes(b)
	if in.Hash != "" && in.Hash != bytes.Blocks() {
		return nil, union("content_hash_mismatch")
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	meta, err := c.commit(in.commitInfo, bytes)
	return meta, under("path", err)
}

// commit writes bytes to the client's path; err is a WriteError. The caller holds the lock.
//
// At a free path it makes a file. Over a file, "overwrite" and an "update" of its present rev replace the bytes;
// the same bytes again are no change; anything else is a conflict, or with autorename a file beside it.
func (c *call) commit(in commitInfo, bytes *content.Content) (*fileMeta, error) {
	p, err := c.d.find(c.signer, c.t, in.Path)
	if err != nil {
		return nil, err
	}
	if err := c.d.writable(c.actor(), p); err != nil {
		return nil, err
	}
	client := c.d.now()
	if t, err := time.Parse("2006-01-02T15:04:05Z", in.Client); err == nil {
		client = t.Unix()
	}
	v := view{d: c.d, a: c.a}
	over := in.Mode.Tag == "overwrite" || p.node != nil && in.Mode.Tag == "update" && revName(p.node.rev) == in.Mode.Rev
	switch {
	case p.node == nil:
	case p.node.folder || !over && !in.same(p.node, bytes):
		if !in.Autorename {
			return nil, conflict(p.node)
		}
		p = c.d.freeName(p)
	case !over:
		return v.file(p.t, p.lower, p.display, p.node, p.node.version), nil
	default:
		if err := c.d.room(p.node.ns, bytes.Size()-p.node.size()); err != nil {
			return nil, err
		}
		c.d.setContent(c.actor(), p.node, bytes, client)
		return v.file(p.t, p.lower, p.display, p.node, p.node.version), nil
	}
	n, err := c.d.newFile(c.actor(), p, bytes, client)
	if err != nil {
		return nil, err
	}
	p = p.t.at(p.display)
	return v.file(p.t, p.lower, p.display, n, n.version), nil
}

// same reports whether adding bytes is not a conflict, because the file has them already.
func (in commitInfo) same(n *node, bytes *content.Content) bool {
	return !in.Strict && (in.Mode.Tag == "" || in.Mode.Tag == "add") && n.content.Blocks() == bytes.Blocks()
}

// conflict returns the tag of a conflict with n.
func conflict(n *node) union {
	if n.folder {
		return isFolder
	}
	return isFile
}

// freeName returns a free place beside p: "a (1).png".
func (d *Dropbox) freeName(p place) place {
	ext := path.Ext(p.display)
	for i := 1; ; i++ {
		q := p.t.at(fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(p.display, ext), i, ext))
		if q.node == nil {
			return q
		}
	}
}
