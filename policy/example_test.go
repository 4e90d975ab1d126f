package policy_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
)

// The first rule that matches decides, and a file that none matches is kept. Decide gets the time and does no I/O.
func ExamplePolicy_Decide() {
	p, err := policyfile.Parse("policy.yaml", []byte(`
version: 1
storages:
  home: {type: local, roots: [~/Downloads]}
rules:
  - {name: keepers, when: {path: "**/keep/**"}, do: keep}
  - {name: mine, when: {confidence: proven, older_than: 30d}, do: trash, grace: 7d}
`), policyfile.ParseOptions{Home: "/home/ann"})
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	old := now.AddDate(0, -3, 0)
	file := policy.Facts{
		Storage: "home",
		Entry:   providers.Entry{Path: "/home/ann/Downloads/a.png", Size: 1000, Modified: old, Created: old},
		Verdict: fingerprint.Verdict{MediaType: "image/png", Confidence: fingerprint.Proven},
	}
	decide := func(about string) {
		d := p.Decide(file, now)
		fmt.Printf("%s: %s by %q: %s\n", about, d.Action, d.Rule, d.Reasons[len(d.Reasons)-1])
	}
	decide("first seen")
	file.Marked = now.AddDate(0, 0, -8)
	decide("marked 8 days ago")
	file.Entry.Path = "/home/ann/Downloads/keep/a.png"
	decide("in keep")
	file.Entry.Path, file.Verdict.Confidence = "/home/ann/Downloads/a.png", fingerprint.Strong
	decide("strong")
	// Output:
	// first seen: hold by "mine": its grace of 7 days has not started; sweepd apply starts it
	// marked 8 days ago: trash by "mine": its grace of 7 days is over
	// in keep: keep by "keepers": its path matches "**/keep/**"
	// strong: keep by "": no rule matches
}

// String explains a policy in English; this is a part of it.
func ExamplePolicy_String() {
	text := policyfile.Default([]string{"/home/mia/Downloads"}).String()
	_, rules, _ := strings.Cut(text, "The first rule")
	rules, _, _ = strings.Cut(rules, "Skips files")
	fmt.Print("The first rule" + rules)
	// Output:
	// The first rule that matches decides:
	//   1. "proven": trash files if: its confidence is at least proven; it was not edited since
	//   2. "probable": review files if: its confidence is at least likely
	//   3. keep everything else
	// Deletes permanently from the trash: nothing.
	// Limits: 500 files, 5 GB or 50% of a storage with 20 files or more, in 1 day; a plan over a limit is refused.
	// Asks before a plan of more than 50 files that is more than 10 times a usual day.
}
