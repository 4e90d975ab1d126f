package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// world is the true state in a soak test, independent of the service.
type world struct {
	*house
	dice   *rand.Rand
	bad    atomic.Bool
	off    atomic.Int64 // how wrong the wall clock is
	asleep atomic.Int64 // how long the machine slept, which timers do not know
	began  time.Time

	put    map[string]placed // files of ours that are in place, by account and path
	mine   map[string]bool   // the user's own files: they stay
	undone map[string]bool   // brought back: they stay
	serial int
}

// placed has the true time at which a file came, and its own date, by the clock of that time. A file with a date in
// the future waits until that is past.
type placed struct{ at, dated time.Time }

// due returns the true time from which the file's grace counts at the latest, if the clock is right by then.
func (p placed) due() time.Time {
	if p.dated.After(p.at) {
		return p.dated
	}
	return p.at
}

// soakLimit is the number of files that may go in a day: more than come after a week of sleep, because no user
// reviews a plan that is over it.
const soakLimit = 200

const soakPolicy = `
version: 1
mode: enforce
storages:
  drive: {type: gdrive, client: /etc/sweepd/client.json}
  box: {type: dropbox, app_key: abcdefghij12345, purge: off}
rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash, grace: 7d}]
trash: {ours: 30d}
limits: {files: 200, bytes: 1GB, share: 100%, surge: off}
schedule: {sweep: "daily 02:30", zone: Europe/Berlin, quiet: "12:00-14:00", jitter: 5m}
`

// moody is a storage that fails now and then on a bad day: before it has done its work, or after, so that the caller
// cannot know.
type moody struct {
	providers.Driver
	bad  *atomic.Bool
	dice *rand.Rand
	turn chan struct{} // holds the dice
}

var errMood = errors.New("not today")

func (m moody) falls(oneIn int) bool {
	m.turn <- struct{}{}
	defer func() { <-m.turn }()
	return m.bad.Load() && m.dice.IntN(oneIn) == 0
}

func (m moody) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	if m.falls(5) {
		return providers.Entry{}, errMood
	}
	return m.Driver.Stat(ctx, ref)
}

func (m moody) Wait(ctx context.Context, since providers.Cursor) error {
	if m.falls(2) {
		return errMood
	}
	return m.Driver.Wait(ctx, since)
}

func (m moody) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	if m.falls(5) {
		return "", errMood
	}
	r, err := m.Driver.Trash(ctx, key, ref, rev)
	if m.falls(5) {
		return "", fmt.Errorf("%w: %w", providers.ErrUncertain, errMood)
	}
	return r, err
}

func (m moody) Purge(ctx context.Context, r providers.Receipt) error {
	if m.falls(4) {
		return errMood
	}
	err := m.Driver.Purge(ctx, r)
	if m.falls(4) {
		return fmt.Errorf("%w: %w", providers.ErrUncertain, errMood)
	}
	return err
}

func newWorld(t *testing.T) *world {
	w := &world{
		house: newHouse(t, "enforce", ""), dice: rand.New(rand.NewPCG(1, 2)), began: time.Now(),
		put: map[string]placed{}, mine: map[string]bool{}, undone: map[string]bool{},
	}
	w.write(soakPolicy)
	moods, turn := rand.New(rand.NewPCG(3, 4)), make(chan struct{}, 1)
	w.wrap = func(_ string, d providers.Driver) (providers.Driver, error) {
		m := moody{d, &w.bad, moods, turn}
		if m.falls(6) {
			return nil, errMood
		}
		return m, nil
	}
	w.ahead = func() time.Duration { return time.Duration(w.off.Load() + w.asleep.Load()) }
	w.options = func(o *Options) {
		o.ClockPoll = 20 * time.Minute
		o.Uptime = func() (string, time.Duration) { return "one", w.trueTime().Sub(w.began) }
	}
	return w
}

// trueTime returns the time by the machine's own counter.
func (w *world) trueTime() time.Time { return time.Now().Add(time.Duration(w.asleep.Load())) }

// day is one day of the world, a few hours at a time.
func (w *world) day(day, days int) {
	calm := day > days-min(30, days/2) // so that what is due can be seen to have gone
	w.bad.Store(!calm && w.dice.IntN(4) == 0)
	for range 4 {
		w.live()
		time.Sleep(6 * time.Hour)
		synctest.Wait()
	}
	switch {
	case calm:
		w.off.Store(0)
	case day%31 == 9: // the machine sleeps for a night, or a week
		w.asleep.Add(int64(time.Duration(1+w.dice.IntN(160)) * time.Hour))
	case day%47 == 20: // the clock is set wrong, and right again
		w.off.Store(int64(time.Duration(w.dice.IntN(4000)-2000) * time.Hour))
	case day%47 == 22:
		w.off.Store(0)
	case day%13 == 5: // the service is restarted, after undos
		if err := w.end(); err != nil {
			w.Error(err)
		}
		w.undo()
		w.start()
	}
}

// live does the user's work of a day.
func (w *world) live() {
	for range 3 + w.dice.IntN(2) {
		account := []string{"drive", "box"}[w.dice.IntN(2)]
		w.serial++
		at := w.now()
		if w.dice.IntN(3) == 0 {
			path := fmt.Sprintf("/holiday %d.png", w.serial)
			w.accounts[account].Write(path, numbered(w.serial), at)
			w.mine[account+path] = true
			continue
		}
		path := fmt.Sprintf("/%d/%s", w.serial, ours(w.serial%3600))
		w.accounts[account].Write(path, numbered(w.serial), at)
		w.put[account+path] = placed{w.trueTime(), at}
	}
	for _, key := range sortedKeys(w.mine) { // the user deletes one of their own files now and then
		if w.dice.IntN(200) == 0 {
			account, path := split(key)
			w.accounts[account].Remove(path)
			delete(w.mine, key)
		}
	}
}

// undo brings back a run, as sweepd undo does.
func (w *world) undo() {
	w.Helper()
	o := w.runOptions().Options
	var run int64
	for _, r := range w.runs() {
		if r.Summary.Trashed > 0 {
			run = r.ID
		}
	}
	if run == 0 || w.bad.Load() {
		return
	}
	o.Act = true
	a, err := app.Open(context.Background(), o)
	if err != nil {
		w.Fatal(err)
	}
	ops, err := a.Journal.Undoable(context.Background(), journal.Undone{Run: run})
	switch {
	case err == nil:
		_, err = a.Sweeper.Undo(context.Background(), ops, nil)
	case errors.Is(err, fs.ErrNotExist): // it was purged meanwhile, or brought back before
		err = nil
	}
	if err := errors.Join(err, a.Close()); err != nil {
		w.Fatal(err)
	}
	for _, op := range ops {
		if _, there := w.accounts[op.Op.Storage].Content(op.Op.Entry.Path); there {
			w.undone[op.Op.Storage+op.Op.Entry.Path] = true
		}
	}
}

// numbered returns a picture like no other. Its size is shared with one in two thousand, as real pictures have it:
// the record finds by size what came back from the trash.
func numbered(n int) []byte {
	return slices.Concat(picture(byte(n)), []byte(strconv.Itoa(n)), make([]byte, n%2000))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func split(key string) (account, path string) {
	for i := range key {
		if key[i] == '/' {
			return key[:i], key[i:]
		}
	}
	return key, ""
}
