package policyfile

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/sweepd/sweepd/policy"
)

// root is a folder to sweep, as written. Its storage's type gives it a meaning.
type root string

// read accepts any text: the storage's type may come later in the file, and resolve needs it.
func (r *root) read(w yamlScalar, _ ParseOptions) error {
	*r = root(w.text)
	return nil
}

// resolve replaces a root by an absolute, clean path of this machine, or, for an account, by a path that begins at
// its top.
func (r *root) resolve(kind string, o ParseOptions) *Error {
	text := string(*r)
	if kind == policy.Local {
		at, err := expandHome(text, o, func(s string) string { return s })
		if e, wrong := errors.AsType[*Error](err); wrong {
			return e
		}
		text = at
	}
	switch {
	case !strings.HasPrefix(text, "/") && kind == policy.Local:
		return &Error{
			Message: fmt.Sprintf("root %q is not absolute", clip(string(*r))),
			Hint:    "begin it with / or ~/",
		}
	case !strings.HasPrefix(text, "/"):
		return &Error{
			Message: fmt.Sprintf("root %q does not begin with a slash", clip(text)),
			Hint:    `a path in an account begins at its top, as in "/Pictures/AI"; "/" is all of it`,
		}
	// One slash at the end is accepted.
	case path.Clean(text) != strings.TrimSuffix(text, "/") && text != "/":
		return &Error{
			Message: fmt.Sprintf("root %q is not a clean path", clip(string(*r))),
			Hint:    "write it as " + path.Clean(text),
		}
	}
	*r = root(path.Clean(text))
	return nil
}

// keyFile is a file of this machine with credentials for signing in.
type keyFile string

func (f *keyFile) read(w yamlScalar, o ParseOptions) error {
	text, err := expandHome(w.text, o, func(s string) string { return s })
	if err != nil {
		return err
	}
	if !strings.HasPrefix(text, "/") || strings.HasSuffix(text, "/") {
		return &Error{
			Message: fmt.Sprintf("%q is not an absolute path", clip(w.text)),
			Hint:    "begin it with / or ~/",
		}
	}
	*f = keyFile(path.Clean(text))
	return nil
}

// expandHome replaces a leading ~ by the home folder. escape is applied to the home folder: in a pattern its
// special characters must not act.
func expandHome(text string, o ParseOptions, escape func(string) string) (string, error) {
	rest, found := strings.CutPrefix(text, "~")
	switch {
	case !found:
		return text, nil
	case rest != "" && rest[0] != '/':
		return "", &Error{
			Message: fmt.Sprintf("%q names another user's home", clip(text)),
			Hint:    "write ~/ for your own home, or an absolute path",
		}
	case !strings.HasPrefix(o.Home, "/"):
		return "", &Error{Message: "cannot expand ~: the home directory is unknown", Hint: "write an absolute path"}
	}
	return strings.TrimSuffix(escape(o.Home), "/") + rest, nil
}
