package sweeper_test

import (
	"errors"
	"testing"

	"github.com/sweepd/sweepd/sweeper"
)

// A scan that is stopped deletes nothing and plans nothing, and the next one examines only what this one has not.
func TestAScanThatWasStoppedGoesOnWithTheNextOne(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]*box{"a disk": newBox(t, rules), "an account": remoteBoxNamed(t)} {
		t.Run(name, func(t *testing.T) {
			b.TB = t
			for i := range 10 {
				b.put(ours(i), picture(byte(i)))
			}
			examined := 0
			for scans := 1; ; scans++ {
				plan, sum, err := b.sweeper().Plan(t.Context(), sweeper.ScanOptions{
					Stop: func(n int) bool { examined = max(examined, n); return n == 4 },
				})
				if err != nil {
					t.Fatal(err)
				}
				stopped := len(sum.Problems) == 1 && errors.Is(sum.Problems[0].Err, sweeper.ErrStopped)
				if stopped != (scans < 3) || stopped && !sum.Partial {
					t.Fatalf("scan %d: got %+v", scans, sum)
				}
				if stopped && len(plan.Trash) != 0 {
					t.Errorf("a plan of %d files was made of a part", len(plan.Trash))
				}
				if !stopped {
					if len(plan.Trash) != 10 || sum.Matched != 10 {
						t.Errorf("got %d files due and %d matches, want 10", len(plan.Trash), sum.Matched)
					}
					break
				}
			}
			if examined > 4 {
				t.Errorf("it went on after %d files", examined)
			}
		})
	}
}

// remoteBoxNamed is a remoteBox whose rules go by names.
func remoteBoxNamed(t *testing.T) *box {
	b, _ := remoteBox(t, rules)
	return b
}
