package daemon

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// Under another policy a storage is looked at anew, as by a service that has loaded it. What the user asked for is not
// lost.
func TestATurnTakesOverWhatWasLeftUnderItsOwnPolicy(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	all := agenda{scanned: now, soonest: now, retry: now, left: true, held: true, asked: true, failures: 2}
	text := all.text("one")
	for by, want := range map[string]agenda{"one": all, "two": {retry: now, asked: true}} {
		var a agenda
		if err := a.remember(text, by); err != nil || a != want {
			t.Errorf("under %s: got %+v, %v; want %+v", by, a, err, want)
		}
	}
}

// TestTheMemoryOfATurnIsThatOfItsVersion fails if the memory changes, which workers of other versions read. Then
// internal/fleet/schema needs another file, of a remark if no table changes.
func TestTheMemoryOfATurnIsThatOfItsVersion(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	got := agenda{scanned: at, soonest: at, retry: at, left: true, held: true, asked: true, failures: 2}.text("one")
	want := strings.ReplaceAll(`{"policy":"one","scanned":AT,"soonest":AT,"retry":AT,"left":true,"held":true,`+
		`"asked":true,"failures":2}`, "AT", `"2026-11-30T12:00:00Z"`)
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !Held(got) || Held(agenda{}.text("one")) || Held("") {
		t.Error("whether a plan waits for the user is not what the memory says")
	}
}

func TestASignatureIsOfWhatIsDeletedAndWhen(t *testing.T) {
	read := func(text string) *policy.Policy {
		t.Helper()
		p, err := app.ParsePolicy("policy.yaml", []byte(text), "/home/mia")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	const text = `version: 1
mode: report
storages: {drive: {type: gdrive, client: /client.json}}
rules: [{name: mine, when: {confidence: likely}, do: trash}]
schedule: {sweep: daily 03:00}
`
	is := Signature(read(text))
	for old, c := range map[string]struct {
		now  string
		same bool
	}{
		"version: 1":   {"# A remark.\nversion: 1", true},
		"report":       {"enforce", false},
		"do: trash":    {"do: keep", false},
		"daily 03:00}": {"daily 04:00}", false},
		"03:00}":       {"03:00, quiet: \"12:00-14:00\"}", false},
	} {
		if got := Signature(read(strings.Replace(text, old, c.now, 1))); (got == is) != c.same {
			t.Errorf("%q instead of %q: the same signature is %t", c.now, old, got == is)
		}
	}
}

// A database that does not say whether there is a pause may do so in a moment; a pause ends when somebody ends it.
func TestATurnThatCannotAskWhetherItMayDeleteIsMadeAgainSoon(t *testing.T) {
	t.Parallel()
	doubt := fmt.Errorf("%w: %w", sweeper.ErrPaused, journal.ErrUnreachable)
	for _, c := range []struct {
		what  string
		why   error
		after int // the questions that are answered before
		soon  bool
	}{
		{"at its begin", doubt, 0, true},
		{"before the move", doubt, 2, true},
		{"a pause before the move", sweeper.ErrPaused, 2, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, "enforce", ", on_change: true")
				h.put("drive", ours(1), 1)
				asked, answers := 0, false // one at a time: there is one file
				h.options = func(o *Options) {
					o.Hold = func(time.Time) error {
						if asked++; answers || asked <= c.after {
							return nil
						}
						return c.why
					}
				}
				d := newDaemon(h.runOptions())
				if err := d.begin(t.Context()); err != nil {
					t.Fatal(err)
				}
				s, slice := &Service{d}, Slice{Files: 500, Time: time.Minute}
				turn, err := s.Turn(t.Context(), "drive", "", slice)
				soon := turn.Err != nil && turn.Wait < time.Minute
				if err != nil || soon != c.soon || turn.Left == c.soon {
					t.Errorf("got %+v, %v; want it again soon: %v", turn, err, c.soon)
				}
				h.bin("drive")
				answers = true
				time.Sleep(turn.Wait)
				if turn, err = s.Turn(t.Context(), "drive", turn.Memory, slice); err != nil || turn.Err != nil {
					t.Errorf("got %+v, %v", turn, err)
				}
				h.bin("drive", "/"+ours(1))
				if err := d.end(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
