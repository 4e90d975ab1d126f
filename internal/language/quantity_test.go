package language

import (
	"testing"
	"time"
)

func TestQuantitiesAreExact(t *testing.T) {
	t.Parallel()
	for n, want := range map[ExactSize]string{
		0: "0 bytes", 1: "1 byte", 999: "999 bytes", 5e9: "5 GB", 1 << 20: "1 MiB", 1536: "1536 bytes",
		1_572_864: "1536 KiB", 5_000_000_001: "5000000001 bytes",
	} {
		if got := n.String(); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "less than a second", 90 * time.Second: "1 minute 30 seconds", time.Minute: "1 minute",
		36 * time.Hour: "1 day 12 hours", 94 * 24 * time.Hour: "94 days",
	} {
		if got := Duration(d).String(); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
	if got := AtMost(25 * time.Hour).String(); got != "2 days" {
		t.Errorf("got %q, want 2 days still to wait", got)
	}
}
