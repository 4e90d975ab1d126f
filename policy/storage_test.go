package policy

import "testing"

func TestAStorageExcludesWhatAPatternMatchesAndAllBelow(t *testing.T) {
	s := Storage{Exclude: []string{"old/**", "*.gif", "mine", "\u00c4/*"}}
	for below, want := range map[string]bool{
		"old/a.png": true, "old/x/y/a.png": true, "older/a.png": false, "a.gif": true, "x/a.gif": false,
		"mine/a/b.png": true, "x/mine/b.png": false, "A\u0308/a.png": true, "": false, "a.png": false,
	} {
		if got := s.Excludes(below); got != want {
			t.Errorf("%q: got %v", below, got)
		}
	}
}
