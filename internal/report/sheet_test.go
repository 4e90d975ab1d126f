package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// sheet is a contact sheet with hostile names in every text of it.
func sheet(t *testing.T) (text []byte, s report.Sheet) {
	t.Helper()
	plain := make([]string, len(hostile))
	for i, name := range hostile {
		plain[i] = report.Plain(name)
	}
	s = report.Sheet{
		Made: time.Now(), Groups: report.Groups(), Lead: plain, Warnings: plain,
		Totals: &report.Totals{Key: "folder", Lines: []report.Total{{Name: hostile[0], Files: "1"}}},
	}
	for i, name := range plain {
		pic := thumb(t, i)
		s.Groups[i].Files = []report.Listed{
			{
				Name: name, Why: name, Evidence: name, Facts: []report.Fact{{Name: "Rule", Value: name}},
				Commands: []string{name}, Thumbnail: &pic,
			},
			{Name: "second", Thumbnail: &report.Thumbnail{None: language.Verbatim(name), NoRoom: i < 2}},
		}
	}
	s.Groups[1].More = 7
	var out bytes.Buffer
	if err := s.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), s
}

func TestTheSheetLoadsNothingAndRunsNothing(t *testing.T) {
	text, _ := sheet(t)
	inert(t, text)
	if !report.IsPage(text[:4096]) {
		t.Error("the sheet is not recognised as a page")
	}
}

func TestTheSheetShowsEachFileWithItsNamesAsTheyAre(t *testing.T) {
	text, s := sheet(t)
	all := elements(t, text)
	if len(all["article"]) != 2*len(hostile) || len(all["img"]) != len(hostile) || len(all["h1"]) != 1 {
		t.Fatalf("there are %d files, %d pictures, %d titles", len(all["article"]), len(all["img"]), len(all["h1"]))
	}
	for i, name := range hostile {
		name = report.Plain(name)
		if n := strings.Count(textOf(all["article"][2*i]), name); n != 5 {
			t.Errorf("%q is %d times in its place, want its name, two sentences, a fact and a command", name, n)
		}
		if got := attribute(all["img"][i], "alt"); got != name {
			t.Errorf("a picture is called %q, want %q", got, name)
		}
		if !strings.Contains(textOf(all["article"][2*i+1]), name) {
			t.Errorf("%q is not the reason for a missing picture", name)
		}
	}
	body := textOf(all["body"][0])
	for _, want := range []string{
		"2 of the files have no thumbnail here", "And 7 more, for which this page has no room", s.Groups[1].Note,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, a := range all["a"] {
		if !strings.Contains(string(text), `<h2 id="`+attribute(a, "href")[1:]+`"`) {
			t.Errorf("a link leads to %s, which is not there", attribute(a, "href"))
		}
	}
}

func TestASheetOfNothingIsAPage(t *testing.T) {
	var out bytes.Buffer
	if err := (report.Sheet{Groups: report.Groups()}).Write(&out); err != nil {
		t.Fatal(err)
	}
	if all := elements(t, out.Bytes()); len(all["section"]) != 0 ||
		!strings.Contains(textOf(all["body"][0]), "No file is listed.") {
		t.Errorf("got:\n%s", out.String())
	}
}

// reasons are the reasons of a decision.
func reasons(texts ...string) (all []language.Message) {
	for _, text := range texts {
		all = append(all, language.Verbatim(text))
	}
	return all
}

func TestASheetSaysWhyAndWhen(t *testing.T) {
	until := time.Date(2026, 12, 7, 12, 0, 0, 0, time.Local)
	star := []providers.Held{{Guard: providers.GuardTagged, Why: language.Verbatim("it has a star")}}
	for _, c := range []struct {
		d         policy.Decision
		why, when string
	}{
		{policy.Decision{Action: policy.Trash, Rule: "mine", Reasons: reasons("old")}, "Due by rule mine.", "now"},
		{
			policy.Decision{Action: policy.Trash, Rule: "mine", Reasons: reasons("old"), Approved: true},
			"You approved it.", "now",
		},
		{
			policy.Decision{Action: policy.Hold, Rule: "mine", Reasons: reasons("old", "it is new"), NotBefore: until},
			"Held: it is new.", "2026-12-07 12:00, if nothing changes",
		},
		{
			policy.Decision{
				Action: policy.Hold, Rule: "mine", Reasons: reasons("no grace"), ReasonCode: policy.ReasonUnmarked,
			},
			"Held: no grace.", "after a grace that has not started",
		},
		{
			policy.Decision{Action: policy.Hold, Rule: "mine", Reasons: reasons("old"), Guards: star},
			"Held: it has a star.", "when nothing holds it",
		},
		{
			policy.Decision{Action: policy.Review, Rule: "unsure", Reasons: reasons("old")},
			"Up for review by rule unsure.", "when you approve it",
		},
		{
			policy.Decision{
				Action: policy.Keep, Rule: "album", Reasons: reasons("there"), ReasonCode: policy.ReasonRule,
			},
			"Kept by rule album.", "never",
		},
		{policy.Decision{Action: policy.Keep, Reasons: reasons("no rule matches")}, "Kept: no rule matches.", "never"},
		{
			policy.Decision{Action: policy.Keep, Reasons: reasons("you said so"), ReasonCode: policy.ReasonOverride},
			"Kept: you said so.", "never",
		},
	} {
		f := sweeper.Found{Decision: c.d, Verdict: fingerprint.Verdict{Confidence: fingerprint.Likely}}
		why, when := report.Sentence(report.Because(f).String()), report.When(c.d).String()
		if why != c.why || when != c.when {
			t.Errorf("got %q and %q, want %q and %q", why, when, c.why, c.when)
		}
	}
}

// A page is in one language: its templates have no text of their own.
func TestEachTextOfAPageCanBeTranslated(t *testing.T) {
	pages, err := filepath.Glob("*.html")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	notShown := regexp.MustCompile(`(?s)\{\{.*?\}\}|<(style|script|code)\b.*?</(style|script|code)>|<[^>]*>|&[a-z]+;`)
	for _, name := range pages {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rest := notShown.ReplaceAllString(string(page), " ")
		if words := strings.FieldsFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) }); len(words) > 0 {
			t.Errorf("%s: %q is in English in all languages", name, words)
		}
	}
}
