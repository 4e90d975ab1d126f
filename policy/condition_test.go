package policy

import "testing"

func TestAComparisonHoldsAtItsEdges(t *testing.T) {
	for op, want := range map[string][3]bool{
		"":   {false, true, false},
		">=": {false, true, true},
		"<=": {true, true, false},
		">":  {false, false, true},
		"<":  {true, false, false},
	} {
		c := Pixels{Op: op, N: 10}
		if got := [3]bool{c.holds(9), c.holds(10), c.holds(11)}; got != want {
			t.Errorf("%q of 9, 10, 11: got %v, want %v", op, got, want)
		}
	}
}
