package main

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
)

// The functions of this file complete arguments for a shell. They change nothing and report no error: without a policy
// or a record there is nothing to offer.

// The limits of what a completion reads.
const (
	offered  = 100         // the most runs and the most files that are offered
	looked   = 10_000      // the most operations that are read for them
	atPrompt = time.Second // the user waits for it at a prompt
)

// inOrder keeps the order of what is offered.
const inOrder = cobra.ShellCompDirectiveKeepOrder

// offer makes the shell offer these values of a flag.
func offer(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(
		flag,
		cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp|inOrder),
	)
	cobra.CheckErr(err) // there is no such flag
}

// where completes the arguments of verbs that take folders and storages: names of storages, and the shell's own
// folders.
func (p *program) where(_ *cobra.Command, _ []string, begun string) (names []string, _ cobra.ShellCompDirective) {
	return beginning(app.StorageNames(p.options()), begun), cobra.ShellCompDirectiveDefault
}

// which completes the arguments of verbs that take files: the prefixes of an account's files, and the shell's own
// files. After a prefix such as "drive:" the shell sets no space, so that the path can follow.
func (p *program) which(_ *cobra.Command, _ []string, begun string) (names []string, how cobra.ShellCompDirective) {
	for name, st := range p.accounts().Storages {
		if !st.IsFleet() && strings.HasPrefix(name+":", begun) {
			names, how = append(names, name+":"), cobra.ShellCompDirectiveNoSpace
		}
	}
	slices.Sort(names)
	return names, how
}

// completeStorages completes the arguments of verbs that take storages only. It leaves out those that are named
// already.
func (p *program) completeStorages(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	names := app.StorageNames(p.options())
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(args, name) })
	return beginning(names, begun), cobra.ShellCompDirectiveNoFileComp
}

// completeAccount completes the argument of verbs that take one account; nothing if it is there already.
func (p *program) completeAccount(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beginning(slices.Sorted(maps.Keys(p.accounts().Storages)), begun), cobra.ShellCompDirectiveNoFileComp
}

// completeHistory offers the latest runs, each with its time and figures. If none begins so, the shell offers files.
// Only the number is inserted; the time and the figures behind the tab are shown by shells that can (zsh, fish, and
// bash with cobra's script).
func (p *program) completeHistory(
	cmd *cobra.Command, args []string, begun string,
) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.peek(cmd, func(ctx context.Context, j *journal.Journal) (all []string) {
		runs, _ := j.Runs(ctx, offered)
		for _, r := range runs {
			all = append(all, described(r.ID, r.Began, r.Kind, report.Brief(r).In(p.term.in)))
		}
		return beginning(all, begun)
	}), inOrder
}

// completeUndo offers the runs with files in the trash and these files, newest first, in the form that the user has
// begun: of this folder, of the home, absolute, or of an account. If none begins so, it offers what which does. Runs
// and files cannot be mixed in one undo, so after a first number only numbers follow, without those that are there, and
// after a first file only files.
func (p *program) completeUndo(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	// One pass over the operations gives both the runs and the files; it ends after the newest of them.
	found := p.peek(cmd, func(ctx context.Context, j *journal.Journal) []string {
		var files, order []string
		began, counts, seen := map[string]time.Time{}, map[string]int64{}, 0
		for op, err := range j.Operations(ctx, journal.Filter{InTrash: true, Newest: true}) {
			if seen++; err != nil || seen > looked {
				break
			}
			run := strconv.FormatInt(op.Op.Cause.Run, 10)
			if counts[run]++; counts[run] == 1 {
				order, began[run] = append(order, run), op.Began
			}
			if file := p.asTyped(op, begun); file != "" && len(files) < offered && !slices.Contains(args, file) {
				files = append(files, file+"\t"+p.term.in.Sprintf("run %s, %s", run, size(op.Op.Entry.Size)))
			}
		}
		var all []string
		for _, run := range order[:min(len(order), offered)] {
			inTrash := p.term.in.Sprintf("%s in the trash", count(counts[run], "file"))
			all = append(all, describedAs(run, began[run], inTrash))
		}
		switch {
		case len(args) == 0:
			return append(beginning(all, begun), files...)
		case runNumbers(args) != nil:
			return beginning(slices.DeleteFunc(all, func(run string) bool {
				number, _, _ := strings.Cut(run, "\t")
				return slices.Contains(args, number)
			}), begun)
		}
		return files
	})
	if len(found) == 0 {
		return p.which(cmd, args, begun)
	}
	return found, cobra.ShellCompDirectiveNoFileComp | inOrder
}

// asTyped returns the path of a trashed file as the user would go on from what is begun; "" if it does not begin so. A
// path with characters that a terminal would act on is not offered: the shell would insert them into the line.
func (p *program) asTyped(op journal.Operation, begun string) string {
	path := op.Op.Entry.Path
	switch {
	case refOf(op.Op.Entry) != "":
		path = op.Op.Storage + ":" + path
	case strings.HasPrefix(begun, "~"):
		path = tilde(path, p.home())
	case !filepath.IsAbs(begun):
		if dir, err := os.Getwd(); err == nil {
			if inside, ok := strings.CutPrefix(path, app.RealPath(dir)+"/"); ok {
				path = inside
			}
		}
	}
	if !strings.HasPrefix(path, begun) || report.Plain(path) != path {
		return ""
	}
	return path
}

// completeForget offers the runs that protect files, newest first, and the shell's own files. A run protects files if
// an undo restored them and no forget has come since.
func (p *program) completeForget(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return p.which(cmd, args, begun)
	}
	runs := p.peek(cmd, func(ctx context.Context, j *journal.Journal) (all []string) {
		counts := map[int64]int64{}
		kept, _ := j.OverrideRecords(ctx)
		for _, s := range kept {
			if s.Undo != 0 {
				counts[s.Undo]++
			}
		}
		order := slices.Sorted(maps.Keys(counts))
		slices.Reverse(order)
		for _, run := range order[:min(len(order), offered)] {
			if r, err := j.Run(ctx, run); err == nil {
				all = append(all, described(run, r.Began, count(counts[run], "kept file").In(p.term.in)))
			}
		}
		return beginning(all, begun)
	})
	names, how := p.which(cmd, args, begun)
	return append(runs, names...), how | inOrder
}

// described returns a run with its description, as cobra separates them. The tab is cobra's separator between the value
// and its description.
func described(run int64, began time.Time, words ...string) string {
	return describedAs(strconv.FormatInt(run, 10), began, words...)
}

// describedAs is described for the number of a run as text. It leaves out empty parts, and escapes the rest as
// report.Plain does.
func describedAs(run string, began time.Time, words ...string) string {
	about := append([]string{began.Local().Format("2006-01-02 15:04")}, words...)
	return run + "\t" + report.Plain(
		strings.Join(slices.DeleteFunc(about, func(s string) bool { return s == "" }), ", "),
	)
}

// beginning returns those of all that begin with what is begun.
func beginning(all []string, begun string) (some []string) {
	for _, one := range all {
		if strings.HasPrefix(one, begun) {
			some = append(some, one)
		}
	}
	return some
}

// peek returns what read finds in the record, nothing if there is none or it cannot be read. It opens the record
// without writing and for at most atPrompt, so that Tab in a shell never changes a file or hangs.
func (p *program) peek(cmd *cobra.Command, read func(context.Context, *journal.Journal) []string) []string {
	ctx, cancel := context.WithTimeout(cmd.Context(), atPrompt)
	defer cancel()
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return nil
	}
	j, err := journal.Peek(ctx, paths.Journal())
	if err != nil {
		return nil
	}
	defer j.Close()
	return read(ctx, j)
}
