package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers/local"
)

// openPolicy reads the policy. Without a text and a file it returns the built-in policy for the folders in Only, and
// file is "".
func (o Options) openPolicy(paths Paths) (file string, p *policy.Policy, err error) {
	if o.PolicyText != nil {
		p, err = ParsePolicy(o.PolicyFile, o.PolicyText, paths.Home)
		return o.PolicyFile, p, err
	}
	file, err = paths.FindPolicy(o.NamedPolicy())
	if err != nil {
		return "", nil, err
	}
	if file != "" {
		p, err = LoadPolicy(file, paths.Home)
		return file, p, err
	}
	roots := make([]string, 0, len(o.Only))
	for _, arg := range o.Only {
		root, err := resolve(arg)
		if err == nil {
			err = o.exists(arg, root, paths.Home, nil)
		}
		if err != nil {
			return "", nil, err
		}
		roots = append(roots, root)
	}
	if len(roots) == 0 {
		return "", nil, &UsageError{
			errors.New("no policy file and no folder given"),
			"name folders, e.g. sweepd scan ~/Downloads; or create a policy: sweepd init",
		}
	}
	return "", policyfile.Default(roots), nil
}

// LoadPolicy reads and parses a policy file. It returns a *UsageError if the file cannot be read.
func LoadPolicy(path, home string) (*policy.Policy, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, &UsageError{fmt.Errorf("read the policy: %w", err), unreadPolicy(path, err)}
	}
	return ParsePolicy(path, src, home)
}

// ParsePolicy parses the text of a policy file on this machine. The path is for messages; home stands for ~. It returns
// the errors of policyfile.Parse: a *policyfile.Error, or several joined.
func ParsePolicy(path string, src []byte, home string) (*policy.Policy, error) {
	return policyfile.Parse(path, src, policyfile.ParseOptions{Home: home, Real: local.Real})
}

// exampleDir is the folder in which a package installs the examples.
const exampleDir = "/usr/share/sweepd/examples"

// unreadPolicy returns the hint for a policy that cannot be read.
func unreadPolicy(path string, err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return "check that it is a file that you can read"
	}
	hint := "create one with: sweepd init --policy " + path
	if _, err := os.Stat(exampleDir); err == nil {
		hint += "; examples are in " + exampleDir
	}
	return hint
}
