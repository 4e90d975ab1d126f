package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/report"
)

func TestAChecklistShowsEachConversationAndLoadsNothing(t *testing.T) {
	const link = "https://chatgpt.com/c/abc-1"
	list := report.Checklist{Made: time.Now(), Lead: []string{report.Plain(hostile[0])}}
	for _, name := range hostile {
		name = report.Plain(name)
		list.Items = append(list.Items, report.Checked{
			Title: name, Made: "2026-08-01", Link: link, Note: name, Found: []string{name}, Swept: []string{name, name},
		})
	}
	var out bytes.Buffer
	if err := list.Write(&out); err != nil {
		t.Fatal(err)
	}
	inert(t, out.Bytes(), link)
	all := elements(t, out.Bytes())
	if len(all["input"]) != len(hostile) || len(all["a"]) != len(hostile) || len(all["details"]) != 2*len(hostile) {
		t.Fatalf("there are %d boxes, %d links, %d lists", len(all["input"]), len(all["a"]), len(all["details"]))
	}
	for i, name := range hostile {
		label := all["label"][i]
		if textOf(label) != report.Plain(name) || attribute(label, "for") != attribute(all["input"][i], "id") {
			t.Errorf("%q is the title of %q, want of box %d", textOf(label), attribute(label, "for"), i)
		}
		if a := all["a"][i]; !strings.Contains(attribute(a, "rel"), "noreferrer") {
			t.Errorf("the link of %q tells the page where it is from", name)
		}
	}
	if !report.IsPage(out.Bytes()[:200]) {
		t.Error("the checklist is not recognised as a page of sweepd")
	}
	out.Reset()
	err := report.Checklist{}.Write(&out)
	if err != nil || !strings.Contains(out.String(), "No conversation is known.") {
		t.Errorf("without a conversation: %v\n%s", err, out.String())
	}
}
