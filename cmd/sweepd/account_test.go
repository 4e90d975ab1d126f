package main

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// person is a user with pictures on a disk and in an account, and the whole program in this process.
type person struct {
	*testing.T
	home   string
	drive  *providertest.Account
	clock  time.Time
	down   error                                   // why the account cannot be opened
	beside func(providers.Driver) providers.Driver // what the account is opened as; nil: as it is
}

const (
	onDisk  = "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png"
	inDrive = "/AI/ChatGPT Image Apr 20, 2026, 01_17_01 AM.png"
)

const accountPolicy = `version: 1
storages:
  home: {type: local, roots: [~/Downloads]}
  drive: {type: gdrive, client: ~/client.json}
rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash}]
settle: 0s
`

func newPerson(t *testing.T) *person {
	t.Helper()
	p := &person{T: t, home: t.TempDir(), drive: providertest.NewAccount(), clock: time.Now().Add(time.Hour)}
	p.write(".config/sweepd/policy.yaml", []byte(accountPolicy))
	p.write("Downloads/"+onDisk, smallPicture(0))
	p.drive.Write(inDrive, smallPicture(1), p.clock.AddDate(0, 0, -100))
	return p
}

func (p *person) write(name string, content []byte) {
	p.Helper()
	path := filepath.Join(p.home, name)
	then := p.clock.AddDate(0, 0, -100)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600),
		os.Chtimes(path, then, then)); err != nil {
		p.Fatal(err)
	}
}

// open is what opens the account.
func (p *person) open(_ context.Context, name string, st policy.Storage) (providers.Driver, []string, error) {
	if p.down != nil {
		return nil, nil, p.down
	}
	if name != "drive" || st.Type != policy.GDrive || st.Client != filepath.Join(p.home, "client.json") {
		p.Errorf("opened %s: %+v", name, st)
	}
	var d providers.Driver = providertest.NewMemory(p.drive)
	if p.beside != nil {
		d = p.beside(d)
	}
	return d, st.Roots, nil
}

// says runs the program, and checks its exit status and its output on either stream.
func (p *person) says(status int, command string, want ...string) (stdout string) {
	p.Helper()
	var out, errs bytes.Buffer
	args := strings.Split(command, " ")
	for i, arg := range args {
		args[i] = strings.NewReplacer("DRIVE", "drive:"+inDrive, "DISK",
			filepath.Join(p.home, "Downloads", onDisk)).Replace(arg)
	}
	run := &program{
		args: args, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, account: p.open,
		getenv: func(name string) string { return map[string]string{"HOME": p.home}[name] },
		now:    func() time.Time { return p.clock }, uptime: func() (string, time.Duration) {
			return "boot", time.Hour
		},
	}
	got := run.main(p.Context())
	all := out.String() + errs.String()
	if got != status {
		p.Errorf("%s: status %d, want %d\n%s", command, got, status, all)
	}
	for _, w := range want {
		if rest, not := strings.CutPrefix(w, "!"); not == strings.Contains(all, rest) {
			p.Errorf("%s: want %s in:\n%s", command, w, all)
		}
	}
	return out.String()
}

// there checks whether the picture of the account is in its place.
func (p *person) there(want bool) {
	p.Helper()
	if _, ok := p.drive.Content(inDrive); ok != want {
		p.Errorf("the account's picture is in its place: %v, want %v", ok, want)
	}
}

func TestAnAccountIsSweptAndUndoneBesideTheDisk(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.says(0, "scan", "drive:"+inDrive, "~/Downloads/"+onDisk, "2 matched", "sweepd apply")
	p.says(0, "scan drive", "drive:"+inDrive, "1 matched", "!Downloads")
	p.says(0, "scan --json drive", `"storage":"drive","path":"`+inDrive+`","ref":"id-1"`)
	p.says(0, "scan --json home", `!"ref"`)
	p.says(0, "apply --yes", "moved 2 files to the trash",
		"in the trash of drive, recoverable until "+p.clock.AddDate(0, 0, 30).Format(time.DateOnly)+
			": Google Drive deletes it after 30 days")
	p.there(false)
	p.says(0, "trash list drive", "drive:"+inDrive, "ours")
	p.says(0, "history 1", "drive:"+inDrive)
	p.says(0, "history --json 1", `"path":"`+inDrive+`","ref":"id-1"`)
	p.says(0, "undo 1", "restored 2 files")
	p.there(true)
	p.says(0, "forget DRIVE", "returned to the policy")
	for _, name := range []string{"DRIVE", "drive:id-1"} {
		p.says(0, "apply --yes drive", "moved 1 file")
		p.there(false)
		p.says(0, "undo "+name, "restored 1 file")
		p.there(true)
		p.says(0, "forget "+name, "drive:"+inDrive+": returned to the policy")
	}
	p.says(0, "apply --yes home", "!in the trash of drive")
}

func TestAFileOfAnAccountIsNamedByItsPathOrItsId(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.says(2, "explain DRIVE", "no scan has found drive:"+inDrive, "hint: list files with: sweepd scan drive")
	p.says(0, "scan")
	for _, name := range []string{"DRIVE", "drive:id-1"} {
		p.says(0, "explain "+name, "drive:"+inDrive, "by its id drive:id-1", "decides")
		p.says(0, "keep "+name, "drive:"+inDrive+": kept")
		p.says(0, "explain "+name, "you kept it")
		p.says(2, "approve "+name, "is neither held nor up for review")
		p.says(0, "forget "+name, "returned to the policy")
	}
	p.says(1, "explain drive:id-7", "error:")
	p.says(2, "undo drive:id-1", "sweepd has not moved")
	p.says(2, "undo "+inDrive, "sweepd has not moved")
	p.says(1, "explain other:/a.png", "no such file")
	p.says(2, "scan drive:/AI", "is part of an account, and accounts are swept as a whole", "name the storage: drive")
	p.drive.Remove(inDrive)
	p.says(2, "explain DRIVE", "no scan has found")
}

// twins gives every file of an account the same name, as it may be there.
type twins struct{ providers.Driver }

func (d twins) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	e, err := d.Driver.Stat(ctx, ref)
	e.Path = inDrive
	return e, err
}

func (d twins) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		for c, err := range d.Driver.Changes(ctx, since) {
			if c.Entry.Ref != "" {
				c.Entry.Path = inDrive
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

func TestANameThatIsGivenTwiceIsAQuestion(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.beside = func(d providers.Driver) providers.Driver { return twins{d} }
	p.drive.Write("/other.png", smallPicture(2), p.clock.AddDate(0, 0, -100))
	p.says(0, "scan drive", "2 matched")
	p.says(2, "keep DRIVE", "2 files are named drive:"+inDrive, "hint: use the id: drive:id-1 or drive:id-2")
	p.says(0, "keep drive:id-2", "kept")
	p.says(0, "scan drive", "keep 1", "trash 1")
}

func TestAnAccountThatCannotBeOpenedStopsNoDisk(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.down = &app.UsageError{Err: errors.New("not signed in"), Hint: "sweepd login drive"}
	const said = "warning: cannot open drive: not signed in; hint: sweepd login drive"
	p.says(1, "scan", said, "~/Downloads/"+onDisk, "1 matched")
	p.says(2, "scan drive", "error: open drive: not signed in", "hint: sweepd login drive")
	p.says(2, "scan home drive", "error: open drive: not signed in")
	p.says(2, "explain DRIVE", "error: open drive: not signed in")
	p.says(0, "scan home", "1 matched", "!drive")
	p.says(1, "trash list", said)
	p.says(1, "apply --yes", said, "moved 1 file")
	p.there(true)
}

func TestAnUndoOfBothBringsBackWhatCanBeReached(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.says(0, "apply --yes", "moved 2 files")
	p.down = errors.New("no network")
	p.says(1, "undo 1", "warning: cannot open drive: no network", "cannot restore drive:"+inDrive,
		"restored 1 file")
	p.there(false)
	p.says(1, "undo 1", "error: open drive: no network")
	p.down = nil
	p.write(".config/sweepd/policy.yaml", []byte("no policy"))
	p.says(2, "undo 1", `the policy has no account "drive"`, "add the storage to the policy again")
	p.write(".config/sweepd/policy.yaml", []byte(accountPolicy))
	p.says(0, "undo 1", "restored 1 file")
	p.there(true)
}

func TestAFileOfThisMachineIsNeverMistakenForOneOfAnAccount(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	// the same path there
	p.drive.Write(filepath.Join(p.home, "Downloads", onDisk), smallPicture(3), p.clock.AddDate(0, 0, -100))
	p.says(0, "apply --yes", "moved 3 files")
	p.says(0, "undo DISK", "restored 1 file")
	if _, err := os.Stat(filepath.Join(p.home, "Downloads", onDisk)); err != nil {
		t.Error(err)
	}
	if got := p.drive.Bin(); len(got) != 2 {
		t.Errorf("the account's trash holds %q, want both of its own", got)
	}
	p.says(2, "undo DISK", "sweepd has not moved")
}

func TestStoragesAndAccountsAreCompleted(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	for _, verb := range []string{"scan", "plan", "apply", "trash list", "trash purge", "trash empty"} {
		if got := p.says(0, "__complete "+verb+" d"); !strings.HasPrefix(got, "drive\n") {
			t.Errorf("%s d: got %q", verb, got)
		}
	}
	for _, verb := range []string{"explain", "keep", "approve", "forget", "undo"} {
		if got := p.says(0, "__complete "+verb+" dr"); !strings.HasPrefix(got, "drive:\n") {
			t.Errorf("%s dr: got %q", verb, got)
		}
	}
}
