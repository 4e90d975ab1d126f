package drivesim

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/fields"
)

// call is one signed-in request to a method. authorize sets a, client, scopes and all; parameters sets mask.
type call struct {
	d      *Drive
	w      http.ResponseWriter
	r      *http.Request
	m      *method
	in     map[string]string // the values of the names in the path
	q      url.Values
	mask   fields.Mask
	upload bool
	a      *Account
	client string
	scopes []string
	all    bool // the scopes include all files, not only the client's own
	sent   bool // the method has answered by itself
}

// actor returns the caller, for the record. Its context does not end with the request, so that the call completes
// whether or not the client waits for the answer.
func (c *call) actor() actor {
	return actor{context.WithoutCancel(c.r.Context()), c.a, c.client}
}

// Call implements cloudsim.Service.
func (d *Drive) Call(r *http.Request) cloudsim.Call {
	switch host(r) {
	case tokenHost:
		return cloudsim.Call{Method: "oauth2." + strings.Trim(r.URL.Path, "/")}
	case consentHost:
		return cloudsim.Call{Method: "oauth2.auth"}
	}
	out := cloudsim.Call{}
	d.mu.Lock()
	if t, ok := d.auth.access[bearer(r)]; ok {
		out.Account = t.grant.a.email
	}
	d.mu.Unlock()
	if host(r) == pictureHost {
		out.Method = "drive.thumbnail"
		return out
	}
	m, _, _ := d.route(r)
	if m == nil {
		return out
	}
	out.Method = "drive." + m.name
	if host(r) == adminHost {
		out.Method = "directory." + m.name
	}
	if r.URL.Query().Get("alt") == "media" {
		out.Method += ".media" // bytes are counted separately from descriptions
	}
	return out
}

// serveAPI serves www.googleapis.com and admin.googleapis.com. An error of a method that is no refusal is answered as
// 400 with its text: it can only come from the request, because everything else is in memory.
func (d *Drive) serveAPI(w http.ResponseWriter, r *http.Request) {
	m, in, upload := d.route(r)
	if m == nil {
		(&refusal{
			status: http.StatusNotFound, reason: "notFound", message: "no such method in this rehearsal",
		}).write(w)
		return
	}
	c := &call{d: d, w: w, r: r, m: m, in: in, q: r.URL.Query(), upload: upload}
	out, err := c.run()
	switch err := err.(type) {
	case nil:
	case *refusal:
		err.write(w)
		return
	default:
		badRequest("%v", err).write(w)
		return
	}
	switch {
	case c.sent:
	case m.answer == "":
		w.WriteHeader(http.StatusNoContent)
	default:
		sendJSON(w, http.StatusOK, out)
	}
}

// run checks the sign-in and the parameters, and serves the method.
func (c *call) run() (any, error) {
	if err := c.authorize(); err != nil {
		return nil, err
	}
	if err := c.parameters(); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	// A trash that is being emptied becomes emptier with every request of the account.
	c.d.emptySome(c.a, c.d.o.EmptyPerRequest)
	c.d.mu.Unlock()
	return c.m.serve(c)
}

// authorize checks the token and its scopes. It refuses with 401 a token that is unknown, revoked, expired or of a
// suspended user, and
// with 403 insufficientPermissions one that has none of the method's scopes.
func (c *call) authorize() error {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	t, ok := c.d.auth.access[bearer(c.r)]
	if !ok || t.grant.revoked || t.grant.a.suspended || !c.d.now().Before(t.expires) {
		return unauthorized()
	}
	c.a, c.client, c.scopes = t.grant.a, t.grant.client, t.scopes
	if !c.has(strings.Fields(c.m.scopes)...) {
		return forbidden("insufficientPermissions", messages["insufficientPermissions"])
	}
	c.all = c.has("drive", "drive.readonly", "drive.metadata", "drive.metadata.readonly")
	return nil
}

// has reports whether the token has one of those scopes.
func (c *call) has(any ...string) bool {
	return slices.ContainsFunc(any, func(s string) bool { return slices.Contains(c.scopes, scopePrefix+s) })
}

// parameters refuses unknown parameters, and reads the mask. It is stricter than the service may be about a
// parameter that is given twice and about values of booleans: the real behaviour is not documented, and a client
// that depends on it has a mistake. Numbers and tokens are checked by the methods.
func (c *call) parameters() (err error) {
	known := strings.Fields(globalParams + " " + c.m.params)
	for name, values := range c.q {
		if c.upload && name == "upload_id" {
			continue
		}
		if !slices.Contains(known, name) {
			return badRequest("Invalid JSON payload received. Unknown name %q: Cannot bind query parameter.", name)
		}
		if len(values) != 1 {
			return invalid(name, "Invalid value: given more than once")
		}
		if strings.HasPrefix(name, "supports") ||
			strings.HasPrefix(name, "include") && name != "includeLabels" && name != "includePermissionsForView" ||
			slices.Contains([]string{"acknowledgeAbuse", "restrictToMyDrive", "useDomainAdminAccess"}, name) {
			if _, err := strconv.ParseBool(values[0]); err != nil {
				return invalid(name, "Invalid boolean value: '"+values[0]+"'.")
			}
		}
	}
	if alt := c.q.Get("alt"); alt != "" && alt != "json" && alt != "media" {
		return invalid("alt",
			"Invalid value '"+alt+"'. Values must match the following regular expression: 'json|media'")
	}
	c.mask = standard(c.m.answer)
	if s := c.q.Get("fields"); s != "" && c.m.answer != "" {
		if c.mask, err = fields.Parse(s, c.d.schemas[c.m.answer]); err != nil {
			return &refusal{
				http.StatusBadRequest, "invalidParameter",
				strings.Replace(err.Error(), "invalid field", "Invalid field", 1), "fields", "parameter",
			}
		}
	}
	return nil
}

// standard returns the mask of a request without one:
// https://developers.google.com/workspace/drive/api/guides/fields-parameter
//
// The default of a file is five fields; it does not have trashed, size or a checksum. nil is everything: the
// answers that have no mask of their own are small.
func standard(schema string) fields.Mask {
	file := fields.Of("kind", "id", "name", "mimeType", "resourceKey")
	switch schema {
	case "File":
		return file
	case "FileList":
		return fields.Mask{"kind": nil, "incompleteSearch": nil, "nextPageToken": nil, "files": file}
	case "ChangeList":
		change := fields.Mask{
			"kind": nil, "removed": nil, "fileId": nil, "time": nil, "type": nil, "changeType": nil, "driveId": nil,
			"file": file, "drive": fields.Of("kind", "id", "name"),
		}
		return fields.Mask{"kind": nil, "newStartPageToken": nil, "nextPageToken": nil, "changes": change}
	case "Revision":
		return fields.Of("kind", "id", "mimeType", "modifiedTime")
	case "RevisionList":
		return fields.Mask{
			"kind": nil, "nextPageToken": nil, "revisions": fields.Of("kind", "id", "mimeType", "modifiedTime"),
		}
	case "PermissionList":
		return fields.Mask{"kind": nil, "nextPageToken": nil, "permissions": fields.Of("kind", "id", "type", "role")}
	case "Drive":
		return fields.Of("kind", "id", "name")
	case "DriveList":
		return fields.Mask{"kind": nil, "nextPageToken": nil, "drives": fields.Of("kind", "id", "name")}
	}
	return nil
}

// flag returns a boolean parameter, false if it is absent. parameters has already refused any other value.
func (c *call) flag(name string) bool {
	v, _ := strconv.ParseBool(c.q.Get(name))
	return v
}

// pageSize returns that parameter, from 1 to most; standard if it is absent.
func (c *call) pageSize(standard, most int) (int, error) { return c.number("pageSize", standard, most) }

// number returns a parameter, from 1 to most; standard if it is absent.
func (c *call) number(name string, standard, most int) (int, error) {
	s := c.q.Get(name)
	if s == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, invalid(name, "Invalid value '"+s+"'. Values must be within the range: [1, "+strconv.Itoa(most)+"]")
	}
	return n, nil
}

// allDrives reports whether the client knows shared drives.
func (c *call) allDrives() bool { return c.flag("supportsAllDrives") || c.flag("supportsTeamDrives") }

// mayRead reports whether this client may see f: the account sees it or it is the top folder, and if the client
// has only drive.file, the client made it.
func (c *call) mayRead(f *file) bool {
	if !c.a.sees(f) && f != c.a.root {
		return false
	}
	return c.made(f)
}

// made reports whether the client's scopes reach f, which the account sees.
func (c *call) made(f *file) bool {
	return c.all || f.more != nil && f.more.app == c.client && c.client != ""
}

// file returns the file that the path names. The caller holds the lock. A file that exists but must not be seen
// is refused as one that does not exist, also one in a shared drive if the client did not set supportsAllDrives;
// revisions have no such parameter.
func (c *call) file() (*file, error) {
	id := c.in["fileId"]
	f, err := c.a.find(id)
	if err != nil || !c.mayRead(f) || f.drive != nil && !c.allDrives() && !strings.HasPrefix(c.m.name, "revisions.") {
		return nil, notFound(id)
	}
	return f, nil
}

// host returns the host that the request is for, without its port.
func host(r *http.Request) string {
	h, _, _ := strings.Cut(r.Host, ":")
	return h
}

// bearer returns the access token of a request, "" if it has none. The query may have it instead of the header
// (the parameter access_token of the discovery document).
func bearer(r *http.Request) string {
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return t
	}
	return r.URL.Query().Get("access_token")
}
