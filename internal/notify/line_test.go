package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// start runs lines to these carriers, all of which want what a summary is.
func start(t *testing.T, log *records, carriers ...carrier) *Notifier {
	t.Helper()
	n := &Notifier{}
	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop
	o := Options{Log: log.logger(), Now: time.Now}
	for i, c := range carriers {
		n.lines = append(n.lines, newLine(Sink{To: fmt.Sprint("sink", i), On: []string{"summary"}}, c, o, usual))
	}
	for _, l := range n.lines {
		n.done.Go(func() { l.run(ctx) })
	}
	return n
}

// numbered is the Nth message.
func numbered(n int) Message { return Message{Event: "summary", Subject: fmt.Sprint("message ", n)} }

func TestADeadSinkIsAskedLessAndLessOftenForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var when []time.Duration
		log := &records{}
		n := start(t, log, takes(func(context.Context, letter) error {
			when = append(when, time.Since(began))
			return errors.New("connection refused")
		}))
		n.Send(numbered(1))
		if err := n.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{
			0, 10 * time.Second, 40 * time.Second, 130 * time.Second, 400 * time.Second, 1210 * time.Second,
			2110 * time.Second,
		}
		if got := when[:len(want)]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("tried at %v, want %v", got, want)
		}
		if last := when[len(when)-1]; last < 24*time.Hour || last > 24*time.Hour+15*time.Minute || len(when) > 110 {
			t.Errorf("the last of %d tries was at %v", len(when), last)
		}
		if text := log.String(); strings.Count(text, "level=WARN") != 2 || !strings.Contains(text, "too old") {
			t.Errorf("the log has, for a person, not one record of the first failure and one of the last:\n%s", text)
		}
	})
}

func TestTheOldestIsDroppedAndTheNextMessageSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		var got []string
		log := &records{}
		n := start(t, log, takes(func(_ context.Context, l letter) error {
			<-held
			got = append(got, l.subject+l.text)
			return nil
		}))
		for i := range 100 { // of which one is under way and 64 wait
			n.Send(numbered(i))
			synctest.Wait()
		}
		close(held)
		if err := n.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(got) != 65 || got[0] != "message 0" || !strings.HasPrefix(got[1], "message 36") ||
			got[64] != "message 99" {
			t.Errorf("%d arrived: %q", len(got), got)
		}
		if !strings.Contains(got[1], "(35 earlier messages could not be sent.") ||
			strings.Contains(got[2], "could not") {
			t.Errorf("missing ones are not told once: %q", got[1:3])
		}
		if c := strings.Count(log.String(), "too many messages are waiting"); c != 35 {
			t.Errorf("%d are in the log", c)
		}
	})
}

func TestWhatIsMissingIsToldUntilItIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		n := start(t, &records{}, takes(func(_ context.Context, l letter) error {
			if got = append(got, l.text); len(got) < 3 {
				return errors.New("no")
			}
			return nil
		}))
		n.lines[0].missing.Store(1)
		n.Send(numbered(1))
		n.Send(numbered(2))
		if err := n.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, text := range got {
			if strings.Contains(text, "An earlier message could not be sent.") != (i < 3) {
				t.Errorf("try %d: %q", i+1, text)
			}
		}
		if len(got) != 4 {
			t.Errorf("%d tries", len(got))
		}
	})
}

func TestASlowSinkDelaysNeitherAnotherNorTheSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		arrived := 0
		n := start(t, &records{},
			takes(func(ctx context.Context, _ letter) error { <-ctx.Done(); return ctx.Err() }),
			takes(func(context.Context, letter) error { arrived++; return nil }))
		for i := range 500 {
			n.Send(numbered(i))
			synctest.Wait()
		}
		if arrived != 500 || !time.Now().Equal(began) {
			t.Errorf("%d arrived after %v", arrived, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := n.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("closed with %v after %v", err, time.Since(began))
		}
	}) // which fails if a goroutine is left
}

func TestATryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := try(t.Context(), takes(func(ctx context.Context, _ letter) error { <-ctx.Done(); return ctx.Err() }),
			letter{}, tryLimit)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != tryLimit {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestCloseSendsWhatIsQueuedAndTakesNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		arrived := 0
		log := &records{}
		n := start(t, log, takes(func(context.Context, letter) error {
			time.Sleep(time.Second) // of the bubble's time
			arrived++
			return nil
		}))
		for i := range 10 {
			n.Send(numbered(i))
		}
		if err := n.Close(t.Context()); err != nil || arrived != 10 {
			t.Errorf("%d arrived, %v", arrived, err)
		}
		n.Send(numbered(11))
		if err := n.Close(t.Context()); err != nil || arrived != 10 {
			t.Errorf("after the end %d arrived, %v", arrived, err)
		}
	})
}

func TestWhatIsLeftAtTheEndIsInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &records{}
		n := start(t, log, takes(func(context.Context, letter) error { return errors.New("connection refused") }))
		for i := range 3 {
			n.Send(numbered(i))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := n.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		for i := range 3 {
			if !strings.Contains(log.String(), fmt.Sprintf(`subject="message %d" why="sweepd stopped"`, i)) {
				t.Errorf("message %d is not in the log:\n%s", i, log)
			}
		}
	})
}

func TestAFaultOfALibraryIsAFailedTry(t *testing.T) {
	err := try(t.Context(), takes(func(context.Context, letter) error { panic("at https://s3cr3t") }), letter{},
		tryLimit)
	if !errors.Is(err, errBroken) || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("got %v", err)
	}
}

func TestAnEventGoesToTheSinksThatWantIt(t *testing.T) {
	a, hostA := serve(t)
	b, hostB := serve(t)
	log := &records{}
	n, err := Open(Options{
		Sinks: []Sink{
			{To: file(t, "generic+http://"+hostA+"/s3cr3t"), On: []string{"summary", "failed"}},
			{To: file(t, "generic+http://"+hostB+"/s3cr3t"), On: []string{"digest"}, Names: true},
		},
		Getenv: env(), Log: log.logger(), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{"summary", "digest", "failed", "grant"} {
		n.Send(Message{Event: event, Subject: event, Text: "hidden", Full: "shown", At: at})
	}
	if err := n.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := bodies(a); got != "summary\n\nhidden|failed\n\nhidden" {
		t.Errorf("the first got %q", got)
	}
	if got := bodies(b); got != "digest\n\nshown" {
		t.Errorf("the second got %q", got)
	}
	if text := log.String(); strings.Contains(text, "s3cr3t") || strings.Contains(text, "shown") {
		t.Errorf("the log shows it:\n%s", text)
	}
}

func TestAMessageIsTriedUntilTheServiceIsThereAgain(t *testing.T) {
	r, host := serve(t)
	r.with(func(w http.ResponseWriter, _ *http.Request) {
		if len(r.all()) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, "{}")
	})
	p := usual
	p.first = time.Millisecond
	n, err := open(Options{
		Sinks:  []Sink{{To: file(t, "ntfy://"+host+"/topic?scheme=http"), On: []string{"summary"}}},
		Getenv: env(),
		Now:    now,
	}, p)
	if err != nil {
		t.Fatal(err)
	}
	n.Send(message())
	if err := n.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if got := r.all(); len(got) != 3 {
		t.Errorf("%d tries", len(got))
	}
}

func TestASubjectIsOneLine(t *testing.T) {
	l := letterOf(Message{Subject: "a\r\nBcc: eve@post.example\x00", Text: "b\x1b[2J\n"}, false)
	if l.subject != "a\uFFFD Bcc: eve@post.example\uFFFD" || l.text != "b\uFFFD[2J" {
		t.Errorf("got %q and %q", l.subject, l.text)
	}
}

func bodies(r *receiver) string {
	var all []string
	for _, q := range r.all() {
		all = append(all, q.body)
	}
	return strings.Join(all, "|")
}
