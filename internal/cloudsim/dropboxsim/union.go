package dropboxsim

// union is an error of a route in the service's form: tags, outermost first, joined by slashes ("path/not_found"). It
// is answered with 409.
type union string

// Error returns the tags, as they are in error_summary.
func (u union) Error() string { return string(u) }

// The tags that routes share: https://www.dropbox.com/developers/documentation/http/documentation#files-get_metadata
const (
	notFound     union = "not_found"
	notFile      union = "not_file"
	notFolder    union = "not_folder"
	malformed    union = "malformed_path"
	noPermission union = "no_write_permission"
	fullUp       union = "insufficient_space"
	disallowed   union = "disallowed_name"
	isFile       union = "conflict/file"
	isFolder     union = "conflict/folder"
	fileAbove    union = "conflict/file_ancestor"
	tooManyOps   union = "too_many_write_operations"
)

// under wraps a union in another; it returns any other error unchanged.
func under(tag string, err error) error {
	if u, ok := err.(union); ok {
		return union(tag) + "/" + u
	}
	return err
}
