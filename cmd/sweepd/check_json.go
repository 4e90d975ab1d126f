package main

import (
	"errors"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// jsonPolicy is the output of check --json for one file. The lists are never null, so that a filter in jq needs no case
// for that.
type jsonPolicy struct {
	Type     string        `json:"type"` // "policy"
	File     string        `json:"file"` // "" if there is none
	OK       bool          `json:"ok"`
	Errors   []jsonMistake `json:"errors"`
	Meaning  []string      `json:"meaning"`  // lines of English
	Notes    []string      `json:"notes"`    // what its storages cannot do
	Idle     []string      `json:"idle"`     // patterns that match nothing at present
	Warnings []string      `json:"warnings"` // probable mistakes
}

// jsonMistake is one mistake in a policy. Line and Column are from 1, and null if the file could not be read.
type jsonMistake struct {
	Line    *int     `json:"line"`
	Column  *int     `json:"column"`
	Message string   `json:"message"`
	Allowed []string `json:"allowed,omitempty"`
	Hint    string   `json:"hint"`
}

// checkLine returns the output for the policy, or for the error of reading it.
func (p *program) checkLine(c checkedPolicy, err error) jsonPolicy {
	line := jsonPolicy{
		Type: "policy", File: c.file, OK: err == nil, Errors: []jsonMistake{}, Meaning: []string{}, Notes: []string{},
		Idle:     append([]string{}, language.English(c.idle)...),
		Warnings: append([]string{}, language.English(c.warnings)...),
	}
	if err != nil {
		line.Errors = p.mistakes(err)
		return line
	}
	line.Meaning = strings.Split(strings.TrimSpace(c.policy.String()), "\n")
	line.Notes = append(line.Notes, language.English(c.policy.Notes())...)
	if !c.differs.IsZero() {
		line.Warnings = append(line.Warnings, c.differs.String())
	}
	return line
}

// mistakes returns the mistakes that an error of a policy joins. policyfile joins up to ten mistakes of a file into one
// error. An error that is no mistake in the text, such as a file that cannot be read, becomes one entry without a line.
func (p *program) mistakes(err error) (all []jsonMistake) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			all = append(all, p.mistakes(err)...)
		}
		return all
	}
	if e, ok := errors.AsType[*policyfile.Error](err); ok {
		return []jsonMistake{{&e.Line, &e.Column, e.Message, e.Allowed, e.Hint}}
	}
	_, hint := p.diagnose(err)
	return []jsonMistake{{Message: err.Error(), Hint: hint}}
}
