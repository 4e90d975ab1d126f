package review

import (
	"net/http"
	"os"
	"strings"

	"sweepd/internal/report"
)

// policyView is the data of the page of the policy.
type policyView struct {
	frame
	File, Text string   // "" for the built-in policy
	Meaning    []string // paragraphs
	Notes      []string
	Cautions   []string
	Differs    string // how the file differs from what the list was made with
}

// policyPage serves the policy by which the list was made: the file and what it means.
func (s *Server) policyPage(w http.ResponseWriter, r *http.Request) {
	l := s.listing()
	v := policyView{frame: s.frame("policy", s.in.Sprintf("Policy")), File: s.plain(l.policyFile)}
	if l.policyFile != "" {
		text, err := os.ReadFile(l.policyFile)
		if err != nil {
			v.Differs = s.plain(err.Error())
		}
		v.Text = plainLines(string(text))
	}
	v.Meaning = strings.Split(strings.TrimSpace(plainLines(l.policy.In(s.in))), "\n\n")
	for _, n := range l.policy.Notes() {
		v.Notes = append(v.Notes, report.Sentence(s.plain(n.In(s.in))))
	}
	for _, c := range l.policy.Cautions() {
		v.Cautions = append(v.Cautions, report.Sentence(s.plain(c.In(s.in))))
	}
	s.page(w, r, http.StatusOK, "policy.html", v)
}

// plainLines returns a text of several lines that is safe on a page.
func plainLines(text string) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range all {
		all[i] = report.Plain(strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(all, "\n")
}
