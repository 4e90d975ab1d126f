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

	"github.com/sweepd/sweepd/journal"
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
		if all, complete := d.digests(d.now()); complete {
			t.Errorf("%d digests are said to be of all storages before one was looked at", len(all))
		}
		close(gate)
		time.Sleep(time.Minute)
		synctest.Wait()
		if all, complete := d.digests(d.now()); len(all) != 2 || !complete {
			t.Errorf("%d digests, complete: %v; want one of each of two storages", len(all), complete)
		}
		end()
	})
}
