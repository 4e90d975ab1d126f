package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// jsonExplain is the output of explain --json. The file's own fields are those of scan --json. Rules has every rule of
// the policy in its order, also those after the one that decides.
type jsonExplain struct {
	jsonFile
	Sentence string                `json:"sentence"`
	Findings []fingerprint.Finding `json:"findings"`
	Rules    []policy.RuleTrace    `json:"rules"`
	Guards   []providers.Held      `json:"guards"`             // that hold it, or would if it were due
	LeftOut  string                `json:"left_out,omitempty"` // why no scan finds it
}

// explainOptions are the arguments and flags of explain.
type explainOptions struct {
	files []string
	json  bool
}

// newExplainCmd returns the verb explain. Unlike scan it takes files and not folders, and examines each one afresh.
func newExplainCmd(p *program) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:               "explain PATH|STORAGE:PATH|STORAGE:ID...",
		ValidArgsFunction: p.which,
		Short:             "show the evidence in a file, and which rule decides and why",
		Long: `explain examines files again and shows what each detector found and read, each
step of verifying a Content Credential, and how each rule of the policy applies.
It changes nothing.

Name a file in a cloud account as STORAGE:PATH, if a scan has found it, or as
STORAGE:ID with the id at the end of its web address: drive:/Pictures/a.png,
drive:1AbC.

Exit status: 1 if a file could not be examined.`,
		Args: needs("a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return runExplain(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per file")
	return cmd
}

// runExplain explains each file, also after a failure.
func runExplain(ctx context.Context, p *program, o explainOptions) error {
	failed := false
	for i, file := range o.files {
		if i > 0 && !o.json {
			p.term.printf("\n")
		}
		if err := p.explainOne(ctx, file, o.json); err != nil && len(o.files) == 1 {
			return err
		} else if err != nil {
			p.exit(err)
			failed = true
		}
	}
	if failed {
		return errTrouble
	}
	return nil
}

// explainOne opens the storage of one file, examines the file as it is now, without the cache of verdicts, and prints
// the result. It returns the errors of openFile and App.Look: fs.ErrNotExist if there is no such file.
func (p *program) explainOne(ctx context.Context, arg string, asJSON bool) error {
	a, path, err := p.openFile(ctx, arg)
	if err != nil {
		return err
	}
	defer a.Close()
	st, e, err := a.Look(ctx, path)
	if err != nil {
		return err
	}
	x, err := a.Explain(ctx, st, e)
	if err != nil {
		return err
	}
	if asJSON {
		if x.Guards == nil {
			x.Guards = []providers.Held{}
		}
		p.json(jsonExplain{fileLine(x.Found), x.Verdict.String(), x.Findings, x.Rules, x.Guards, x.LeftOut})
		return nil
	}
	p.printFile(x)
	p.printFindings(x)
	p.printRules(a, x)
	return nil
}

// printFile prints the facts of a file and the verdict. The lines that begin with "open:" name a doubt that no detector
// can settle, so that the user can decide before the policy does.
func (p *program) printFile(x sweeper.Explanation) {
	t, e, v := p.term, x.Entry, x.Verdict
	t.printf("%s\n", t.bold(p.linked(x.Storage, e.Path, p.place(x.Storage, e.Path))))
	kind := language.Verbatim(v.MediaType)
	if v.MediaType == "" {
		kind = language.Messagef("no image")
	} else if v.Width > 0 {
		kind = language.Messagef("%s, %d x %d", kind, v.Width, v.Height)
	}
	t.printf("  %s, %s, %s\n", size(e.Size), kind, modified(e.Modified, p.now()))
	if ref := refOf(e); ref != "" {
		t.printf("  by its id %s:%s\n", safe(x.Storage), safe(ref))
	}
	if !fingerprint.Interesting(e.Name()) && x.LeftOut == "" {
		t.printf("  scans skip it: its file name is not that of an image\n")
	}
	t.printf("\n%s  %s\n", t.bold(t.in.Sprintf("verdict")), t.text(v.Sentence()))
	var facts []language.Message
	if v.Product != "" {
		facts = append(facts, language.Messagef("product %s", v.Product))
	}
	if !v.Made.IsZero() {
		facts = append(facts, language.Messagef("made %s", v.Made.Format("2006-01-02 15:04 MST")))
	}
	if v.Derived {
		facts = append(facts, language.Messagef("edited since"))
	}
	if len(facts) > 0 {
		t.printf("  %s\n", t.text(language.Join(facts, "; ")))
	}
	if k := x.Known; k.Link != "" {
		t.printf("  from the conversation %q: %s\n", safe(k.Title), safe(k.Link))
	}
	if v.Confidence == fingerprint.Proven && !v.KnownElsewhere() {
		t.printf("  open: whether you gave ChatGPT a picture of your own to edit; its credential does not name one\n")
	}
	if v.LooksLike() {
		t.printf("  open: whether it is your own picture, which ChatGPT edited; only what it looks like was compared\n")
	}
}

// printFindings prints a paragraph for each detector: the bytes that it read, its steps in order with a mark for each,
// and the evidence with the confidence that it would have alone.
func (p *program) printFindings(x sweeper.Explanation) {
	t := p.term
	for _, f := range x.Findings {
		t.printf("\n%s  %s\n", t.bold(f.Detector), t.dim(t.in.Sprintf("read %s", size(f.BytesRead))))
		for _, s := range f.Steps {
			mark := t.paint("32", t.yes())
			if !s.OK {
				mark = t.paint("33", t.no())
			}
			line := t.text(language.Phrase(s.Check))
			if !s.Detail.IsZero() {
				line += ": " + t.text(s.Detail)
			}
			t.printf("  %s  %s\n", mark, line)
		}
		for _, ev := range f.Evidence {
			t.printf("  =>   %s: %s (alone: %s)\n", ev.Detector, t.text(x.Verdict.Clause(ev)), ev.Confidence)
		}
	}
}

// printRules prints each rule with its conditions, the guards, the decision, and the ways to change it. The first rule
// that matches decides; later ones that match are marked as such.
func (p *program) printRules(a *app.App, x sweeper.Explanation) {
	t := p.term
	t.printf("\n%s  %s\n", t.bold(t.in.Sprintf("policy")), p.policyName(a))
	for i, r := range x.Rules {
		note := t.in.Sprintf("does not match")
		switch {
		case r.Decides:
			note = t.bold(t.in.Sprintf("decides"))
		case r.Matches && x.LeftOut != "", r.Matches && x.Verdict.Confidence == fingerprint.None:
			note = t.in.Sprintf("not evaluated")
		case r.Matches:
			note = t.in.Sprintf("matches, but an earlier rule decides")
		}
		do := string(r.Do)
		if r.Mandatory {
			do += ", " + t.in.Sprintf("mandatory")
		}
		t.printf("  %d. %s (%s) %s\n", i+1, safe(r.Rule), do, note)
		p.printChecks(r.Checks, 5)
	}
	for _, h := range x.Guards {
		t.printf("  guard %s: %s\n", cmp.Or(string(h.Guard), "?"), p.term.text(h.Why))
	}
	d := x.Decision
	t.printf("  =>   %s: %s\n", p.action(d.Action), p.term.text(language.Join(d.Reasons, "; ")))
	if !d.NotBefore.IsZero() {
		t.printf("       not before %s\n", d.NotBefore.Local().Format("2006-01-02 15:04"))
	}
	if ways := p.whatWouldChange(x); len(ways) > 0 {
		t.printf("  what would change it: %s\n", t.text(language.Join(ways, "; ")))
	}
}

// printChecks prints conditions as a tree: those of all, any and not are below it, five columns further in. A condition
// that was not evaluated has the mark "?".
func (p *program) printChecks(checks []policy.Check, indent int) {
	for _, c := range checks {
		mark := pad("?", p.term.marks())
		switch c.Holds {
		case "yes":
			mark = p.term.paint("32", p.term.yes())
		case "no":
			mark = p.term.paint("33", p.term.no())
		}
		p.term.printf("%s%s  %s\n", strings.Repeat(" ", indent), mark, p.term.text(c.Seen))
		p.printChecks(c.Of, indent+5)
	}
}

// yes and no return the marks of a condition, of the same width.
func (t *terminal) yes() string { return pad(t.in.Sprintf("yes"), t.marks()) }
func (t *terminal) no() string  { return pad(t.in.Sprintf("no"), t.marks()) }

// marks returns the width of the marks.
func (t *terminal) marks() int {
	return max(span([]rune(t.in.Sprintf("yes"))), span([]rune(t.in.Sprintf("no"))), 3)
}

// whatWouldChange returns the conditions under which another rule would decide otherwise, and the commands with which
// the user can change the decision.
func (p *program) whatWouldChange(x sweeper.Explanation) (ways []language.Message) {
	if x.Verdict.Confidence == fingerprint.None {
		return []language.Message{language.Messagef("nothing: rules apply to ChatGPT images only")}
	}
	if x.LeftOut != "" {
		return nil // only the reason in LeftOut, which is printed
	}
	for _, r := range x.Rules {
		if r.Decides {
			break
		}
		var missing language.Message
		for _, c := range r.Checks {
			switch {
			case c.Holds == "yes":
			case missing.IsZero():
				missing = c.Condition
			default:
				missing = language.Messagef("%s and %s", missing, c.Condition)
			}
		}
		if !missing.IsZero() && r.Do != x.Decision.Action {
			ways = append(ways, language.Messagef("if %s, rule %s would %s it", missing, r.Rule, r.Do))
		}
	}
	if x.Decision.Action == policy.Review || x.Decision.Action == policy.Hold {
		ways = append(ways, language.Messagef("sweepd approve would release it, as long as it is unchanged"))
	}
	switch a := x.Decision.Action; {
	case x.Decision.Mandatory:
		ways = append(ways, language.Messagef("sweepd keep would not keep it, because the rule is mandatory"))
	case a == policy.Trash, a == policy.Hold:
		ways = append(ways, language.Messagef("sweepd keep would keep it, whatever the policy says"))
	}
	return ways
}
