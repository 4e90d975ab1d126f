package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

const organization = `
version: 1
mode: enforce
storages:
  acme: {type: workspace, service_account: /key.json, users: [bea@acme.example, carl@acme.example]}
  studio: {type: dropbox_team, app_key: abcd, users: all}
rules: [{name: proven, when: {confidence: proven}, do: trash}]
`

// goes returns a file that is due.
func goes(storage, path string) sweeper.Found {
	return sweeper.Found{
		Storage: storage, Entry: providers.Entry{Path: path, Size: 1000},
		Decision: policy.Decision{Action: policy.Trash, Rule: "proven"},
	}
}

func TestADigestForAUserIsOfTheirOwnAccountAlone(t *testing.T) {
	p, err := policyfile.Parse("policy.yaml", []byte(organization), policyfile.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)
	d := report.NewDigest(now, now.AddDate(0, 0, 7), p)
	for _, f := range []sweeper.Found{
		goes("acme/bea@acme.example", "/bea.png"), goes("acme/bea@acme.example", "/b.png"),
		goes("acme/carl@acme.example", "/carl.png"), goes("studio/bea@acme.example", "/studio.png"),
	} {
		d.Add(f)
	}
	in := language.Printer{}
	u, ok := d.ToUser("acme/bea@acme.example")
	if !ok || u.Address() != "bea@acme.example" ||
		u.Subject(in) != "2 files (2.0 kB) in your Google Drive will be deleted until 2026-06-22" {
		t.Errorf("got %q to %q, %v", u.Subject(in), u.Address(), ok)
	}
	full, short := u.Text(in, true), u.Text(in, false)
	for _, want := range []string{"/bea.png", "/b.png", "give it a star", "Google Drive of bea@acme.example"} {
		if !strings.Contains(full, want) {
			t.Errorf("no %q in\n%s", want, full)
		}
	}
	for _, other := range []string{"carl", "studio", "sweepd"} {
		if strings.Contains(full, other) {
			t.Errorf("%q is in\n%s", other, full)
		}
	}
	if strings.Contains(short, ".png") {
		t.Errorf("without names it has\n%s", short)
	}
	if u, ok := d.ToUser("studio/bea@acme.example"); !ok || strings.Contains(u.Text(in, true), "star") ||
		!strings.Contains(u.Text(in, true), "ask your administrator") {
		t.Errorf("of a Dropbox it is\n%s", u.Text(in, true))
	}
	for _, storage := range []string{"acme/dan@acme.example", "acme", "home"} {
		if _, ok := d.ToUser(storage); ok {
			t.Errorf("there is a digest for %s", storage)
		}
	}
	p.Mode = policy.Report
	if _, ok := d.ToUser("acme/bea@acme.example"); ok {
		t.Error("a user is told of deletions, and none is coming")
	}
}

func TestTheDigestOfAFleetCountsItsAccounts(t *testing.T) {
	p, err := policyfile.Parse("policy.yaml", []byte(organization), policyfile.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)
	of := func(files ...sweeper.Found) *report.Digest {
		d := report.NewDigest(now, now.AddDate(0, 0, 7), p)
		for _, f := range files {
			d.Add(f)
		}
		return d
	}
	d := report.OfFleet("acme", []*report.Digest{
		of(goes("acme/bea@acme.example", "/b.png"), goes("acme/bea@acme.example", "/c.png")),
		of(), of(goes("acme/carl@acme.example", "/d.png")),
	})
	text := d.Text(language.Printer{}, true)
	for _, want := range []string{
		"3 files (3.0 kB) will be moved to the trash of 2 storages", "- from acme by rule proven: 3 files (3.0 kB)",
		"acme/carl@acme.example:/d.png",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
