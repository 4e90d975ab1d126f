package main

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
)

// templateFiles are the policies that init writes. Each is a text/template with the answers as its data.
//
//go:embed templates/*.tmpl
var templateFiles embed.FS

// policyTemplate is a first policy for one purpose, with its own answers where the user gives none. The text itself is
// a file in templates/; about is the line that the list of templates has.
type policyTemplate struct {
	name, about string
	answers     answers // no places
	where       source
}

// source is where the folders come from if the user names none.
type source string

const (
	fromSearch    source = "search"    // the home is searched
	fromDownloads source = "downloads" // the folder of downloads
	fromUser      source = "user"      // the user has to name them
	fromDrive     source = "drive"     // none: the user has to name the OAuth client of a Google Drive
)

// policyTemplates returns the templates, for display in this order. They are a function and not a variable, so that no
// test can change them for another.
func policyTemplates() []policyTemplate {
	with := func(careful, grace, trash string) answers {
		return answers{Careful: careful, Grace: grace, Trash: trash, Mode: "report"}
	}
	return []policyTemplate{
		{
			"tidy-downloads", "images that stay in the downloads for a month go",
			with("proven", "2d", "30d"), fromDownloads,
		},
		{
			"privacy", "signed images go after a day, and soon from the trash too",
			with("strong", "1d", "1d"), fromSearch,
		},
		{
			"careful", "images that are a month old go, few at a time",
			with("proven", "7d", "off"), fromSearch,
		},
		{
			"nas", "folders of several people: slow, and at night",
			with("proven", "2w", "60d"), fromUser,
		},
		{
			"workspace", "the Google Drive of one person; needs --drive",
			with("proven", "7d", "off"), fromDrive,
		},
	}
}

// findTemplate returns the template of that name, for "" the one with the answers as its own. It returns a
// *app.UsageError if there is none.
func findTemplate(name string, a answers) (policyTemplate, error) {
	if name == "" {
		return policyTemplate{answers: a, where: fromSearch}, nil
	}
	var names []string
	for _, t := range policyTemplates() {
		if t.name == name {
			return t, nil
		}
		names = append(names, t.name)
	}
	return policyTemplate{}, &app.UsageError{
		Err:  fmt.Errorf("no template %q", name),
		Hint: "use one of: " + strings.Join(names, ", ") + "; to describe them: sweepd init --template list",
	}
}

// fill returns the answers that were given, and those of the template for the rest. given has the names of the flags
// that the user gave: a flag with its default counts as not given.
func (t policyTemplate) fill(a answers, given map[string]bool) answers {
	a.Template = t.name
	for _, f := range []struct {
		flag      string
		to, value *string
	}{
		{"careful", &a.Careful, &t.answers.Careful},
		{"grace", &a.Grace, &t.answers.Grace},
		{"trash", &a.Trash, &t.answers.Trash},
		{"mode", &a.Mode, &t.answers.Mode},
	} {
		if !given[f.flag] {
			*f.to = *f.value
		}
	}
	return a
}

// describedTemplates returns a line for each template, with its name and what it is for.
func describedTemplates() string {
	var b strings.Builder
	for _, t := range policyTemplates() {
		fmt.Fprintf(&b, "    %-14s  %s\n", t.name, t.about)
	}
	return b.String()
}

// completeTemplates offers the names of the templates with what they are for.
func completeTemplates(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, t := range policyTemplates() {
		names = append(names, t.name+"\t"+t.about)
	}
	return append(names, "list\tdescribe the templates"), cobra.ShellCompDirectiveNoFileComp | inOrder
}

// policy returns the text of the policy for the answers. It returns an error if the template does not exist. Values are
// inserted as YAML scalars by the functions quote and scalar, so that no answer can add a line of its own.
func (a answers) policy() ([]byte, error) {
	file := cmp.Or(a.Template, "default") + ".tmpl"
	all, err := template.New(file).Funcs(template.FuncMap{"quote": inYAML, "scalar": yamlScalar}).
		ParseFS(templateFiles, "templates/parts.tmpl", "templates/"+file)
	var b bytes.Buffer
	if err == nil {
		err = all.Execute(&b, a)
	}
	return b.Bytes(), err
}

// defaultFolders returns the folders before a search, if the user names none. As in a search, there is no library among
// them, and no folder of a program.
func (p *program) defaultFolders(where source) (folders []string) {
	switch where {
	case fromSearch:
		folders = p.pictureFolders("DOWNLOAD", "PICTURES")
	case fromDownloads:
		folders = p.pictureFolders("DOWNLOAD")
	}
	home := app.RealPath(p.home())
	return slices.DeleteFunc(folders, func(folder string) bool {
		return app.Foreign(app.RealPath(p.expand(folder)), home)
	})
}

// missing returns a *app.UsageError if the answers name no place.
func (t policyTemplate) missing(a answers) error {
	switch {
	case t.where == fromDrive && a.Drive == "":
		return &app.UsageError{
			Err:  errors.New("no OAuth client given"),
			Hint: "name its file: sweepd init --template " + t.name + " --drive FILE; see docs/google-drive.md",
		}
	case a.nowhere():
		return &app.UsageError{
			Err:  errors.New("no folder given"),
			Hint: "name one: sweepd init --folder FOLDER",
		}
	}
	return nil
}
