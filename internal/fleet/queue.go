package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/internal/schedule"
	"github.com/sweepd/sweepd/policy"
)

// hostQueue is the prefix of the queue of a host. No service has such a name.
const hostQueue = "host-"

// rollQueue is the queue of roll. It is one of its own, so that the directories are read although a service is slow.
const rollQueue = "roll"

// digestQueue is the queue of the digest, whose turn lasts until all receivers have it.
const digestQueue = "digest"

// queuesOf returns the queue of each storage, that of roll if the policy has fleets, whose members it registers, and
// that of the digest if the policy has one. The storages of a service have one queue, those on disks one for each host:
// the name of such a storage is that of its host, an underscore and anything, so that the storages of two hosts are
// never one. It returns a *app.UsageError for a storage on a disk whose name has no host.
func (f *fleet) queuesOf(p *policy.Policy) (map[string]string, error) {
	all := map[string]string{}
	if p.Schedule.Digest != (schedule.Spec{}) {
		all[digestRow] = digestQueue
	}
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		st := p.Storages[name]
		if st.IsFleet() {
			all[roll] = rollQueue
			continue
		}
		if st.Remote() {
			all[name] = st.Type
			continue
		}
		host, _, ok := strings.Cut(name, "_")
		if !ok {
			return nil, &app.UsageError{
				Err: fmt.Errorf("storage %s: its name does not say on which host its folders are", name),
				Hint: fmt.Sprintf("if they are on this host, name it %[1]s_%[2]s; a host sweeps the folders of "+
					"storages whose names begin with its own and an underscore", f.o.Host, name),
			}
		}
		all[name] = hostQueue + strings.ToLower(host)
	}
	return all, nil
}

// sweepsDisks reports whether there are storages on the disks of this host.
func (f *fleet) sweepsDisks(queues map[string]string) bool {
	return slices.Contains(slices.Collect(maps.Values(queues)), hostQueue+f.o.Host)
}

// slots returns how many turns of each queue this worker makes at once. A disk gains nothing from more than one.
func (f *fleet) slots() map[string]int {
	all := map[string]int{hostQueue + f.o.Host: 1, rollQueue: 1, digestQueue: 1}
	for service := range f.quotas {
		all[service] = f.o.Turns
	}
	return all
}

// job is a signal that a storage has a turn.
type job struct{ turn }

// Kind is the name of the job in the database.
func (job) Kind() string { return "sweepd_turn" }

// InsertOpts are those of each job. It is never tried again: the row of its storage has the time of the next turn. The
// states are named because the default has those of jobs that have ended.
func (job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		MaxAttempts: 1,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}},
	}
}

// jobs takes jobs from the queue.
type jobs struct {
	river.WorkerDefaults[job]
	f *fleet
}

// Work is river.Worker's.
func (j *jobs) Work(ctx context.Context, r *river.Job[job]) error {
	return j.f.take(ctx, r.Queue, r.Args.turn)
}

// take makes one turn. A failure of the storage is in its row, and is none of the job's.
func (f *fleet) take(ctx context.Context, queue string, t turn) error {
	f.busy(queue, 1)
	defer f.busy(queue, -1)
	b, err := f.store.begin(ctx, t, f.self.id)
	if errors.Is(err, errNoTurn) {
		return nil
	}
	if err != nil { // its answer may have been lost
		back := f.persist(ctx, func(ctx context.Context) error { return f.store.giveBack(ctx, t, f.self.id) })
		return errors.Join(err, back)
	}
	o := f.watched(ctx, t, func(ctx context.Context) outcome { return f.turn(ctx, t, b) })
	if ctx.Err() != nil && t.Storage != roll && t.Storage != digestRow {
		// The worker ends, and what the turn has left would be looked at in a quarter of an hour.
		return f.persist(ctx, func(ctx context.Context) error { return f.store.giveBack(ctx, t, f.self.id) })
	}
	return f.persist(ctx, func(ctx context.Context) error { return f.store.end(ctx, t, o) })
}

// persist writes how a turn ended. It tries again, for as long as the row says that the turn runs, because nobody takes
// the storage before. The end of the worker gives all its turns back.
func (f *fleet) persist(ctx context.Context, write func(context.Context) error) error {
	began := f.o.Now()
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits().Answer)
		err := write(within)
		cancel()
		switch {
		case err == nil, errors.Is(err, errNoTurn):
			return nil
		case f.o.Now().Sub(began) > lostTurn, cloudhttp.Sleep(ctx, wait) != nil:
			return err
		}
	}
}

// The waits of persist.
const firstRetry, lastRetry = 100 * time.Millisecond, 10 * time.Second

// underway is a turn under way.
type underway struct {
	began time.Time
	end   context.CancelFunc
}

// watched makes a turn, which goOn can end.
func (f *fleet) watched(ctx context.Context, t turn, make func(context.Context) outcome) outcome {
	ctx, end := context.WithCancel(ctx)
	defer end()
	f.mu.Lock()
	f.underway[t] = underway{f.o.Now(), end}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.underway, t)
	}()
	return make(ctx)
}

// goOn records that the turns under way are not lost, as long as they make progress. It ends the others, and those
// whose storage has another turn by now.
func (f *fleet) goOn(ctx context.Context, progress func(storage string) time.Time) error {
	now := f.o.Now()
	f.mu.Lock()
	all := maps.Clone(f.underway)
	f.mu.Unlock()
	var live []turn
	for t, u := range all {
		if now.Sub(u.began) < time.Minute {
			continue // most turns are short, and need no sign
		}
		if now.Sub(u.began) < turnTimeout || now.Sub(progress(t.Storage)) < turnTimeout {
			live = append(live, t)
		} else {
			u.end()
		}
	}
	if len(live) == 0 {
		return nil
	}
	still, err := f.store.extend(ctx, live)
	if err != nil {
		return err
	}
	for _, t := range live {
		if !slices.Contains(still, t) {
			all[t].end()
		}
	}
	return nil
}

// progress is daemon.Service.Progress. The turn of the digest waits for receivers, which have limits of their own.
func (f *fleet) progress(storage string) time.Time {
	if storage == digestRow {
		return f.o.Now()
	}
	return f.service.Progress(storage)
}

// turn makes one turn of a storage, of roll, or of the digest, and returns how it ended.
func (f *fleet) turn(ctx context.Context, t turn, b begun) outcome {
	p := f.service.Policy()
	switch t.Storage {
	case roll:
		return f.callRoll(ctx, t, p, b.memory)
	case digestRow:
		return f.sendDigest(ctx, t, p, b.memory)
	}
	if st, _ := p.Storage(t.Storage); st.Fleet != "" && f.unread(b) {
		return outcome{
			memory: b.memory, wait: rollAgain, failure: "directory",
			detail: fmt.Sprintf("the directory of %s cannot be read, and the account may have left it", st.Fleet),
		}
	}
	result, err := f.service.Turn(ctx, t.Storage, b.memory, f.o.Slice)
	o := outcome{memory: result.Memory, policy: result.Policy, wait: result.Wait, digest: result.Digest}
	switch {
	case errors.Is(err, daemon.ErrBusy):
		o = outcome{memory: b.memory, wait: time.Minute}
	case errors.Is(err, daemon.ErrUnknown): // the policy has changed
		o = outcome{memory: b.memory, wait: turnTimeout, failure: "policy", detail: err.Error()}
	case err != nil: // no turn has left that memory
		o = outcome{memory: "", wait: turnTimeout, failure: "policy", detail: err.Error()}
	case result.Problem != nil:
		o.failure, o.detail = string(result.Problem.Cause), result.Err.Error()
	case result.Left: // a pause, or a database that is away, may be over before the next look
		o.wait = min(o.wait, whileHeld)
	}
	return o
}

// whileHeld is how soon a storage is due again whose files may not be deleted now. Its turns do not list the files.
const whileHeld = 5 * time.Minute

// busy adds to the turns under way of a queue.
func (f *fleet) busy(queue string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running[queue] += n
}

// free returns how many more turns of a queue this worker can make.
func (f *fleet) free(queue string, slots int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(slots-f.running[queue], 0)
}

// migrateQueue makes River's tables.
func migrateQueue(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// quiet returns the log for River: its own events are no news but for errors.
func (f *fleet) quiet() *slog.Logger {
	return slog.New(errorsOnly{f.log.Handler()}).With("event", "queue")
}

// errorsOnly passes on errors.
type errorsOnly struct{ slog.Handler }

// Enabled is slog.Handler's.
func (e errorsOnly) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && e.Handler.Enabled(ctx, l)
}

// WithAttrs is slog.Handler's.
func (e errorsOnly) WithAttrs(as []slog.Attr) slog.Handler {
	return errorsOnly{e.Handler.WithAttrs(as)}
}

// WithGroup is slog.Handler's.
func (e errorsOnly) WithGroup(name string) slog.Handler { return errorsOnly{e.Handler.WithGroup(name)} }

// run takes jobs and queues turns until ctx ends.
func (f *fleet) run(ctx context.Context) error {
	slots, workers := f.slots(), river.NewWorkers()
	river.AddWorker(workers, &jobs{f: f})
	of := map[string]river.QueueConfig{}
	for queue, n := range slots {
		of[queue] = river.QueueConfig{MaxWorkers: n}
	}
	client, err := river.NewClient(riverpgxv5.New(f.store.pool), &river.Config{
		ID: f.self.id, Queues: of, Workers: workers, Logger: f.quiet(),
		// Turns end by goOn, and are queued again by their rows. These only clean the queue's own table.
		JobTimeout: longestTurn, RescueStuckJobsAfter: longestTurn + time.Hour, MaxAttempts: 1,
		// The rows of storages have the history that anybody needs.
		CompletedJobRetentionPeriod: 10 * time.Minute, DiscardedJobRetentionPeriod: time.Hour,
		// It needs no connection that listens, and passes any pooler.
		PollOnly: true, FetchPollInterval: f.o.Poll, FetchCooldown: min(f.o.Poll, 100*time.Millisecond),
	})
	if err != nil {
		return err
	}
	// The turns end by their own contexts, so that what they have begun is recorded.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	newer := f.pump(ctx, client, slots)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.o.ShutdownTimeout)
	defer cancel()
	err = client.StopAndCancel(stopping)
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("some turns have not ended; their operations are in the record")
	}
	return errors.Join(newer, err)
}

// pump queues what is due, and records that the worker is alive, until ctx ends. It returns ErrNewer as soon as a newer
// program has been at work.
func (f *fleet) pump(ctx context.Context, client *river.Client[pgx.Tx], slots map[string]int) error {
	poll, beat := time.NewTicker(f.o.Poll), time.NewTicker(f.o.Beat)
	defer poll.Stop()
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
			within, cancel := context.WithTimeout(ctx, f.o.Beat)
			err := cmp.Or(f.beat(within), f.goOn(within, f.progress))
			cancel()
			if errors.Is(err, ErrNewer) {
				return err
			}
			f.unreachable(ctx, err)
		case <-poll.C:
			for queue, n := range slots {
				f.unreachable(ctx, f.enqueue(ctx, client, queue, f.free(queue, n)))
			}
		}
	}
}

// enqueue queues the turns of a queue that are due, until so many are queued.
func (f *fleet) enqueue(ctx context.Context, client *river.Client[pgx.Tx], queue string, most int) error {
	if most == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, limits().Answer)
	defer cancel()
	return f.store.queue(ctx, queue, daemon.Signature(f.service.Policy()), most, func(tx pgx.Tx, turns []turn) error {
		params := make([]river.InsertManyParams, len(turns))
		for i, t := range turns {
			params[i] = river.InsertManyParams{Args: job{t}, InsertOpts: &river.InsertOpts{Queue: queue}}
		}
		_, err := client.InsertManyTx(ctx, tx, params)
		return err
	})
}
