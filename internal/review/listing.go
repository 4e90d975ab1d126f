package review

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// listing is what one look has found. It does not change: a decision makes a new one. Requests therefore read it
// without a lock, once they have it from Server.listing.
type listing struct {
	made       time.Time
	pictures   []*picture
	at         map[string]int // by the picture's ID: its place in pictures
	due        *sweeper.Plan
	sum        *sweeper.Summary
	policy     *policy.Policy
	policyFile string // "" for the built-in one

	// The choices of the filter.
	storages, rules []string
	folders         []folder
}

// folder is a folder with pictures. dir is its path in the storage.
type folder struct {
	storage, dir string
	pictures     int
}

// mostFolders is the number of folders that the filter offers.
const mostFolders = 100

// picture is one picture with its places, the one that is due next first. It does not change either, and has one place
// at least.
type picture struct {
	id     string
	places []sweeper.Found
}

// state returns what the policy does with the picture: with the place where it does the most.
func (p *picture) state() policy.Action { return p.places[0].Decision.Action }

// newListing makes the list of a look. It collects the storages, rules and folders for the filter; of the folders those
// with most pictures.
func (s *Server) newListing(
	a *app.App, images []sweeper.Image, due *sweeper.Plan, sum *sweeper.Summary,
) *listing {
	l := &listing{
		made: s.o.Now(), at: make(map[string]int, len(images)), due: due, sum: sum, policy: a.Policy,
		policyFile: a.PolicyFile,
	}
	dirs, storages, rules := map[folder]int{}, map[string]bool{}, map[string]bool{}
	for _, img := range images {
		p := &picture{s.nameOf(img.Places), sorted(img.Places)}
		l.at[p.id] = len(l.pictures)
		l.pictures = append(l.pictures, p)
		for _, f := range p.places {
			dirs[folder{storage: f.Storage, dir: path.Dir(f.Entry.Path)}]++
			storages[f.Storage], rules[f.Decision.Rule] = true, true
		}
	}
	l.storages, l.rules = slices.Sorted(maps.Keys(storages)), slices.Sorted(maps.Keys(rules))
	for f, n := range dirs {
		f.pictures = n
		l.folders = append(l.folders, f)
	}
	slices.SortFunc(l.folders, func(x, y folder) int {
		return cmp.Or(cmp.Compare(y.pictures, x.pictures), strings.Compare(x.storage, y.storage),
			strings.Compare(x.dir, y.dir))
	})
	l.folders = l.folders[:min(len(l.folders), mostFolders)]
	return l
}

// sorted returns the places with the one first that is due next. It sorts in place and keeps the order of places with
// the same action.
func sorted(places []sweeper.Found) []sweeper.Found {
	slices.SortStableFunc(places, func(x, y sweeper.Found) int {
		return cmp.Compare(report.Rank(x.Decision.Action), report.Rank(y.Decision.Action))
	})
	return places
}

// nameOf returns the ID of a picture: of the revisions of all its places, and of the guards that its card shows. So a
// card that shows other guards has another ID, and approves nothing that it did not show. An ID reveals nothing of the
// places, and only this process can make one.
func (s *Server) nameOf(places []sweeper.Found) string {
	all := make([]string, 0, len(places))
	for _, f := range places {
		all = append(all, f.Storage+"\x00"+string(f.Entry.Ref)+"\x00"+string(f.Entry.Revision)+"\x00"+
			strings.Join(guardsOf(f), "\x00"))
	}
	slices.Sort(all)
	mac := hmac.New(sha256.New, s.key)
	for _, one := range all {
		mac.Write([]byte(one)) // never fails
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}

// guardsOf returns the names of the guards that hold a place, sorted.
func guardsOf(f sweeper.Found) (names []string) {
	for _, h := range f.Decision.Guards {
		names = append(names, string(h.Guard))
	}
	slices.Sort(names)
	return names
}

// picture returns the picture with that ID, nil if it is not in the list.
func (l *listing) picture(id string) *picture {
	if l == nil {
		return nil
	}
	i, ok := l.at[id]
	if !ok {
		return nil
	}
	return l.pictures[i]
}

// with returns the list with other places of some pictures, by their IDs. A picture on which there are guards now gets
// another ID, so that no card without them stands for it.
func (l *listing) with(changed map[string][]sweeper.Found, nameOf func([]sweeper.Found) string) *listing {
	next := *l
	next.pictures, next.at = slices.Clone(l.pictures), maps.Clone(l.at)
	for id, places := range changed {
		if i, ok := l.at[id]; ok {
			held := func(f sweeper.Found) bool { return len(f.Decision.Guards) > 0 }
			if slices.ContainsFunc(places, held) {
				delete(next.at, id)
				id = nameOf(places)
				next.at[id] = i
			}
			next.pictures[i] = &picture{id, sorted(places)}
		}
	}
	return &next
}

// without returns the pictures of the list before that are not in this one, by their IDs.
func (l *listing) without(before *listing) map[string]*picture {
	gone := map[string]*picture{}
	if before == nil {
		return gone
	}
	for id, i := range before.at {
		if l.picture(id) == nil {
			gone[id] = before.pictures[i]
		}
	}
	return gone
}

// amount is a number of pictures and the size of all their places.
type amount struct{ pictures, places, bytes int64 }

// amounts returns the amounts by state.
func (l *listing) amounts() map[policy.Action]amount {
	all := map[policy.Action]amount{}
	for _, p := range l.pictures {
		a := all[p.state()]
		a.pictures++
		for _, f := range p.places {
			a.places++
			a.bytes += f.Entry.Size
		}
		all[p.state()] = a
	}
	return all
}
