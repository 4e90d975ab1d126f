package local

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func (b *box) link(target, path string) {
	b.Helper()
	if err := os.Symlink(target, path); err != nil {
		b.Fatal(err)
	}
}

// TestRealFollowsLinksAsFarAsThereIsAnything: a disk that is not mounted yet has no
// folders, and the link to one is followed all the same.
func TestRealFollowsLinksAsFarAsThereIsAnything(t *testing.T) {
	b := newBox(t)
	top := Real(b.top)
	at := func(rel string) string { return filepath.Join(top, rel) }
	b.link("root", at("short"))
	b.link("root/none/pics", at("unmounted"))
	b.link(at("short"), at("chain"))
	b.link("circle", at("circle"))
	b.link("../root", at("root/up"))
	for path, want := range map[string]string{
		"root": "root", "short": "root", "chain/": "root", "short/new/a.png": "root/new/a.png", "chain/up/x": "root/x",
		"unmounted": "root/none/pics", "unmounted/keep/a.png": "root/none/pics/keep/a.png", "circle/x": "circle/x",
		"none/x/y": "none/x/y",
	} {
		if got := Real(top + "/" + path); got != at(want) {
			t.Errorf("%s: got %s, want %s", path, got, at(want))
		}
	}
	if got := Real("/"); got != "/" {
		t.Errorf("got %q, want /", got)
	}
}

// TestARootWhoseLinkLeadsElsewhereSinceIsNotListed checks that a policy protects the
// folder to which the link leads now.
func TestARootWhoseLinkLeadsElsewhereSinceIsNotListed(t *testing.T) {
	b := newBox(t)
	b.write("old/a.png", "a")
	b.write("new/b.png", "b")
	way := filepath.Join(b.top, "way")
	b.link("root/old", way)
	d := b.open(func(o *Options) { o.Roots = []string{way} })
	b.lists(d, "old/a.png")
	if err := os.Remove(way); err != nil {
		t.Fatal(err)
	}
	b.link("root/new", way)
	if files, unlisted, _ := b.list(d); len(files) > 0 || !slices.Equal(unlisted, []string{"old"}) {
		t.Errorf("listed %q and not %q, want nothing, and the root said", files, unlisted)
	}
}
