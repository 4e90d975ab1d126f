package event_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/event"
)

var update = flag.Bool("update", false, "write the table of events in docs/monitoring.md")

const page = "../../docs/monitoring.md"

func TestTheDocumentationListsEachEvent(t *testing.T) {
	const (
		begin = "<!-- events: go test ./internal/event -run Documentation -update -->\n"
		end   = "<!-- end of the events -->"
	)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the events", page)
	}
	want := before + begin + table() + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("the events in %s are not those of the code; run it with -update", page)
	}
}

// table returns the events as a table in Markdown.
func table() string {
	var b strings.Builder
	b.WriteString("\n| `event` | `MESSAGE_ID` | level | message | fields | what to do |\n|---|---|---|---|---|---|\n")
	for _, k := range event.Kinds() {
		var levels []string
		for _, l := range k.Levels {
			levels = append(levels, strings.ToLower(l.String()))
		}
		fields := "`" + strings.Join(k.Fields, "`, `") + "`"
		if len(k.Fields) > 10 {
			fields = "those of a run"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s | %s |\n",
			k.Name, k.MessageID, strings.Join(levels, ", "), k.Message, fields, k.Do)
	}
	return b.String() + "\n"
}

// journalctl -x explains each event, by the catalog of the package.
func TestTheCatalogExplainsEachEvent(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../../deploy/systemd/sweepd.catalog")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^-- ([0-9a-f]{32})$`).FindAllStringSubmatch(string(src), -1) {
		explained[m[1]]++
	}
	for _, k := range event.Kinds() {
		if explained[k.MessageID] != 1 {
			t.Errorf("%s is explained %d times", k.Name, explained[k.MessageID])
		}
	}
	if len(explained) != len(event.Kinds()) {
		t.Errorf("%d explanations of %d events", len(explained), len(event.Kinds()))
	}
}

// The queries that the pages show name ids and fields that there are.
func TestTheQueriesNameEventsThatThereAre(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, k := range event.Kinds() {
		known[k.Name], known[k.MessageID] = true, true
	}
	query := regexp.MustCompile(`(?:MESSAGE_ID|SWEEPD_EVENT)=([0-9a-z_]+)`)
	for _, file := range []string{page, "../../docs/systemd.md", "../../deploy/monitoring/alerts.yml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range query.FindAllStringSubmatch(string(text), -1) {
			if !known[m[1]] {
				t.Errorf("%s asks for %s, which no event has", file, m[0])
			}
		}
	}
}
