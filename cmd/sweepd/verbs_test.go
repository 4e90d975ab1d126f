package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/app"
)

// A verb needs no command line: its function takes the program and the options.
func TestVerbsRunWithoutACommandLine(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	downloads, policy := filepath.Join(home, "Downloads"), filepath.Join(home, "policy.yaml")
	file := filepath.Join(downloads, "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png")
	then := time.Now().AddDate(0, 0, -100)
	if err := errors.Join(os.Mkdir(downloads, 0o700), os.WriteFile(file, smallPicture(0), 0o600),
		os.Chtimes(file, then, then), os.WriteFile(policy, []byte("version: 1\n"+
			"storages: {home: {type: local, roots: [~/Downloads]}}\n"+
			"rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash}]\n"+
			"settle: 0s\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now, policyFile: policy,
		getenv: func(name string) string { return map[string]string{"HOME": home}[name] },
	}
	p.term = newTerminal(&out, &out, p.getenv, p.now)
	for _, step := range []struct {
		run  func(context.Context) error
		want string
	}{
		{func(ctx context.Context) error { return runCheck(ctx, p, checkOptions{}) }, "~/policy.yaml is valid."},
		{func(ctx context.Context) error { return runScan(ctx, p, scanOptions{}) }, "policy.yaml would trash 1\n"},
		{
			func(ctx context.Context) error { return runExplain(ctx, p, explainOptions{files: []string{file}}) },
			"1. mine (trash) decides",
		},
		{
			func(ctx context.Context) error { return runApply(ctx, p, applyOptions{yes: true}) },
			"run 1: moved 1 file to the trash",
		},
		{ // not how many: a disk that another test mounts has a trash that is listed too
			func(ctx context.Context) error { return runTrashList(ctx, p, trashListOptions{}) },
			"ours            63 B  ~/Downloads/ChatGPT Image Apr 20",
		},
		{
			func(ctx context.Context) error { return runHistory(ctx, p, historyOptions{args: []string{"1"}}) },
			"~/Downloads/ChatGPT Image Apr 20",
		},
		{func(ctx context.Context) error { return runUndo(ctx, p, undoOptions{last: true}) }, "restored 1 file"},
		{func(ctx context.Context) error { return runKeep(ctx, p, keepOptions{list: true}) }, "restored by run 2"},
		{func(ctx context.Context) error { return runForget(ctx, p, forgetOptions{last: true}) }, "1 file returned"},
		{func(ctx context.Context) error { return runStatus(ctx, p, statusOptions{}) }, "nothing of ours"},
	} {
		out.Reset()
		if err := step.run(t.Context()); err != nil || !strings.Contains(out.String(), step.want) {
			t.Errorf("%v; want %q in:\n%s", err, step.want, out.String())
		}
	}
	err := runPurge(t.Context(), p, purgeOptions{everything: true, apply: true})
	if _, ok := errors.AsType[*app.UsageError](err); !ok ||
		!strings.Contains(err.Error(), "does not allow this purge") {
		t.Errorf("a purge that the policy does not allow: %v", err)
	}
}
