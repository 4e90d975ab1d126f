package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/policy"
)

// filled returns the template's answers with places.
func filled(t policyTemplate) answers {
	a := t.fill(answers{}, nil)
	switch t.where {
	case fromSearch:
		a.Folders = []string{"~/Downloads", "~/Pictures"}
	case fromDownloads:
		a.Folders = []string{"~/Downloads"}
	case fromUser:
		a.Folders = []string{"/srv/family"}
	case fromDrive:
		a.Drive = "~/google.json"
	}
	return a
}

// furnishTemplates puts what each template is about into its places.
var furnishTemplates = map[string]func(*stage){
	"tidy-downloads": furnish["tidy-downloads"],
	"privacy":        furnish["privacy-purge"],
	"careful":        furnish["careful-start"],
	"nas":            furnish["family-nas"],
	"workspace": func(s *stage) {
		mia, err := s.drive.AddAccount(drivesim.Person{Email: "mia@example.com"})
		s.must(err)
		noah, err := s.drive.AddAccount(drivesim.Person{Email: "noah@example.com"})
		s.must(err)
		marketing, err := s.drive.AddDrive("Marketing", map[*drivesim.Account]string{mia: "organizer", noah: "writer"})
		s.must(err)
		s.upload(mia, "ChatGPT's", 100, april, "")
		s.upload(mia, "ChatGPT's", 10, may, "")
		s.upload(mia, "plain", 100, june, "")
		s.upload(mia, "photo", 100, august, "")
		s.upload(mia, "ChatGPT's", 100, "keep/"+july, "")
		s.must(mia.Star(s.upload(mia, "ChatGPT's", 100, "harbour.png", ""), true))
		s.must(mia.Share(s.upload(mia, "ChatGPT's", 100, "boat.png", ""), noah, "reader"))
		s.upload(mia, "ChatGPT's", 100, august, marketing.ID()) // a shared drive
		s.upload(noah, "ChatGPT's", 100, april, "")             // another's
	},
}

// testdata/templates has the results of each template, picture by picture; -update rewrites it.
func TestEachTemplateDoesWhatItsDescriptionPromises(t *testing.T) {
	t.Parallel()
	if len(policyTemplates()) != len(furnishTemplates) {
		t.Fatalf("%d templates, %d are furnished", len(policyTemplates()), len(furnishTemplates))
	}
	for _, pt := range policyTemplates() {
		t.Run(pt.name, func(t *testing.T) {
			t.Parallel()
			src, err := filled(pt).policy()
			if err != nil {
				t.Fatal(err)
			}
			s := stageWith(t, src)
			furnishTemplates[pt.name](s)
			s.compare(filepath.Join("testdata", "templates", pt.name+".golden"))
		})
	}
}

// The answers of the user outrank those of the template, in every combination.
func TestEachTemplateTakesEveryAnswer(t *testing.T) {
	t.Parallel()
	given := map[string]bool{"careful": true, "grace": true, "trash": true, "mode": true}
	modes := map[string]policy.Mode{"report": policy.Report, "enforce": policy.Enforce}
	times := map[string]time.Duration{"0": 0, "off": 0, "36h": 36 * time.Hour, "5d": 5 * day}
	for _, pt := range policyTemplates() {
		places := filled(pt)
		pol, err := parsed(places, "/home/ann")
		if err != nil || pol.Mode != policy.Report {
			t.Fatalf("%s: mode %v, %v; want report", pt.name, pol.Mode, err)
		}
		for careful, level := range map[string]fingerprint.Confidence{
			"proven": fingerprint.Proven, "strong": fingerprint.Strong, "likely": fingerprint.Likely,
		} {
			for _, grace := range []string{"0", "36h"} {
				for _, trash := range []string{"off", "5d"} {
					for mode := range modes {
						a := pt.fill(answers{Careful: careful, Grace: grace, Trash: trash, Mode: mode}, given)
						a.Folders, a.Drive, a.Dropbox = []string{"~/a b", "~/c"}, "~/google.json", "abcd1234efgh567"
						pol, err := parsed(a, "/home/ann")
						if err != nil {
							t.Fatalf("%+v: %v", a, err)
						}
						checkAnswers(t, a, pol, level, times[grace])
						if pol.Trash.Ours != times[trash] || pol.Mode != modes[mode] || len(pol.Storages) != 3 ||
							!slices.Equal(pol.Storages["home"].Roots, []string{"/home/ann/a b", "/home/ann/c"}) {
							t.Errorf("%+v: got %+v, %v, %+v", a, pol.Trash, pol.Mode, pol.Storages)
						}
					}
				}
			}
		}
	}
}

// checkAnswers checks which files go, however old they are, and that each waits for the grace period.
func checkAnswers(t *testing.T, a answers, pol *policy.Policy, level fingerprint.Confidence, grace time.Duration) {
	t.Helper()
	trashing := map[string]bool{}
	for _, r := range pol.Rules {
		if r.Do == policy.Trash {
			trashing[r.Name] = true
			if r.Grace != grace {
				t.Errorf("%+v: rule %s has the grace %v", a, r.Name, r.Grace)
			}
		}
	}
	pol.Rules = slices.DeleteFunc(pol.Rules, func(r policy.Rule) bool { return r.Do != policy.Trash })
	now := time.Unix(1e9, 0)
	for c := fingerprint.None; c <= fingerprint.Proven; c++ {
		f := policy.Facts{Verdict: fingerprint.Verdict{Confidence: c}, FirstSeen: now.Add(-400 * day)}
		f.Entry.Path, f.Entry.Modified, f.Entry.Created = "/somewhere/a.png", f.FirstSeen, f.FirstSeen
		if d := pol.Decide(f, now); trashing[d.Rule] != (c >= level) {
			t.Errorf("%+v: %v is decided by %q", a, c, d.Rule)
		}
	}
}

// Lines of a policy fit an editor, and each template describes itself.
func TestEachTemplateIsReadable(t *testing.T) {
	t.Parallel()
	for _, pt := range policyTemplates() {
		text, err := filled(pt).policy()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("# Written by sweepd init from the template "+pt.name+":")) {
			t.Errorf("%s does not describe itself", pt.name)
		}
		for line := range strings.Lines(string(text)) {
			if len(line) > 121 || strings.TrimRight(line, " \n") != strings.TrimRight(line, "\n") {
				t.Errorf("%s: a line is too long, or ends in a space: %q", pt.name, line)
			}
		}
		if bytes.Contains(text, []byte("\n\n\n")) {
			t.Errorf("%s has two empty lines:\n%s", pt.name, text)
		}
	}
}
