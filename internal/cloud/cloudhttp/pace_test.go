package cloudhttp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

func TestTheServiceIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	at := newClock().Now()
	for _, c := range []struct {
		header string
		want   time.Duration // beside the random part, of which here all is waited
	}{
		{"", 0},
		{"7", 7 * time.Second},
		{"0.5", 500 * time.Millisecond},
		{at.Add(30 * time.Second).Format(http.TimeFormat), 30 * time.Second},
		{at.Add(-time.Hour).Format(http.TimeFormat), 0},
		{"-5", 0},
		{"NaN", 0},
		{"soon", 0},
	} {
		s := serve(t, says(429, "", "Retry-After", c.header), done)
		tr, clock := account(t, cloudhttp.Options{})
		if _, err := send(t.Context(), tr, "PATCH", s.URL, ""); err != nil {
			t.Errorf("%q: %v", c.header, err)
		}
		if got, want := clock.total(), c.want+500*time.Millisecond; got < want || got > want+2*time.Second {
			t.Errorf("%q: waited %v, want %v and a little", c.header, got, want)
		}
	}
}

func TestWhatTheServiceAsksHoldsForEveryCallOfTheAccount(t *testing.T) {
	s := serve(t, says(429, "", "Retry-After", "60"), done)
	tr, clock := account(t, cloudhttp.Options{Tries: 1})
	if _, err := send(t.Context(), tr, "GET", s.URL, ""); !errors.Is(err, cloudhttp.Limited) {
		t.Fatalf("got %v", err)
	}
	begin := clock.Now()
	if _, err := send(t.Context(), tr, "GET", s.URL+"/another", ""); err != nil {
		t.Fatal(err)
	}
	if got := clock.Now().Sub(begin); got < time.Minute {
		t.Errorf("the next call came after %v, want a minute", got)
	}
}

func TestWaitsGrowAndAreRandom(t *testing.T) {
	s := serve(t, says(503, ""))
	var spans []int64
	tr, clock := account(t, cloudhttp.Options{Tries: 12, Random: func(n int64) int64 {
		spans = append(spans, n)
		return n / 3
	}})
	if _, err := send(t.Context(), tr, "GET", s.URL, ""); !errors.Is(err, cloudhttp.Unavailable) {
		t.Fatalf("got %v", err)
	}
	for i, got := range spans {
		if want := min(int64(500*time.Millisecond)<<i, int64(64*time.Second)) + 1; got != want {
			t.Errorf("wait %d is out of %d, want %d", i, got, want)
		}
		if clock.slept[i] != time.Duration(got/3) {
			t.Errorf("wait %d: slept %v, want %v", i, clock.slept[i], got/3)
		}
	}
	if len(spans) != 11 {
		t.Errorf("%d waits, want 11", len(spans))
	}
}

func TestABrokenServiceDoesNotMultiplyTheCalls(t *testing.T) {
	s := serve(t, says(503, ""))
	tr, _ := account(t, cloudhttp.Options{Budget: 10})
	budget := 0
	for range 200 {
		_, err := send(t.Context(), tr, "GET", s.URL, "")
		if !errors.Is(err, cloudhttp.Unavailable) {
			t.Fatalf("got %v", err)
		}
		if errors.Is(err, cloudhttp.ErrBudget) {
			budget++
		}
	}
	if n := len(s.requests()); n > 200+10+n/10+1 {
		t.Errorf("200 calls became %d", n)
	}
	if budget < 150 {
		t.Errorf("%d errors say that the budget is spent", budget)
	}
}

func TestAUsedUpQuotaStopsEveryCall(t *testing.T) {
	until := newClock().Now().Add(9 * time.Hour)
	s := serve(t, says(403, "daily"), done)
	tr, clock := account(t, cloudhttp.Options{Classify: func(a cloudhttp.Answer) cloudhttp.Meaning {
		return cloudhttp.Meaning{Kind: cloudhttp.Exhausted, Reason: "dailyLimitExceeded", Until: until, Lasting: true}
	}})
	for range 3 {
		_, err := send(t.Context(), tr, "PATCH", s.URL, "")
		fault, ok := errors.AsType[*cloudhttp.Error](err)
		if !ok || !errors.Is(err, cloudhttp.Exhausted) || !fault.Until.Equal(until) ||
			errors.Is(err, cloudhttp.ErrUnknownOutcome) ||
			!strings.Contains(err.Error(), "until 2026-11-24T21:00:00Z") {
			t.Errorf("got %v", err)
		}
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if err := clock.Sleep(context.Background(), 9*time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := send(t.Context(), tr, "GET", s.URL, ""); err != nil {
		t.Errorf("the next day: %v", err)
	}
}

func TestAQuotaOfOneThingStopsNoOtherCall(t *testing.T) {
	s := serve(t, says(403, "download"), done)
	tr, _ := account(t, cloudhttp.Options{Classify: func(cloudhttp.Answer) cloudhttp.Meaning {
		return cloudhttp.Meaning{Kind: cloudhttp.Exhausted}
	}})
	if _, err := send(t.Context(), tr, "GET", s.URL, ""); !errors.Is(err, cloudhttp.Exhausted) {
		t.Errorf("got %v", err)
	}
	if _, err := send(t.Context(), tr, "GET", s.URL, ""); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAWaitThatIsTooLongIsAUsedUpQuota(t *testing.T) {
	s := serve(t, says(429, "", "Retry-After", "3600"))
	tr, clock := account(t, cloudhttp.Options{})
	until := clock.Now().Add(time.Hour)
	_, err := send(t.Context(), tr, "GET", s.URL, "")
	if fault, ok := errors.AsType[*cloudhttp.Error](err); !ok || !errors.Is(err, cloudhttp.Exhausted) ||
		!fault.Until.Equal(until) {
		t.Errorf("got %v", err)
	}
	if len(clock.slept) != 0 {
		t.Errorf("waited %v", clock.slept)
	}
	s = serve(t, says(503, "", "Retry-After", "3600"))
	tr, clock = account(t, cloudhttp.Options{})
	if _, err := send(t.Context(), tr, "GET", s.URL,
		""); !errors.Is(err, cloudhttp.Unavailable) || len(clock.slept) != 0 {
		t.Errorf("503: got %v after waiting %v", err, clock.slept)
	}
}

func TestThePaceIsHalvedByALimitAndRecovers(t *testing.T) {
	s := serve(t, says(429, ""), done)
	tr, clock := account(t, cloudhttp.Options{Rate: 64})
	if got := tr.Pace(); got != 64 {
		t.Fatalf("begins at %v", got)
	}
	if _, err := send(t.Context(), tr, "GET", s.URL, ""); err != nil {
		t.Fatal(err)
	}
	if got := tr.Pace(); got < 32 || got > 33 {
		t.Errorf("after a limit: %v calls a second, want about 32", got)
	}
	begin := clock.Now()
	n := 0
	for ; tr.Pace() < 64 && n < 10_000; n++ {
		if _, err := send(t.Context(), tr, "GET", s.URL, ""); err != nil {
			t.Fatal(err)
		}
	}
	took := clock.Now().Sub(begin).Seconds()
	if took < 25 || took > 40 {
		t.Errorf("recovered in %.1f s, want about 32: one call a second more each second", took)
	}
	if rate := float64(n) / took; rate > 64 {
		t.Errorf("meanwhile %v calls a second", rate)
	}
}

func TestThePaceIsNeverAboveTheMost(t *testing.T) {
	s := serve(t, done)
	tr, clock := account(t, cloudhttp.Options{Rate: 10})
	begin := clock.Now()
	for range 110 { // the first ten at once
		if _, err := send(t.Context(), tr, "GET", s.URL, ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := clock.Now().Sub(begin); got < 9900*time.Millisecond || got > 10100*time.Millisecond {
		t.Errorf("110 calls took %v, want 10 s", got)
	}
}

func TestThePaceNeverStops(t *testing.T) {
	s := serve(t, says(429, ""))
	tr, _ := account(t, cloudhttp.Options{Budget: 1000})
	for range 20 {
		_, _ = send(t.Context(), tr, "GET", s.URL, "")
	}
	if got := tr.Pace(); got != 0.5 {
		t.Errorf("got %v calls a second, want 0.5", got)
	}
}
