package journal

import (
	"regexp"
	"slices"
	"sync"
	"testing"
)

func TestKeysAreAllDifferentHaveTheirFormAndAscend(t *testing.T) {
	const callers, each = 8, 5_000
	var a, b keys
	a.begin()
	b.begin()
	form := regexp.MustCompile(`^[a-z2-7]{26}$`)
	seen := make(chan []string, callers)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			k := []*keys{&a, &b}[i%2]
			var got []string
			for range each {
				got = append(got, k.next())
			}
			seen <- got
		})
	}
	all.Wait()
	close(seen)
	unique := map[string]bool{}
	for got := range seen {
		if !slices.IsSorted(got) {
			t.Error("the keys that one caller got do not ascend")
		}
		for _, key := range got {
			if unique[key] || !form.MatchString(key) {
				t.Fatalf("%q was given twice, or is no key", key)
			}
			unique[key] = true
		}
	}
	if a.prefix == b.prefix {
		t.Error("two journals give the same keys")
	}
}
