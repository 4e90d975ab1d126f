package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

func TestTheDigestIsSentOnceWithoutNames(t *testing.T) {
	t.Parallel()
	got := make(chan string, 8)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- string(body)
	}))
	defer server.Close()
	h := newHouse(t, "enforce", ", digest: weekly")
	sink := filepath.Join(h.dir, "sink")
	if err := os.WriteFile(sink, []byte("generic+"+server.URL+"/?disabletls=yes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.write(fmt.Sprintf(housePolicy, "enforce", ", digest: weekly") + "notify: [{to: " + sink + ", on: digest}]\n")
	if err := os.MkdirAll(filepath.Join(h.dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), filepath.Join(h.dir, "state", "journal.db"), journal.Options{Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.SetLastRun(t.Context(), digestName, h.now().AddDate(0, 0, -8)), j.Close()); err != nil {
		t.Fatal(err)
	}
	h.put("drive", ours(1), 1)
	ctx, cancel := context.WithCancel(t.Context())
	o := h.runOptions()
	o.ClockPoll = 20 * time.Millisecond
	done := make(chan error, 1)
	go func() { done <- Run(ctx, o) }()
	select {
	case body := <-got:
		if !strings.Contains(body, "1 file") || strings.Contains(body, "ChatGPT") {
			t.Errorf("got %q, want that one file will go, and not its name", body)
		}
	case err := <-done:
		t.Fatalf("it ended: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(got); n != 0 {
		t.Errorf("the digest was sent %d times more", n)
	}
}

func TestADigestIsOfEveryStorageOnceAlsoAfterAReload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", ", digest: daily")
		gate := make(chan struct{})
		h.listing(func() error { <-gate; return nil })
		d, ctx, end := h.startBare()
		if err := d.reload(ctx); err != nil {
			t.Fatal(err)
		}
		if g, complete := d.digest(d.now()); complete {
			t.Errorf("%d digests are said to be of all storages before one was looked at", len(g.all))
		}
		close(gate)
		time.Sleep(time.Minute)
		synctest.Wait()
		if g, complete := d.digest(d.now()); len(g.all) != 2 || !complete {
			t.Errorf("%d digests, complete: %v; want one of each of two storages", len(g.all), complete)
		}
		end()
	})
}

// Each user of a fleet's accounts has a digest of their own files; the administrator has one of all, and learns how
// many accounts are swept.
func TestEachUserHasADigestOfTheirOwnFilesAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newOrganization(t)
		h.put("acme/bea@acme.example", "bea/"+ours(1), 1)
		h.put("acme/carl@acme.example", "carl/"+ours(2), 2)
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			if name == "drive" {
				return nil, &oauth.Error{Kind: oauth.ErrNotSignedIn, Err: errors.New("there is no sign-in")}
			}
			return d, nil
		}
		d, ctx, end := h.startBare()
		defer end()
		time.Sleep(time.Minute)
		synctest.Wait()
		g, complete := d.digest(d.now())
		all, users := g.all, g.users
		if len(all) != 1 || len(users) != 2 || !complete {
			t.Fatalf("%d digests, %d for users, complete: %v", len(all), len(users), complete)
		}
		for i, who := range []string{"bea", "carl"} {
			text := users[i].Text(d.in, true)
			if users[i].Address() != who+"@acme.example" || !strings.Contains(text, "/"+who+"/ChatGPT") ||
				strings.Contains(text, map[string]string{"bea": "carl", "carl": "bea"}[who]) {
				t.Errorf("%s gets\n%s", users[i].Address(), text)
			}
		}
		if text := all[0].Text(d.in, false); !strings.Contains(text, "2 files") || strings.Contains(text, "ChatGPT") {
			t.Errorf("the administrator gets\n%s", text)
		}
		said := func(want string) {
			t.Helper()
			if g, _ := d.digest(d.now()); len(g.accounts) != 1 || g.accounts[0].String() != want {
				t.Errorf("got %q, want %q", g.accounts, want)
			}
		}
		said("acme: 2 accounts; 2 swept, 0 held, 0 failed")

		// An account that cannot be opened any more may be another person's.
		d.loops["acme/carl@acme.example"].fail(ctx, &oauth.Error{
			Kind: oauth.ErrOtherAccount, Err: errors.New("it is dan's"),
		})
		if g, _ := d.digest(d.now()); len(g.users) != 1 || g.users[0].Address() != "bea@acme.example" {
			t.Errorf("%d digests for users of accounts, one of which cannot be opened", len(g.users))
		}
		said("acme: 2 accounts; 1 swept, 0 held, 1 failed, sign_in: 1")
		d.follow(ctx, calledRoll{d.policy, &app.Roll{Errs: map[string]error{"acme": errors.New("no answer")}}})
		synctest.Wait()
		said("acme: none of its accounts is swept: no answer")
	})
}
