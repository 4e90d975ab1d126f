package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// answers are the parts of a first policy, as the user writes them. init gets them from its flags or by asking;
// policy makes the text of them.
type answers struct {
	Folders []string
	Drive   string // the file of the OAuth client, absolute or below ~/; "": no Google Drive
	Dropbox string // the key of the app; "": no Dropbox
	Careful string // the confidence from which a picture goes
	Grace   string // "0": none
	Trash   string // how long until it is deleted from there, or off
	Mode    string

	Template string // "": the default
}

// nowhere reports whether the answers name no place to look.
func (a answers) nowhere() bool { return len(a.Folders) == 0 && a.Drive == "" && a.Dropbox == "" }

// fits returns an error about the first answer that is invalid, in one sentence; nil if all are valid. It looks at
// folders and files on this machine, and then lets the parser of policies decide: a text that init writes must be one
// that sweepd accepts. A folder that does not exist is refused here although a policy may name one, because at a prompt
// it is a typing error.
func (p *program) fits(a answers) error {
	for _, folder := range a.Folders {
		if fi, err := os.Stat(p.expand(folder)); err == nil && !fi.IsDir() || errors.Is(err, fs.ErrNotExist) {
			if meant := app.Meant(p.expand(folder)); meant != "" {
				return fmt.Errorf("no folder %q; did you mean %q?", folder, tilde(meant, p.home()))
			}
			return fmt.Errorf("no folder %q", folder)
		} else if err != nil {
			why, hint := app.Unseen(p.expand(folder))
			return fmt.Errorf("%s: %s", why, hint)
		}
	}
	if fi, err := os.Stat(p.expand(a.Drive)); a.Drive != "" && (err != nil || !fi.Mode().IsRegular()) {
		return fmt.Errorf("no file %q", a.Drive)
	}
	switch a.Careful {
	case "proven", "strong", "likely":
	default:
		return fmt.Errorf("%q is not one of: proven, strong, likely", a.Careful)
	}
	if a.nowhere() {
		a.Folders = []string{"/nowhere/yet"} // the other answers can be checked anyway
	}
	text, err := a.policy()
	if err != nil {
		return err
	}
	pol, err := policyfile.Parse("policy.yaml", text, policyfile.ParseOptions{Home: p.home()})
	if wrong, ok := errors.AsType[*policyfile.Error](err); ok {
		text := wrong.Message
		if len(wrong.Allowed) > 0 {
			text += "; it is one of: " + strings.Join(wrong.Allowed, ", ")
		}
		if wrong.Hint != "" {
			text += "; " + wrong.Hint
		}
		return errors.New(text)
	}
	if err != nil {
		return err
	}
	for i, folder := range a.Folders {
		if got := pol.Storages["home"].Roots[i]; got != filepath.Clean(p.expand(folder)) { // it is not UTF-8
			return fmt.Errorf("a policy cannot name the folder %q", folder)
		}
	}
	return nil
}

// expand returns the folder with the home in place of ~. Only "~/" is expanded: "~user" and variables are for a shell,
// and a policy does not know them either.
func (p *program) expand(folder string) string {
	if rest, ok := strings.CutPrefix(folder, "~/"); ok {
		return filepath.Join(p.home(), rest)
	}
	return folder
}

// absolute returns the folder as a policy names it, independent of the working directory. The home is written as ~
// again, so that the policy can be copied to another account.
func (p *program) absolute(folder string) string {
	if strings.HasPrefix(folder, "~/") {
		return folder
	}
	if path, err := filepath.Abs(folder); err == nil {
		folder = path
	}
	return tilde(folder, p.home())
}

// inYAML returns any text as a YAML string: its JSON form. YAML 1.2 contains JSON (https://yaml.org/spec/1.2.2/, 1.2),
// so no further quoting rules are needed.
func inYAML(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string: it cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// yamlScalar returns a text as YAML, without quotes if it is plain. Durations and levels such as 7d and proven stay
// plain, as a person would write them; "0", "off" and the like are plain too, and policyfile reads each as text.
func yamlScalar(text string) string {
	// Lower-case letters and digits need no quotes.
	if text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return text
	}
	return inYAML(text)
}
