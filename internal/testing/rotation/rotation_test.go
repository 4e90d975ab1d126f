package rotation

import (
	"strconv"
	"testing"
)

// Over some commits each step is the first one, and two loops do not take turns in step.
func TestOverSomeCommitsEveryStepIsTried(t *testing.T) {
	const stride = 16
	met, same := map[int]bool{}, 0
	for commit := range 160 {
		a, b := first(strconv.Itoa(commit), "TestA", stride), first(strconv.Itoa(commit), "TestB", stride)
		if a < 1 || a > stride {
			t.Fatalf("commit %d begins at step %d of %d", commit, a, stride)
		}
		met[a] = true
		if a == b {
			same++
		}
	}
	if len(met) != stride {
		t.Errorf("160 commits begin at %d of %d steps", len(met), stride)
	}
	if same > 40 {
		t.Errorf("two loops begin at the same step in %d of 160 commits", same)
	}
}

func TestTheEnvironmentSetsStrideAndRotation(t *testing.T) {
	t.Setenv("SWEEPD_STRIDE", "")
	t.Setenv("SWEEPD_ROTATION", "")
	if s := New(t, 16); s != (Slice{1, 16 * Share()}) {
		t.Errorf("without a rotation the slice is %+v", s)
	}
	t.Setenv("SWEEPD_ROTATION", "5bc9f89")
	if a, b := New(t, 1000), New(t, 1000); a != b || a.First == 1 {
		t.Errorf("with a rotation the slice is %+v, then %+v", a, b)
	}
	t.Setenv("SWEEPD_STRIDE", "1")
	if s := New(t, 16); s != (Slice{1, 1}) {
		t.Errorf("with a stride of 1 the slice is %+v", s)
	}
}

func TestStepsGoOnFromTheFirst(t *testing.T) {
	var got []int
	for n := range (Slice{3, 5}).Steps() {
		if got = append(got, n); n > 10 {
			break
		}
	}
	if len(got) != 3 || got[0] != 3 || got[1] != 8 || got[2] != 13 {
		t.Errorf("the steps are %v", got)
	}
}

// Over some commits each item is taken, and without -short by each.
func TestOverSomeCommitsEveryItemIsTaken(t *testing.T) {
	items, taken := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, make([]int, 10)
	for commit := range 160 {
		t.Setenv("SWEEPD_ROTATION", strconv.Itoa(commit))
		for _, i := range Part(t, items) {
			taken[i]++
		}
	}
	for i, n := range taken {
		if n == 0 || !testing.Short() && n != 160 || testing.Short() && n > 60 {
			t.Errorf("item %d is taken by %d of 160 commits", i, n)
		}
	}
}

func TestItIsTheTurnOfOneRunInSeveral(t *testing.T) {
	t.Setenv("SWEEPD_STRIDE", "")
	t.Setenv("SWEEPD_ROTATION", "")
	if !Turn("a check", 4) {
		t.Error("without a rotation it is nobody's turn")
	}
	turns := 0
	for commit := range 400 {
		t.Setenv("SWEEPD_ROTATION", strconv.Itoa(commit))
		if Turn("a check", 4) {
			turns++
		}
	}
	if turns < 80 || turns > 120 {
		t.Errorf("it is the turn of %d of 400 runs, want about 100", turns)
	}
	t.Setenv("SWEEPD_STRIDE", "1")
	if t.Setenv("SWEEPD_ROTATION", "1"); !Turn("a check", 1<<30) {
		t.Error("a full run leaves it out")
	}
}
