package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file, or writes it.
var english language.Printer

func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the code says (-update rewrites it), -want +got:\n%s", file, diff)
	}
}

const rules = `
version: 1
mode: enforce
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: the album, when: {path: "**/album/**"}, do: keep}
  - {name: slowly, when: {confidence: likely, derived: include, path: "**/later/**"}, do: trash, grace: 7d}
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
  - {name: unsure, when: {confidence: possible}, do: review}
protect: {git: keep}
trash: {ours: 30d}
limits: {files: 100, bytes: 1GB, share: 100%}
`

// box is a storage in memory, a real journal, and the engine over both. At
// its time the day is the same from Honolulu to Auckland.
type box struct {
	testing.TB
	account *providertest.Account
	driver  *providertest.Faulty
	journal *journal.Journal
	policy  *policy.Policy
	clock   time.Time
}

func newBox(t testing.TB, policyText string) *box {
	t.Helper()
	b := &box{TB: t, account: providertest.NewAccount(), clock: time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)}
	b.account.Lack(providers.CanFollow)
	b.fail()
	var err error
	if b.policy, err = policyfile.Parse("policy.yaml", []byte(policyText),
		policyfile.ParseOptions{Home: "/home/ann"}); err != nil {
		t.Fatal(err)
	}
	b.journal, err = journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"), journal.Options{Now: b.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.journal.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *box) now() time.Time { return b.clock }

func (b *box) fail(faults ...providertest.Fault) {
	b.driver = providertest.NewFaulty(providertest.NewMemory(b.account), faults...)
}

func (b *box) storage() *providers.Storage {
	b.Helper()
	st, err := providers.NewStorage("home", b.driver,
		providers.Options{Roots: []string{"/data/root"}, Recorder: b.journal, Protect: b.policy.Protect})
	if err != nil {
		b.Fatal(err)
	}
	return st
}

func (b *box) sweeper() *sweeper.Sweeper {
	b.Helper()
	s, err := sweeper.New(sweeper.Options{
		Policy: b.policy, Journal: b.journal, Storages: []*providers.Storage{b.storage()},
		Classifier: fingerprint.New(), Now: b.now,
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// ours is a download name in a folder below the root.
func ours(folder string, n int) string {
	return path.Join("/data/root", folder, fmt.Sprintf("ChatGPT Image Apr 20, 2026, 01_17_%02d AM.png", n))
}

// painted is a picture in one colour.
func painted(n int) []byte {
	var out bytes.Buffer
	img := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.RGBA{byte(n), 100, 200, 255}})
	if err := png.Encode(&out, img); err != nil {
		panic(err) // no image of ours
	}
	return out.Bytes()
}

// put writes a picture that has been quiet for a hundred days.
func (b *box) put(path string, n int) {
	b.account.Write(path, painted(n), b.clock.AddDate(0, 0, -100))
}

func (b *box) plan(o sweeper.ScanOptions) (*sweeper.Plan, *sweeper.Summary) {
	b.Helper()
	p, sum, err := b.sweeper().Plan(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	return p, sum
}

// apply plans, lets something happen, and executes.
func (b *box) apply(meanwhile func()) int64 {
	b.Helper()
	p, _ := b.plan(sweeper.ScanOptions{})
	meanwhile()
	sum, err := b.sweeper().Execute(b.Context(), p, nil)
	if sum == nil {
		b.Fatal(err)
	}
	return sum.Run
}

func (b *box) read(run int64) report.Run {
	b.Helper()
	r, err := report.Read(b.Context(), b.journal, run, b.policy)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// cases are the runs of the golden files.
var cases = map[string]func(b *box) report.Run{
	"nothing": func(b *box) report.Run {
		b.account.Write("/data/root/notes.txt", nil, b.clock.AddDate(0, 0, -100))
		return b.read(b.apply(func() {}))
	},
	"trashed": func(b *box) report.Run {
		b.fill()
		return b.read(b.apply(func() {}))
	},
	"refused": func(b *box) report.Run {
		b.fill()
		return b.read(b.apply(func() {
			b.put(ours("", 0), 100)
			b.account.Hold(ours("", 1), providers.Held{
				Guard: providers.GuardGit,
				Why:   language.Verbatim("Git tracks it (in \"/data/root\")"),
			})
			b.fail(providertest.Fault{Method: "Trash", Err: fmt.Errorf("%s: %w", ours("", 2), fs.ErrPermission)})
		}))
	},
	"partial": func(b *box) report.Run {
		b.fill()
		b.plan(sweeper.ScanOptions{})
		b.fail(providertest.Fault{
			Method: "Changes",
			Nth:    2,
			Err:    &providers.UnlistedError{Path: "/data/root/private", Err: fs.ErrPermission},
		})
		return b.read(b.apply(func() {}))
	},
	"report mode": func(b *box) report.Run {
		b.fill()
		_, sum := b.plan(sweeper.ScanOptions{})
		return report.FromScan(b.clock, b.clock, sum, nil, b.policy)
	},
	"over the limits": func(b *box) report.Run {
		b.fill()
		b.policy.Limits.Files = 2
		p, sum := b.plan(sweeper.ScanOptions{})
		return report.FromScan(b.clock, b.clock, sum, b.sweeper().Allow(b.Context(), p), b.policy)
	},
	"purged": func(b *box) report.Run {
		b.fill()
		b.apply(func() {})
		b.clock = b.clock.AddDate(0, 0, 40)
		return b.read(b.apply(func() {}))
	},
	"undone": func(b *box) report.Run {
		b.fill()
		run := b.apply(func() {})
		ops, err := b.journal.Undoable(b.Context(), journal.Undone{Run: run})
		if err != nil {
			b.Fatal(err)
		}
		sum, err := b.sweeper().Undo(b.Context(), ops, nil)
		if err != nil {
			b.Fatal(err)
		}
		return b.read(sum.Run)
	},
	"stopped": func(b *box) report.Run {
		run, err := b.journal.BeginRun(b.Context(), "apply", b.policy.Hash())
		if err == nil { // how many are moved before a run is stopped differs from run to run
			err = b.journal.EndRun(
				b.Context(),
				run,
				[]byte(`{"seen":10,"images":10,"matched":6,"by_confidence":{"likely":6},"trashed":2,"bytes":174,
				"storages":["home","work"],
				"rules":{"mine":{"matched":6,"due":5,"due_bytes":435,"held":{"guard:open":1},"trashed":2,"bytes":174},
				"a rule of old":{"matched":1,"review":1}}}`),
				context.Canceled,
			)
		}
		if err != nil {
			b.Fatal(err)
		}
		return b.read(run)
	},
}

// fill puts files for every rule, and one for none.
func (b *box) fill() {
	for n := range 4 {
		b.put(ours("", n), n)
	}
	b.put(ours("album", 10), 10)
	b.put(ours("later", 11), 11)
	b.put(ours("later", 12), 12)
	b.put(ours("Emma's \u202esecret", 13)+".bak.png", 13)
	b.account.Write(ours("", 14), painted(14), b.clock.Add(-time.Minute))
	b.put("/data/root/holiday.png", 15)
}

func TestTextsOfRuns(t *testing.T) {
	for name, make := range cases {
		t.Run(name, func(t *testing.T) {
			r := make(newBox(t, rules))
			text := "--- subject\n" + r.Subject(english) + "\n--- without names\n" +
				r.Text(english, false) + "--- with names\n" +
				r.Text(english, true)
			golden(t, strings.ReplaceAll(name, " ", "_")+".txt", text)
		})
	}
}

// secrets returns the texts that no report without names may contain: every part of every path in the storage and the
// record, other than those of a root.
func (b *box) secrets() []string {
	b.Helper()
	all := []string{"ChatGPT Image", "album", "later", "secret", "private", "holiday", "notes", "/data", ".png"}
	for op, err := range b.journal.Operations(b.Context(), journal.Filter{}) {
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, op.Op.Entry.Path, op.Op.Entry.Name())
	}
	return all
}

func TestNothingThatLeavesTheMachineHasAName(t *testing.T) {
	hidden := strings.Replace(rules, "the album", "kept", 1)
	for name, make := range cases {
		b := newBox(t, hidden)
		r := make(b)
		d := report.NewDigest(b.clock, b.clock.AddDate(0, 0, 30), b.policy)
		b.plan(sweeper.ScanOptions{Each: d.Add})
		texts := map[string]string{"fields": logged(r)}
		for _, in := range language.All() {
			tag := " in " + in.Tag()
			texts["subject"+tag], texts["text"+tag] = r.Subject(in), r.Text(in, false)
			texts["digest's subject"+tag], texts["digest"+tag] = d.Subject(in), d.Text(in, false)
		}
		for what, text := range texts {
			for _, secret := range b.secrets() {
				if strings.Contains(text, secret) {
					t.Errorf("%s: the %s has %q:\n%s", name, what, secret, text)
				}
			}
		}
		if len(r.Files) > 0 && !strings.Contains(r.Text(english, true), path.Base(r.Files[0].Path)) {
			t.Errorf("%s: with names there are none:\n%s", name, r.Text(english, true))
		}
		if r.Text(language.For("de"), false) == r.Text(english, false) {
			t.Errorf("%s: it is English in German:\n%s", name, r.Text(english, false))
		}
	}
}

func TestAnErrorOfARunIsNotToldWhereItMayNameAFile(t *testing.T) {
	b := newBox(t, rules)
	run, err := b.journal.BeginRun(t.Context(), "apply", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.journal.EndRun(t.Context(), run, nil,
		errors.New(`open "/home/ann/diary.png": no space left`)); err != nil {
		t.Fatal(err)
	}
	r := b.read(run)
	if text := r.Text(english, false); strings.Contains(text, "diary") ||
		!strings.Contains(text, "see: sweepd history 1") {
		t.Errorf("without names:\n%s", text)
	}
	if text := r.Text(english, true); !strings.Contains(text, "diary") {
		t.Errorf("with names:\n%s", text)
	}
	of := report.FromScan(b.clock, b.clock, nil, errors.New("/home/ann/diary.png is odd"), b.policy)
	if text := of.Subject(english) + of.Text(english, false); strings.Contains(text, "diary") {
		t.Errorf("without names:\n%s", text)
	}
}

func TestARunThatIsUnderWayIsSaidToBe(t *testing.T) {
	b := newBox(t, rules)
	run, err := b.journal.BeginRun(t.Context(), "apply", "")
	if err != nil {
		t.Fatal(err)
	}
	if text := b.read(run).Text(english, false); !strings.Contains(text, "interrupted, or is still running") {
		t.Errorf("got:\n%s", text)
	}
	if _, err := report.Read(t.Context(), b.journal, run+1, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a run that never was: %v, want fs.ErrNotExist", err)
	}
}

// logged returns the line of a log in JSON that has the run, without its time.
func logged(r report.Run) string {
	var line strings.Builder
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	slog.New(slog.NewJSONHandler(&line, &slog.HandlerOptions{ReplaceAttr: noTime})).Info("m", "", r)
	return line.String()
}

func TestAttributesAreTheSummarys(t *testing.T) {
	b := newBox(t, rules)
	r := cases["trashed"](b)
	size := func(names ...int) (n int) {
		for _, i := range names {
			n += len(painted(i))
		}
		return n
	}
	want := fmt.Sprintf(`{"level":"INFO","msg":"m","kind":"apply","result":"moved 4 files to the trash, started the `+
		`grace of 2 files (%s)","run":1,"storage":"home","partial":false,"seen":10,"images":10,"matched":9,"held":3,`+
		`"review":1,"trashed":4,"restored":0,"purged":0,"marked":2,"gone":0,"refused":0,"failed":0,`+
		`"bytes":%d,"freed":0,"errors":0,"duration_ms":0}`, language.Size(int64(size(0, 1, 2, 3))), size(0, 1, 2, 3))
	if diff := cmp.Diff(want+"\n", logged(r)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestARunIsJSON(t *testing.T) {
	b := newBox(t, rules)
	r := cases["trashed"](b)
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Run     int64
		Kind    string
		Summary struct {
			Trashed int64
			Rules   map[string]struct{ Trashed int64 }
		}
		Kept []struct {
			Storage string
			Files   int64
			Until   time.Time
		}
		Files []struct{ Path, Kind, State string }
		Moved int64
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.Run != 1 || back.Kind != "apply" || back.Summary.Trashed != 4 || back.Summary.Rules["mine"].Trashed != 4 ||
		back.Moved == 0 ||
		len(back.Files) != 4 || back.Files[0].Kind != "trash" || back.Files[0].State != "done" ||
		len(back.Kept) != 1 || back.Kept[0].Files != 4 || !back.Kept[0].Until.Equal(b.clock.AddDate(0, 0, 30)) {
		t.Errorf("got %s", text)
	}
}

func TestWhatIsInTheTrashIsKeptByWhoeverEndsItFirst(t *testing.T) {
	const drive = `
version: 1
storages: {cloud: {type: gdrive, client: /client.json}, box: {type: dropbox, app_key: abcdefghij12345, purge: off},
  home: {type: local, roots: [/data/root]}}
rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash}]
trash: {ours: %s}
`
	for _, c := range []struct{ ours, storage, want string }{
		{"7d", "home", "in the trash of home, recoverable until 2026-11-30: then sweepd purges it"},
		{"off", "home", "in the trash of home until it is emptied"},
		{"7d", "cloud", "in the trash of cloud, recoverable until 2026-11-30: then sweepd purges it"},
		{"60d", "cloud", "in the trash of cloud, recoverable until 2026-12-23: Google Drive deletes it after 30 days"},
		{"off", "cloud", "in the trash of cloud, recoverable until 2026-12-23: Google Drive deletes it after 30 days"},
		{
			"7d",
			"box",
			"in the trash of box, recoverable until 2026-12-23: Dropbox keeps it for 30, 180 or 365 days, by plan; " +
				"to purge now: https://www.dropbox.com/deleted_files",
		},
	} {
		b := newBox(t, fmt.Sprintf(drive, c.ours))
		run, err := b.journal.BeginRun(t.Context(), "apply", "")
		if err != nil {
			t.Fatal(err)
		}
		key, err := b.journal.Begin(t.Context(),
			providers.Op{
				Kind:    providers.OpTrash,
				Storage: c.storage,
				Entry:   providers.Entry{Ref: "r", Revision: "1", Path: "/data/root/a.png"},
				Cause:   providers.Cause{Run: run},
			})
		if err == nil {
			err = b.journal.End(t.Context(), key, providers.Outcome{Receipt: "receipt"})
		}
		if err != nil {
			t.Fatal(err)
		}
		r := b.read(run)
		if len(r.Kept) != 1 || r.Kept[0].String() != c.want || r.Kept[0].Stays != (c.storage == "box") ||
			r.Kept[0].Account != (c.storage != "home") {
			t.Errorf("ours %s in %s: got %+v, %v; want %q", c.ours, c.storage, r.Kept, r.Kept, c.want)
		}
	}
}

func TestADigestSaysWhatWillBeDeletedUntilADay(t *testing.T) {
	b := newBox(t, rules)
	b.fill()
	b.account.Hold(ours("", 3), providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("Git tracks it")})
	for days, file := range map[int]string{0: "digest_today.txt", 10: "digest.txt"} {
		d := report.NewDigest(b.clock, b.clock.AddDate(0, 0, days), b.policy)
		b.plan(sweeper.ScanOptions{Each: d.Add})
		golden(t, file, "--- subject\n"+d.Subject(english)+"\n--- without names\n"+
			d.Text(english, false)+"--- with names\n"+
			d.Text(english, true))
	}
	d := report.NewDigest(b.clock, b.clock.AddDate(0, 0, -1), b.policy)
	b.plan(sweeper.ScanOptions{Each: d.Add})
	golden(t, "digest_nothing.txt", "--- subject\n"+d.Subject(english)+"\n--- without names\n"+
		d.Text(english, false))
}

func TestADigestNamesTheFirstTwentyInWhateverOrderTheyCome(t *testing.T) {
	b := newBox(t, rules)
	var all []sweeper.Found
	for n := range 50 {
		all = append(all, sweeper.Found{
			Storage: "home", Entry: providers.Entry{Path: fmt.Sprintf("/data/root/%02d.png", n), Size: 1},
			Decision: policy.Decision{
				Action:     policy.Hold,
				ReasonCode: policy.ReasonGrace,
				Rule:       "slowly",
				NotBefore:  b.clock.AddDate(0, 0, n),
			},
		})
	}
	texts := map[string]bool{}
	for range 3 {
		slices.Reverse(all)
		d := report.NewDigest(b.clock, b.clock.AddDate(0, 0, 40), b.policy)
		for _, f := range all {
			d.Add(f)
		}
		text := d.Text(english, true)
		texts[text] = true
		if !strings.Contains(text, "41 files") || !strings.Contains(text, "/00.png") ||
			!strings.Contains(text, "/19.png") || strings.Contains(text, "/20.png") ||
			!strings.Contains(text, "and 21 more") {
			t.Errorf("got:\n%s", text)
		}
	}
	if len(texts) != 1 {
		t.Errorf("got %d texts of the same files", len(texts))
	}
}

// TestADigestOfAServiceThatReportsPromisesNothing: under mode: report no grace
// begins and nothing is moved.
func TestADigestOfAServiceThatReportsPromisesNothing(t *testing.T) {
	b := newBox(t, strings.Replace(rules, "mode: enforce", "mode: report", 1))
	b.fill()
	d := report.NewDigest(b.clock, b.clock.AddDate(0, 0, 10), b.policy)
	b.plan(sweeper.ScanOptions{Each: d.Add})
	golden(t, "digest_report.txt", "--- subject\n"+d.Subject(english)+"\n--- without names\n"+
		d.Text(english, false))
}
