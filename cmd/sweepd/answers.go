package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sweepd/internal/app"
	"sweepd/policy/policyfile"
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
}

// nowhere reports whether the answers name no place to look.
func (a answers) nowhere() bool { return len(a.Folders) == 0 && a.Drive == "" && a.Dropbox == "" }

// fits returns an error about the first answer that is invalid, in one sentence; nil if all are valid. It looks
// at folders and files on this machine, and then lets the parser of policies decide: a text that init writes must
// be one that sweepd accepts.
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
	pol, err := policyfile.Parse("policy.yaml", a.policy(), policyfile.ParseOptions{Home: p.home()})
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

// expand returns the folder with the home in place of ~.
func (p *program) expand(folder string) string {
	if rest, ok := strings.CutPrefix(folder, "~/"); ok {
		return filepath.Join(p.home(), rest)
	}
	return folder
}

// absolute returns the folder as a policy names it, independent of the working directory.
func (p *program) absolute(folder string) string {
	if strings.HasPrefix(folder, "~/") {
		return folder
	}
	if path, err := filepath.Abs(folder); err == nil {
		folder = path
	}
	return tilde(folder, p.home())
}

// policy returns the text of the policy for the answers, with comments for the person who edits it next. Every
// text of the user is quoted if it needs to be (inYAML, yamlScalar), so that no answer becomes more than a value.
func (a answers) policy() []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# yaml-language-server: $schema=/usr/share/sweepd/policy.schema.json")
	line("#\n# Written by sweepd init. To explain it in English, run: sweepd check")
	line("version: 1\n\nstorages: # where to look")
	if len(a.Folders) > 0 {
		roots := make([]string, 0, len(a.Folders))
		for _, folder := range a.Folders {
			roots = append(roots, inYAML(folder))
		}
		line("  home:\n    type: local\n    roots: [%s]", strings.Join(roots, ", "))
	}
	if a.Drive != "" {
		line("  drive: # all of My Drive; roots: [/Pictures] for less\n    type: gdrive\n"+
			"    client: %s # your OAuth client", inYAML(a.Drive))
	}
	if a.Dropbox != "" {
		line("  box: # all of it; roots: [/Pictures] for less\n    type: dropbox\n    app_key: %s # your app\n"+
			"    purge: off # apps cannot delete permanently in a personal Dropbox; Dropbox does so after 30 days "+
			"or more", inYAML(a.Dropbox))
	}
	line("\nrules: # in this order; the first that matches decides")
	line("  # Files in a folder named keep are never touched.\n" +
		"  - {name: keepers, when: {path: \"**/keep/**\"}, do: keep}\n")
	mine := fmt.Sprintf("{name: mine, when: {confidence: %s}, do: trash}", yamlScalar(a.Careful))
	if a.Grace != "0" {
		line("  # A run marks a file; a later run trashes it if the grace is over and the file is unchanged.")
		mine = fmt.Sprintf("{name: mine, when: {confidence: %s}, do: trash, grace: %s}",
			yamlScalar(a.Careful), yamlScalar(a.Grace))
	} else {
		line("  # The first run that finds a file trashes it; add grace: 7d to wait.")
	}
	line("  - %s\n", mine)
	line("  # Other possible ChatGPT images are put up for review.\n" +
		"  - {name: unsure, when: {confidence: possible}, do: review}\n")
	line("# When files that sweepd trashed are deleted permanently.\ntrash: {ours: %s}\n", yamlScalar(a.Trash))
	line("# Limits per day; a plan over a limit is refused as a whole.\n" +
		"limits: {files: 500, bytes: 5GB, share: 50%%}\n")
	line("# What the service may do: report (deletes nothing) or enforce.\nmode: %s\nschedule:\n"+
		"  sweep: daily 03:00 # a missed sweep is run once, later", yamlScalar(a.Mode))
	line("# notify: [{to: desktop}] # who receives messages")
	return []byte(b.String())
}

// inYAML returns any text as a YAML string: its JSON form.
func inYAML(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string: it cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// yamlScalar returns a text as YAML, without quotes if it is plain.
func yamlScalar(text string) string {
	// Lower-case letters and digits need no quotes.
	if text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return text
	}
	return inYAML(text)
}
