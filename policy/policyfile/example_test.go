package policyfile_test

import (
	"fmt"
	"strings"

	"github.com/sweepd/sweepd/policy/policyfile"
)

// A mistake is shown with its place, and with what was perhaps meant.
func ExampleParse() {
	_, err := policyfile.Parse("policy.yaml", []byte(`version: 1
storages:
  home: {type: local, roots: [~/Downloads]}
rules:
  - {name: mine, when: {confidance: proven}, do: keep}
`), policyfile.ParseOptions{Home: "/home/ann"})
	mistake, _, _ := strings.Cut(err.Error(), "\n  allowed:")
	fmt.Println(mistake)
	// Output:
	// policy.yaml:5:25: "confidance" is not a key of when; did you mean "confidence"?
	//     5 |   - {name: mine, when: {confidance: proven}, do: keep}
	//       |                         ^
}
