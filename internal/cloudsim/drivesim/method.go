package drivesim

import (
	"net/http"
	"strings"
)

// method is one line of the discovery document.
type method struct {
	name   string // without "drive." or "directory.": files.list
	verb   string
	path   string // below /drive/v3/ or /admin/directory/v1/, with {names}
	params string // query parameters, with spaces between
	scopes string // any one suffices, with spaces between
	answer string // the schema that fields is applied to; "": none
	upload bool   // may also be called with bytes, below /upload
	serve  func(*call) (any, error)
}

// The scopes are written without https://www.googleapis.com/auth/.
const (
	scopePrefix = "https://www.googleapis.com/auth/"
	readScopes  = "drive drive.appdata drive.file drive.meet.readonly drive.metadata drive.metadata.readonly " +
		"drive.photos.readonly drive.readonly"
	aboutScopes = "drive drive.appdata drive.file drive.metadata drive.metadata.readonly drive.photos.readonly " +
		"drive.readonly"
	permScopes = "drive drive.file drive.meet.readonly drive.metadata drive.metadata.readonly " +
		"drive.photos.readonly drive.readonly"
	writeScopes = "drive drive.appdata drive.file"
	driveScopes = "drive drive.readonly"
)

// The parameters that several methods have.
const (
	globalParams = "$.xgafv access_token alt callback fields key oauth_token prettyPrint quotaUser uploadType " +
		"upload_protocol"
	allDrives    = " supportsAllDrives supportsTeamDrives"
	extras       = " includeLabels includePermissionsForView"
	uploadParams = " enforceSingleParent ignoreDefaultVisibility keepRevisionForever ocrLanguage"
)

// methods returns the methods that are served; a test compares them with the discovery document. The document's
// other methods are answered with 404. The scopes are the document's too: that drive.metadata suffices for
// files.update, and so for the trash, is written there.
func methods() []method {
	return []method{
		{"about.get", "GET", "about", "", aboutScopes, "About", false, aboutGet},
		{
			"changes.getStartPageToken", "GET", "changes/startPageToken", "driveId teamDriveId" + allDrives,
			readScopes, "StartPageToken", false, changesStart,
		},
		{
			"changes.list", "GET", "changes",
			"driveId includeCorpusRemovals includeItemsFromAllDrives includeRemoved includeTeamDriveItems pageSize " +
				"pageToken restrictToMyDrive spaces teamDriveId" + allDrives + extras,
			readScopes, "ChangeList", false, changesList,
		},
		{"drives.get", "GET", "drives/{driveId}", "useDomainAdminAccess", driveScopes, "Drive", false, drivesGet},
		{
			"drives.list", "GET", "drives", "pageSize pageToken q useDomainAdminAccess", driveScopes,
			"DriveList", false, drivesList,
		},
		{
			"files.copy", "POST", "files/{fileId}/copy", "copyComments" + uploadParams + allDrives + extras,
			"drive drive.appdata drive.file drive.photos.readonly", "File", false, filesCopy,
		},
		{
			"files.create", "POST", "files", "useContentAsIndexableText" + uploadParams + allDrives + extras,
			writeScopes, "File", true, filesCreate,
		},
		{
			"files.delete", "DELETE", "files/{fileId}", "enforceSingleParent" + allDrives,
			writeScopes, "", false, filesDelete,
		},
		{
			"files.emptyTrash", "DELETE", "files/trash", "driveId enforceSingleParent", "drive",
			"", false, filesEmptyTrash,
		},
		{
			"files.generateIds", "GET", "files/generateIds", "count space type", writeScopes,
			"GeneratedIds", false, filesGenerateIDs,
		},
		{
			"files.get", "GET", "files/{fileId}", "acknowledgeAbuse" + allDrives + extras,
			readScopes, "File", false, filesGet,
		},
		{
			"files.list", "GET", "files",
			"corpora corpus driveId includeItemsFromAllDrives includeTeamDriveItems orderBy pageSize pageToken q " +
				"spaces teamDriveId" + allDrives + extras,
			readScopes, "FileList", false, filesList,
		},
		{
			"files.update", "PATCH", "files/{fileId}",
			"addParents enforceSingleParent keepRevisionForever ocrLanguage removeParents useContentAsIndexableText" +
				allDrives + extras, "drive drive.appdata drive.file drive.metadata drive.scripts",
			"File", true, filesUpdate,
		},
		{
			"permissions.list", "GET", "files/{fileId}/permissions",
			"includePermissionsForView pageSize pageToken useDomainAdminAccess" + allDrives, permScopes,
			"PermissionList", false, permissionsList,
		},
		{
			"revisions.get", "GET", "files/{fileId}/revisions/{revisionId}", "acknowledgeAbuse", readScopes,
			"Revision", false, revisionsGet,
		},
		{
			"revisions.list", "GET", "files/{fileId}/revisions", "pageSize pageToken", readScopes,
			"RevisionList", false, revisionsList,
		},
	}
}

// route returns the method that a request calls, and the values of the names in its path. upload reports whether
// the address is one for bytes. m is nil if there is no such method with that verb.
func (d *Drive) route(r *http.Request) (m *method, in map[string]string, upload bool) {
	all, base := d.methods, "/drive/v3/"
	if host(r) == adminHost {
		all, base = d.directory, "/admin/directory/v1/"
	}
	rest, ok := strings.CutPrefix(r.URL.Path, base)
	for _, prefix := range []string{"/upload/drive/v3/", "/resumable/upload/drive/v3/"} {
		if after, is := strings.CutPrefix(r.URL.Path, prefix); is {
			rest, ok, upload = after, true, true
		}
	}
	if !ok {
		return nil, nil, false
	}
	parts := strings.Split(rest, "/")
	for i := range all {
		m := &all[i]
		verb := r.Method
		if upload && (verb == http.MethodPut || verb == http.MethodPost) && r.URL.Query().Has("upload_id") {
			verb = m.verb // the later requests of a resumable upload
		}
		if m.verb != verb || upload && !m.upload {
			continue
		}
		if in, ok := match(strings.Split(m.path, "/"), parts); ok && literal(m.path, rest, all, verb) {
			return m, in, upload
		}
	}
	return nil, nil, upload
}

// literal reports whether no other method of that verb has exactly that path: files/trash is not a file with the id
// trash.
func literal(pattern, path string, all []method, verb string) bool {
	for _, m := range all {
		if m.verb == verb && m.path == path && pattern != path {
			return false
		}
	}
	return true
}

// match compares the parts of a path with those of a pattern, and returns the values of the names in it. A name
// never stands for an empty part.
func match(pattern, parts []string) (map[string]string, bool) {
	if len(pattern) != len(parts) {
		return nil, false
	}
	in := map[string]string{}
	for i, p := range pattern {
		if name, ok := strings.CutPrefix(p, "{"); ok && parts[i] != "" {
			in[strings.TrimSuffix(name, "}")] = parts[i]
		} else if p != parts[i] {
			return nil, false
		}
	}
	return in, true
}
