package app_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

func TestAProblemNamesWhatMendsIt(t *testing.T) {
	t.Parallel()
	_, wrong := app.ParsePolicy("/etc/p.yaml", []byte("version: 1\nlimits: {surge: banana}\n"), "/home/mia")
	for _, c := range []struct {
		err   error
		cause status.Cause
		hint  []string // the parts of the sentence
	}{
		{fmt.Errorf("x: %w", status.ErrSilent), status.CauseSilent, []string{"kill -CONT PID"}},
		{fmt.Errorf("x: %w", providers.ErrFull), status.CauseFull, []string{"the disk is full", "sweepd trash purge"}},
		{errors.Join(journal.ErrDamaged, providers.ErrFull), status.CauseFull, nil},
		{journal.ErrReplaced, status.CauseRecord, []string{"sweepd history --verify"}},
		{wrong, status.CausePolicy, []string{"correct /etc/p.yaml:1:1: ", "and 2 more", "sweepd check"}},
		{&journal.ClockError{}, status.CauseClock, []string{"timedatectl", "sweepd resume --clock"}},
		{
			fmt.Errorf("open drive: %w", &oauth.Error{Kind: oauth.ErrSignInAgain, Hint: "sweepd login drive"}),
			status.CauseSignIn,
			[]string{"drive needs a new sign-in: sweepd login drive"},
		},
		{
			&cloudhttp.Error{Kind: cloudhttp.Unauthorized, Call: "files/list_folder"}, status.CauseSignIn,
			[]string{"drive needs a new sign-in: sweepd login drive"},
		},
		{
			&oauth.Error{Kind: oauth.ErrExposed, Hint: "chmod 600 /x"}, status.CauseSignIn,
			[]string{"drive cannot be signed in to: ", "chmod 600 /x"},
		},
		{fmt.Errorf("%w until noon", sweeper.ErrPaused), status.CausePaused, []string{"until noon: sweepd resume"}},
		{
			fmt.Errorf("%w, as far as is known: %w", sweeper.ErrPaused, journal.ErrUnreachable), status.CauseStorage,
			[]string{"the database of the journal does not answer: sweepd doctor drive"},
		},
		{
			&sweeper.LimitError{Reasons: []string{"3 files"}},
			status.CauseLimits,
			[]string{"drive: ", "3 files", "raise"},
		},
		{&sweeper.SurgeError{Files: 90, Usual: 2}, status.CauseLimits, []string{"drive: 90", "sweepd apply plan.json"}},
		{errors.New("a\nb"), status.CauseStorage, []string{"drive: a; b: sweepd doctor drive"}},
		{&app.UsageError{Err: errors.New("no"), Hint: "do"}, status.CauseStorage, []string{"drive: no: do"}},
	} {
		p := app.ProblemOf("drive", c.err)
		if p.Cause != c.cause || strings.ContainsAny(p.Hint.String(), "\n|") {
			t.Errorf("%v: got %+v, want the cause %s", c.err, p, c.cause)
		}
		for _, part := range c.hint {
			if !strings.Contains(p.Hint.String(), part) {
				t.Errorf("%v: got %q, want %q", c.err, p.Hint, part)
			}
		}
	}
}

func TestTheProblemOfAFolderNamesTheFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gone, file := filepath.Join(dir, "gone"), filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for root, want := range map[string]string{
		gone: "nas: there is no folder " + gone + ": check that its disk is mounted",
		file: "nas: " + file + " is not a folder: name the folder that contains it",
		dir:  "nas: permission denied: sweepd doctor nas",
	} {
		p := app.FolderProblem("nas", root, "permission denied")
		if p.Hint.String() != want || p.Cause != status.CauseFolder {
			t.Errorf("got %+v, want %q", p, want)
		}
	}
}
