package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// runDiff compares what two policies do: the one that the other verbs use, or the one named, and o.diff. It returns
// errTrouble if that differs, or if not all could be compared. The record is opened for reading if there is one,
// because marks, overrides and verdicts are a part of what a policy does; both policies see the same record, so that
// only the policies make a difference.
func runDiff(ctx context.Context, p *program, o checkOptions) error {
	before, after, err := p.compared(o)
	if err != nil {
		return err
	}
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return err
	}
	j, err := paths.ReadRecord(ctx)
	if err != nil {
		return err
	}
	if j != nil {
		defer j.Close()
	}
	progress := func(seen, matched int64) {
		p.term.progress("looking: %s, %d found", count(seen, "file"), matched)
	}
	var changes []sweeper.Change
	each := func(c sweeper.Change) { changes = append(changes, c) }
	c, err := p.options().Compare(ctx, j, before, after, each, progress)
	p.term.settle()
	if err != nil {
		return err
	}
	sweeper.SortChanges(changes)
	p.remote = app.AccountsOf(before.Policy, after.Policy)
	removed, added := report.Differing(before.Policy.Besides(p.term.in), after.Policy.Besides(p.term.in))
	switch {
	case o.json:
		p.diffLines(before, after, c, changes)
	case !o.quiet:
		p.printDiff(before, after, c, changes, removed, added)
	}
	if len(changes)+len(removed)+len(added) > 0 || c.Partial() {
		return errTrouble
	}
	return nil
}

// compared reads the two policies of check --diff. It returns a *app.UsageError if the arguments do not name them, and
// the error of the first that is invalid. Standard input can be one of them, since it can be read only once.
func (p *program) compared(o checkOptions) (before, after app.NamedPolicy, err error) {
	file := ""
	switch {
	case o.diff == "":
		err = &app.UsageError{
			Err:  errors.New("--diff needs a policy"),
			Hint: "usage: sweepd check [POLICY] --diff OTHER",
		}
	case len(o.files) > 1:
		err = &app.UsageError{
			Err:  errors.New("check --diff compares with one policy"),
			Hint: "usage: sweepd check [POLICY] --diff OTHER",
		}
	case len(o.files) == 1:
		file = o.files[0]
	case p.policyText != nil:
		file = "-"
	}
	if err == nil && file == "-" && o.diff == "-" {
		err = &app.UsageError{Err: errors.New("standard input can be read once"), Hint: "name a file in place of one -"}
	}
	if err != nil {
		return before, after, err
	}
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return before, after, err
	}
	if before.File, before.Policy, err = p.readPolicy(paths, file); err != nil {
		return before, after, err
	}
	after.File, after.Policy, err = p.readPolicy(paths, o.diff)
	return before, after, err
}

// printDiff prints the files that the policies treat differently, by turn, and the lines of what else differs. The
// turns are in the order of their weight: files that would newly go come first.
func (p *program) printDiff(
	before, after app.NamedPolicy, c *app.Comparison, changes []sweeper.Change, removed, added []string,
) {
	for _, turn := range policy.Turns() {
		p.printTurn(turn, changesOf(changes, turn))
	}
	if len(removed)+len(added) > 0 {
		p.term.printf("the policies also differ in:\n")
	}
	for _, line := range removed {
		p.term.item(4, "  - %s\n", safe(tildes(line, p.home())))
	}
	for _, line := range added {
		p.term.item(4, "  + %s\n", safe(tildes(line, p.home())))
	}
	if len(removed)+len(added) > 0 {
		p.term.printf("\n")
	}
	for _, sum := range c.Scans {
		p.problems(sum)
	}
	if c.Partial() {
		p.warn("not all files could be compared")
	}
	images, names := count(int64(c.Images), "image"), []string{
		safe(tilde(before.File, p.home())), safe(tilde(after.File, p.home())),
	}
	if n := len(changes); n > 0 {
		p.term.printf("%s of %s would be treated differently by %s than by %s\n", language.Number(n), images, names[1],
			names[0])
	} else {
		p.term.printf("%s would be treated the same by %s and by %s\n", images, names[0], names[1])
	}
	for _, key := range unknownEffects(before.Policy, after.Policy) {
		switch key {
		case "copies":
			p.term.printf("copies of pictures that no scan has recorded with their looks are not among them; "+
				"two scans with %s find these\n", names[1])
		case "ask":
			p.term.printf("what OpenAI would recognise is not among them; nothing was uploaded\n")
		}
	}
	p.term.printf("nothing was changed\n")
}

// unknownEffects returns the keys of the policy whose effects a comparison cannot know, because it remembers nothing
// and uploads nothing: "copies" and "ask", if only the policy after has them.
func unknownEffects(before, after *policy.Policy) []string {
	keys := []string{}
	if after.Copies && !before.Copies {
		keys = append(keys, "copies")
	}
	for storage := range after.Storages {
		if after.Asks(storage) && !before.Asks(storage) {
			return append(keys, "ask")
		}
	}
	return keys
}

// printTurn prints the files whose fate turns in one way. A turn without files has no heading.
func (p *program) printTurn(turn policy.Turn, all []sweeper.Change) {
	if len(all) == 0 {
		return
	}
	var bytes int64
	for _, c := range all {
		bytes += c.Entry.Size
	}
	p.term.printf("%s: %s (%s)\n", p.term.bold(p.term.text(report.TurnTitle(turn))), count(int64(len(all)), "file"),
		size(bytes))
	for _, c := range all {
		p.term.printf("  %s\n", p.listed(c.Storage, c.Entry.Path, 2))
		p.term.note(safe(report.FateChange(c).In(p.term.in)), 4)
	}
	p.term.printf("\n")
}

// changesOf returns the changes with that turn.
func changesOf(all []sweeper.Change, turn policy.Turn) []sweeper.Change {
	return slices.DeleteFunc(slices.Clone(all), func(c sweeper.Change) bool { return c.Turn != turn })
}

// jsonChange is a file that two policies treat differently: a line of check --diff --json.
type jsonChange struct {
	Type       string   `json:"type"` // "change"
	Turn       string   `json:"turn"` // "go", "wait", "time", "review", "stay"
	Storage    string   `json:"storage"`
	Path       string   `json:"path"`
	Ref        string   `json:"ref,omitempty"`
	Size       int64    `json:"size"`
	Confidence string   `json:"confidence"`
	Before     jsonFate `json:"before"`
	After      jsonFate `json:"after"`
}

// jsonFate is what one of the policies does with a file.
type jsonFate struct {
	Swept bool `json:"swept"` // it is in a storage of the policy
	jsonDecision
	Goes *time.Time `json:"goes"` // at the earliest; null: at no time that is known
}

// jsonEffect is the end of check --diff --json. A script that guards a change of the policy, as in CI, needs only this
// line: Same, and Turns["go"].
type jsonEffect struct {
	Type     string         `json:"type"` // "effect"
	Before   string         `json:"before"`
	After    string         `json:"after"`
	Images   int            `json:"images"` // in the storages of either policy
	Turns    map[string]int `json:"turns"`  // number of changes by turn
	Removed  []string       `json:"removed"`
	Added    []string       `json:"added"`   // lines of English on what else differs
	Unknown  []string       `json:"unknown"` // see unknownEffects
	Complete bool           `json:"complete"`
	Same     bool           `json:"same"`
}

// diffLines prints the comparison as JSON. The lines are in English in every locale, so that a script can compare them.
func (p *program) diffLines(before, after app.NamedPolicy, c *app.Comparison, changes []sweeper.Change) {
	english := language.Printer{}
	removed, added := report.Differing(before.Policy.Besides(english), after.Policy.Besides(english))
	end := jsonEffect{
		Type: "effect", Before: before.File, After: after.File, Images: c.Images, Turns: map[string]int{},
		Removed: append([]string{}, removed...), Added: append([]string{}, added...),
		Unknown: unknownEffects(before.Policy, after.Policy), Complete: !c.Partial(),
		Same: len(changes)+len(removed)+len(added) == 0 && !c.Partial(),
	}
	for _, turn := range policy.Turns() {
		end.Turns[string(turn)] = len(changesOf(changes, turn))
	}
	for _, ch := range changes {
		p.json(jsonChange{
			"change", string(ch.Turn), ch.Storage, ch.Entry.Path, refOf(ch.Entry), ch.Entry.Size,
			ch.Verdict.Confidence.String(), fateLine(ch.Before), fateLine(ch.After),
		})
	}
	for _, sum := range c.Scans {
		p.json(problemLines(sum)...)
	}
	p.json(end)
}

// fateLine returns the fate for --json.
func fateLine(f policy.Fate) jsonFate {
	return jsonFate{f.Swept, decisionLine(f.Decision), moment(f.Goes)}
}
