package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// childEnv selects what this test binary does instead of testing, and pathEnv where.
const childEnv, pathEnv = "JOURNAL_TEST_CHILD", "JOURNAL_TEST_PATH"

func TestMain(m *testing.M) {
	child := os.Getenv(childEnv)
	if child == "" {
		code := m.Run()
		if err := closeServer(); err != nil {
			fmt.Println(err)
			code = 1
		}
		os.Exit(code)
	}
	j, err := openAny(os.Getenv(pathEnv), clock())
	if err == nil {
		err = map[string]func(*Journal) error{
			"storm": storm, "lease": lease, "claim": claimAndHold, "spend": spend,
		}[child](j)
	}
	fmt.Println("failed", err)
	os.Exit(1)
}

// storm begins and ends operations without end, and prints a line after each.
func storm(j *Journal) error {
	failed := make(chan error)
	// A storage has one writer, and its lease outlives the process for a while.
	storage := fmt.Sprint("storage of ", os.Getpid())
	if _, err := j.Lease(context.Background(), storage, "storm"); err != nil {
		return err
	}
	var out sync.Mutex
	say := func(words ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Println(words...)
	}
	for g := range 8 {
		go func() {
			for i := 0; ; i++ {
				op := trashOf(file(fmt.Sprintf("%d-%d", g, i), "1"))
				op.Storage = storage
				key, err := j.Begin(context.Background(), op)
				if err == nil {
					say("begun", key)
					err = j.End(context.Background(), key, providers.Outcome{Receipt: providers.Receipt("bin/" + key)})
				}
				if err != nil {
					failed <- err
					return
				}
				say("ended", key)
				if w, err := j.Override(context.Background(),
					providers.Entry{Ref: "a", Modified: noon}); err == nil && w != NoOverride {
					say("heard", w)
				}
			}
		}()
	}
	return <-failed
}

// lease holds a lease until the process is killed.
func lease(j *Journal) error {
	if _, err := j.Lease(context.Background(), "home", "apply"); err != nil {
		return err
	}
	fmt.Println("leased")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// start runs a child at path. It is killed at the end of the test at the latest.
func start(t *testing.T, child, path string) (cmd *exec.Cmd, lines *bufio.Scanner) {
	t.Helper()
	cmd = exec.Command(must(os.Executable())(t))
	cmd.Env = append(os.Environ(), childEnv+"="+child, pathEnv+"="+path)
	must(cmd.StdinPipe())(t) // the child reads it without end
	out := must(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

// await reads lines until one begins with the given text.
func await(t *testing.T, lines *bufio.Scanner, word string, each func(line string)) {
	t.Helper()
	for lines.Scan() {
		each(lines.Text())
		if strings.HasPrefix(lines.Text(), word) {
			return
		}
		if strings.HasPrefix(lines.Text(), "failed") {
			t.Fatal(lines.Text())
		}
	}
	t.Fatalf("the child ended before it said %q", word)
}

func TestWhatWasAcknowledgedOutlivesTheKillOfTheProcess(t *testing.T) {
	path := newPath(t)
	begun, ended := map[string]bool{}, map[string]bool{}
	note := func(line string) {
		verb, key, _ := strings.Cut(line, " ")
		if len(key) != 26 { // the kill cut the line off
			return
		}
		switch verb {
		case "begun":
			begun[key] = true
		case "ended":
			ended[key] = true
		}
	}
	for range 5 {
		cmd, lines := start(t, "storm", path)
		for range 100 {
			await(t, lines, "ended", note)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // lines printed before the kill
			note(lines.Text())
		}
		cmd.Wait()
		requireRecorded(t, path, begun, ended)
	}
}

// requireRecorded checks that the journal has all acknowledged operations.
func requireRecorded(t *testing.T, path string, begun, ended map[string]bool) {
	t.Helper()
	j := openAt(t, path)
	defer j.Close()
	found := map[string]Operation{}
	for _, o := range gather(t, j.Operations(t.Context(), Filter{})) {
		found[o.Key] = o
	}
	for key := range begun {
		if _, ok := found[key]; !ok {
			t.Errorf("the intent %s was acknowledged and is lost", key)
		}
	}
	for key := range ended {
		if o := found[key]; o.Ended.IsZero() || o.Receipt != providers.Receipt("bin/"+key) {
			t.Errorf("the outcome of %s was acknowledged and is lost: %+v", key, o)
		}
	}
	if err := whole(t.Context(), j); err != nil {
		t.Error(err)
	}
}

func TestTwoProcessesWriteOneChainUntilTheyAreKilled(t *testing.T) {
	path := newPath(t)
	first, a := start(t, "storm", path)
	second, b := start(t, "storm", path)
	for range 50 { // each finds the other's line at the end of the chain
		await(t, a, "ended", func(string) {})
		await(t, b, "ended", func(string) {})
	}
	for _, cmd := range []*exec.Cmd{first, second} {
		cmd.Process.Kill()
		cmd.Wait()
	}
	j := openAt(t, path)
	lines, err := j.Verify(t.Context())
	if err != nil || lines < 200 {
		t.Errorf("got %d lines, %v, want at least 200 and no error", lines, err)
	}
}

func TestAnotherProcessReadsTheHistoryAndHandsOverAWordMeanwhile(t *testing.T) {
	path := newPath(t)
	_, lines := start(t, "storm", path)
	key := ""
	await(t, lines, "ended", func(line string) { key = strings.TrimPrefix(line, "ended ") })
	reader := must(OpenReadOnly(t.Context(), path))(t)
	defer reader.Close()
	if got := gather(t, reader.Operations(t.Context(), Filter{Key: key})); len(got) != 1 || got[0].Ended.IsZero() {
		t.Errorf("got %+v, want the operation %s, ended", got, key)
	}
	if err := openAt(t, path).SetOverride(t.Context(), providers.Entry{Ref: "a", Modified: noon}, Keep); err != nil {
		t.Fatal(err)
	}
	await(t, lines, "heard keep", func(string) {})
}

func TestALeaseIsHeldByOneProcessAndFreeWhenItIsKilled(t *testing.T) {
	ofSQLite(t) // no kernel ends the lease of a database
	path := newPath(t)
	cmd, lines := start(t, "lease", path)
	await(t, lines, "leased", func(string) {})
	j := openAt(t, path)
	_, err := j.Lease(t.Context(), "home", "scan")
	held, ok := errors.AsType[*LeasedError](err)
	if !ok || held.PID != cmd.Process.Pid || held.Storage != "home" || held.Purpose != "apply" || held.Since.IsZero() {
		t.Fatalf("got %v, want a *LeasedError of process %d", err, cmd.Process.Pid)
	}
	want := fmt.Sprintf("a sweep of home is already running (pid %d, apply, since %s)", held.PID,
		held.Since.Local().Format("15:04"))
	equal(t, "text", err.Error(), want)
	release := must(j.Lease(t.Context(), "another/storage", "scan"))(t)
	if err := release(); err != nil {
		t.Error(err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	release = must(j.Lease(t.Context(), "home", "scan"))(t)
	if err := release(); err != nil {
		t.Error(err)
	}
}

func TestALeaseIsHeldOnceWithinAProcess(t *testing.T) {
	j := must(openAny(newPath(t), clock()))(t)
	defer j.Close()
	release := must(j.Lease(t.Context(), "home", "scan"))(t)
	if _, err := j.Lease(t.Context(), "home", "scan"); err == nil {
		t.Error("while held: got nil, want an error")
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	release = must(j.Lease(t.Context(), "home", "scan"))(t)
	defer release()
}

func TestAHolderThatHasNotSaidWhoItIsStillHolds(t *testing.T) {
	ofSQLite(t)
	j := newJournal(t)
	release := must(j.Lease(t.Context(), "home", "scan"))(t)
	defer release()
	if err := os.Truncate(j.path+".lease-home", 0); err != nil {
		t.Fatal(err)
	}
	_, err := j.Lease(t.Context(), "home", "scan")
	if err == nil || err.Error() != "a sweep of home is already running" {
		t.Errorf("got %v, want that a sweep is running", err)
	}
}
