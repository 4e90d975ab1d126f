package notify

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/testing/mailtest"
)

// forUser returns a message for one person.
func forUser(address, file string) Message {
	return Message{
		Event: "digest", Subject: "1 file will be deleted", At: at, User: address,
		Text: "1 file of " + address, Full: "1 file of " + address + "\n" + file,
	}
}

func TestEachUserGetsTheirOwnMailAndNobodyElses(t *testing.T) {
	p := &mailtest.Server{}
	url := fmt.Sprintf("smtp://127.0.0.1:%d/?from=sweepd@post.example&to=boss@post.example", p.Listen(t))
	n, err := Open(Options{
		Sinks: []Sink{
			{To: file(t, url), On: []string{"digest"}, Names: true, EachUser: true},
			{To: file(t, url), On: []string{"digest"}, Names: true},
		},
		Getenv: env(), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	n.Send(forUser("bea+x@post.example", "/bea's.png"))
	n.Send(forUser("carl@post.example", "/carl's.png"))
	n.Send(Message{Event: "digest", Subject: "2 files will be deleted", Text: "of 2 accounts", At: at})
	if err := n.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{} // by receiver
	for _, data := range p.Got() {
		to := parse(t, data).Header.Get("To")
		got[to] += data
	}
	if len(p.Got()) != 3 || len(got) != 3 {
		t.Fatalf("%d mails to %d receivers", len(p.Got()), len(got))
	}
	for to, want := range map[string]struct{ has, not string }{
		"<bea+x@post.example>": {"/bea's.png", "carl"},
		"<carl@post.example>":  {"/carl's.png", "bea"},
		"<boss@post.example>":  {"of 2 accounts", ".png"},
	} {
		if !strings.Contains(got[to], want.has) || strings.Contains(got[to], want.not) {
			t.Errorf("%s got\n%s\nwant %q in it, and no %q", to, got[to], want.has, want.not)
		}
	}
	for _, line := range p.Said() {
		if strings.Contains(line, "RCPT") && strings.Count(line, "@") != 1 {
			t.Errorf("the server was told %q", line)
		}
	}
}

// One user whom the server refuses keeps no other waiting for long.
func TestAUserWhomTheMailServerRefusesHoldsUpNobody(t *testing.T) {
	for answer, tries := range map[string]int{
		"550 5.1.1 nobody has this address": 1,
		"452 4.2.2 the mailbox is full":     3,
	} {
		p := &mailtest.Server{RefuseOne: "gone@post.example", Refuse: answer}
		url := fmt.Sprintf("smtp://127.0.0.1:%d/?from=sweepd@post.example&to=boss@post.example", p.Listen(t))
		quick := usual
		quick.first = time.Millisecond
		var log records
		n, err := open(Options{
			Sinks:  []Sink{{To: file(t, url), On: []string{"digest"}, EachUser: true}},
			Getenv: env(), Now: now, Log: log.logger(),
		}, quick)
		if err != nil {
			t.Fatal(err)
		}
		n.Send(forUser("gone@post.example", "a"))
		n.Send(forUser("carl@post.example", "b"))
		if err := n.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(p.Got()) != 1 || strings.Contains(p.Got()[0], "earlier message") {
			t.Errorf("%s: %d mails arrived: %q", answer, len(p.Got()), p.Got())
		}
		if got := strings.Count(strings.Join(p.Said(), "\n"), "gone@post.example"); got != tries {
			t.Errorf("%s: %d tries, want %d", answer, got, tries)
		}
		if !strings.Contains(log.String(), "the mail server refuses the address") {
			t.Errorf("%s: the log says\n%s", answer, log.String())
		}
	}
}

func TestOnlyMailReachesEachUser(t *testing.T) {
	sink := Sink{To: file(t, "ntfy://ntfy.sh/a-topic"), On: []string{"digest"}, EachUser: true}
	_, err := Open(Options{Sinks: []Sink{sink}, Getenv: env(), Now: now})
	if !errors.Is(err, ErrNotMail) {
		t.Errorf("got %v, want that it is no mail server", err)
	}
}
