package daemon

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// keeping is the policy of a house with a rule more, that keeps everything.
func keeping(more string) string {
	return strings.Replace(fmt.Sprintf(housePolicy, "enforce", ""), "rules:\n",
		"rules:\n  - {name: precious, when: {path: \"/**\"}, do: keep}\n", 1) + more
}

func TestAServiceDeletesNothingByAPolicyThatIsNoLongerInTheFile(t *testing.T) {
	t.Parallel()
	const manual = "reload: manual\n"
	inForce := fmt.Sprintf(housePolicy, "enforce", "") + manual
	for _, test := range []struct {
		name string
		do   func(t *testing.T, h *house)
	}{
		{"a rule that keeps was added", func(_ *testing.T, h *house) { h.write(keeping(manual)) }},
		{"it only reports", func(_ *testing.T, h *house) { h.write(fmt.Sprintf(housePolicy, "report", "") + manual) }},
		{"it has quiet hours", func(_ *testing.T, h *house) {
			h.write(fmt.Sprintf(housePolicy, "enforce", `, quiet: "02:00-05:00"`) + manual)
		}},
		{"it is wrong", func(_ *testing.T, h *house) { h.write("version: 1\n") }},
		{"it is empty", func(_ *testing.T, h *house) { h.write("") }},
		{"it is gone", func(t *testing.T, h *house) {
			if err := os.Remove(h.policyFile()); err != nil {
				t.Fatal(err)
			}
		}},
		{"it is a folder", func(t *testing.T, h *house) {
			if err := os.Remove(h.policyFile()); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(h.policyFile(), 0o700); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, "enforce", "")
				h.options = func(o *Options) { o.ClockPoll = 10 * time.Minute }
				h.write(inForce)
				h.put("drive", ours(1), 1)
				h.start()
				time.Sleep(2 * time.Hour)
				test.do(t, h)
				time.Sleep(25 * time.Hour)
				synctest.Wait()
				h.bin("drive")
				if n := strings.Count(h.log.String(), "the policy was not loaded"); n != 1 {
					t.Errorf("it is said %d times, want once:\n%s", n, h.log.String())
				}
				if err := os.RemoveAll(h.policyFile()); err != nil {
					t.Fatal(err)
				}
				h.write("# as it was\n" + inForce) // which is the policy that was read
				time.Sleep(20 * time.Minute)
				synctest.Wait()
				h.bin("drive", "/"+ours(1))
				if err := h.end(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A single sweep does not read the file again: it ends with an error.
func TestASingleSweepEndsWhenThePolicyIsChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "enforce", "")
	h.put("drive", ours(1), 1)
	h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) {
		return shut{d, func() error { h.write(keeping("")); return nil }}, nil
	}
	o := h.runOptions()
	o.Once = true
	err := Run(t.Context(), o)
	if !errors.Is(err, ErrOutdated) || !errors.Is(err, sweeper.ErrPaused) ||
		strings.Contains(err.Error(), "about to be read") {
		t.Errorf("got %v, want %v", err, ErrOutdated)
	}
}

// The file is changed at the last moment, long after it was last checked.
func TestAPolicyThatIsChangedRightBeforeASweepHoldsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.options = func(o *Options) { o.ClockPoll = 24 * time.Hour }
		h.put("drive", ours(1), 1)
		h.start()
		time.Sleep(3*time.Hour - time.Second)
		h.write(keeping(""))
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAChangedPolicyIsReadByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", "")
		changed := make(chan struct{})
		h.options = func(o *Options) { o.Changed = changed }
		h.put("drive", ours(1), 1)
		h.start()
		h.write(fmt.Sprintf(housePolicy, "enforce", ", on_change: true"))
		changed <- struct{}{}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

// The first part of a policy that is being written may keep less.
func TestAPolicyThatIsBeingWrittenIsNotGoneByYet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", "")
		changed := make(chan struct{})
		h.options = func(o *Options) { o.Changed = changed }
		h.put("drive", ours(1), 1)
		h.start()
		for n := range 5 {
			h.write(fmt.Sprintf(housePolicy, "enforce", ", on_change: true") + strings.Repeat("# more\n", n))
			changed <- struct{}{}
			time.Sleep(4 * time.Second)
		}
		h.write(keeping(""))
		changed <- struct{}{}
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive")
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

// The policy is valid, but the file of a sink in it does not exist.
func TestAChangedPolicyThatCannotBeTakenIsTriedAndToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.start()
		h.write(fmt.Sprintf(housePolicy, "enforce", "") + "notify: [{to: nowhere, on: [failed]}]\n")
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		if n := strings.Count(h.log.String(), "not loaded"); n != 1 {
			t.Errorf("it is said %d times, want once:\n%.2000s", n, h.log.String())
		}
		h.write(fmt.Sprintf(housePolicy, "enforce", ""))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

// Every command uses the policy that is found first, also if the service has read
// another one.
func TestAPolicyThatIsFoundFirstReplacesTheOneThatWasRead(t *testing.T) {
	t.Parallel()
	first, second := filepath.Join(t.TempDir(), "policy.yaml"), filepath.Join(t.TempDir(), "policy.yaml")
	f := &policyFile{paths: app.Paths{Policy: []string{first, second}}}
	text := []byte(fmt.Sprintf(housePolicy, "enforce", ""))
	write := func(path string) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(second)
	path, p, err := f.open()
	if err != nil {
		t.Fatal(err)
	}
	f.follow(path, p)
	if c := f.changed(time.Now()); c != nil || path != second {
		t.Fatalf("got %+v of %s, want no change of %s", c, path, second)
	}
	write(first)
	if c := f.changed(time.Now()); c == nil || c.next == nil || !strings.Contains(c.why.String(), second) {
		t.Errorf("got %+v, want that the policy file is no longer %s", c, second)
	}
	path, p, err = f.open()
	if err != nil {
		t.Fatal(err)
	}
	if f.follow(path, p); path != first || f.changed(time.Now()) != nil {
		t.Errorf("read %s, want %s", path, first)
	}
}
