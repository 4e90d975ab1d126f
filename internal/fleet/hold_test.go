//go:build unix

package fleet

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

func TestWhatABeatSaysIsTrueForItsPolicyAndForSomeBeats(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	h := &heldFor{policy: "a enforce", until: now.Add(time.Minute)}
	for _, c := range []struct {
		what, policy string
		at           time.Time
		held, doubt  bool
	}{
		{"at the beat", "a enforce", now, false, false},
		{"with a policy that was loaded since", "b enforce", now, true, false},
		{"in a mode that was loaded since", "a report", now, true, false},
		{"after beats that failed", "a enforce", now.Add(61 * time.Second), true, true},
	} {
		err := h.against(c.at, c.policy)
		if errors.Is(err, sweeper.ErrPaused) != c.held || errors.Is(err, journal.ErrUnreachable) != c.doubt {
			t.Errorf("%s: got %v, want held: %v, and in doubt: %v", c.what, err, c.held, c.doubt)
		}
	}
}

// A storage with files that may not be deleted now is due again in five minutes, because what is against it may be over
// before the next look. Others wait for that.
func TestAStorageWhoseFilesAreHeldIsDueSoon(t *testing.T) {
	dsn := server.Schema(t)
	j := must(journal.Open(t.Context(), dsn, journal.Options{Now: time.Now}))(t)
	ok(t, j.SetPause(t.Context(), time.Now(), time.Time{}))
	ok(t, j.Close())
	held := providertest.NewAccount()
	held.Write("/"+ours, rehearsal.Picture(1), time.Now().AddDate(0, 0, -100))
	stop := begin(t, inMemory(t, dsn, []string{
		"  held: {type: gdrive, client: /c.json, account: held@x.example}",
		"  none: {type: gdrive, client: /c.json, account: none@x.example}",
	}, func(name string) (providers.Driver, error) {
		return providertest.NewMemory(map[string]*providertest.Account{
			"held": held, "none": providertest.NewAccount(),
		}[name]), nil
	}))
	w := &world{TB: t, database: dsn}
	w.until("both have had a turn", `SELECT count(*) = 2 FROM fleet_storages WHERE state = 'idle' AND ended IS NOT NULL
		AND failure = ''`)
	ok(t, stop())
	var all []string
	ok(t, connect(t, dsn).QueryRow(t.Context(), `SELECT array_agg(storage || ' ' ||
		round(extract(epoch FROM next_due - ended) / 60) ORDER BY storage) FROM fleet_storages`).Scan(&all))
	if want := []string{"held 5", "none 15"}; !slices.Equal(all, want) || len(held.Bin()) != 0 {
		t.Errorf("due after so many minutes: got %q, want %q; moved: %v", all, want, held.Bin())
	}
}

// A turn that does not end, as of a service that never answers, keeps a worker from its end for the set time alone.
func TestATurnThatHangsDelaysTheEndOfItsWorkerForTheSetTime(t *testing.T) {
	dsn, hanging, hang := server.Schema(t), make(chan struct{}), make(chan struct{})
	o := inMemory(t, dsn, []string{"  drive: {type: gdrive, client: /c.json, account: a@x.example}"},
		func(string) (providers.Driver, error) {
			close(hanging)
			<-hang
			return nil, errors.New("too late")
		})
	defer close(hang)
	o.ShutdownTimeout = 300 * time.Millisecond
	stop := begin(t, o)
	<-hanging
	began := time.Now()
	err := stop()
	// Without the setting, a service waits for four seconds, and a worker for 20.
	if took := time.Since(began); took < o.ShutdownTimeout || took > 3900*time.Millisecond {
		t.Errorf("the end took %v", took)
	}
	for _, want := range []string{"still busy and not stopped: drive", "some turns have not ended"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if got := (Options{}).withDefaults().ShutdownTimeout; got != 20*time.Second {
		t.Errorf("the standard time is %v", got)
	}
}
