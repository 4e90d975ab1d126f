package drivesim_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	api "google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// line is a file as one account sees it.
func line(f *api.File) string {
	return fmt.Sprintf("%s in %s, trashed %v %v, starred %v, %s, version %d", f.Name, strings.Join(f.Parents, " "),
		f.Trashed, f.ExplicitlyTrashed, f.Starred, f.Md5Checksum, f.Version)
}

const lineFields = "id,name,parents,trashed,explicitlyTrashed,starred,md5Checksum,version"

// follower keeps a copy of an account's files by the change feed alone.
type follower struct {
	w     *world
	s     *api.Service
	token string
	files map[string]string
}

func (w *world) follow(a *drivesim.Account) *follower {
	s := w.sdk(a)
	return &follower{w, s, startToken(w.t.(*testing.T), s), map[string]string{}}
}

func (f *follower) step() {
	for {
		l, err := f.s.Changes.List(f.token).IncludeRemoved(true).PageSize(7).
			Fields("nextPageToken,newStartPageToken,changes(fileId,removed,file(" + lineFields + "))").Do()
		f.w.do(err)
		for _, c := range l.Changes {
			if c.Removed {
				delete(f.files, c.FileId)
			} else {
				f.files[c.FileId] = line(c.File)
			}
		}
		if f.token = l.NextPageToken; f.token == "" {
			f.token = l.NewStartPageToken
			return
		}
	}
}

// list is a full listing of the same account.
func (f *follower) list() map[string]string {
	out := map[string]string{}
	f.w.do(f.s.Files.List().PageSize(9).Fields("nextPageToken,files("+lineFields+")").Pages(f.w.t.Context(),
		func(l *api.FileList) error {
			for _, x := range l.Files {
				out[x.Id] = line(x)
			}
			return nil
		}))
	return out
}

func TestWhoFollowsTheChangesSeesWhatAListingShows(t *testing.T) {
	for seed := range uint64(6) {
		w := newWorld(t, drivesim.Options{})
		bob := w.person("bob@example.com")
		people := []*drivesim.Account{w.ann, bob}
		r := rand.New(rand.NewPCG(seed, 1))
		follow := []*follower{w.follow(w.ann), w.follow(bob)}
		var done []string
		for range 12 {
			for range 10 {
				done = append(done, act(w, r, people))
			}
			for i, f := range follow {
				f.step()
				if list := f.list(); !maps.Equal(list, f.files) {
					for id := range maps.Keys(list) {
						if f.files[id] != list[id] {
							t.Errorf("%s: the feed has %q, the listing %q", id, f.files[id], list[id])
						}
					}
					t.Fatalf("seed %d, %s, after %s", seed, people[i].Email(), strings.Join(done, "; "))
				}
			}
		}
	}
}

// act makes a random change as one of the users.
func act(w *world, r *rand.Rand, people []*drivesim.Account) string {
	me, n := people[r.IntN(2)], r.IntN(1000)
	id, dir := pick(w, r, me, false), pick(w, r, me, true)
	var err error
	what := r.IntN(10)
	switch what {
	case 0, 1:
		it := drivesim.Item{Name: fmt.Sprint("f", n), Content: drivesim.Bytes(fmt.Append(nil, n))}
		if dir != "" {
			it.Parents = []string{dir}
		}
		_, err = me.Put(it)
	case 2:
		_, err = me.Folder(fmt.Sprint("d", n), dir)
	case 3:
		err = me.Move(id, dir)
	case 4:
		err = me.Trash(id)
	case 5:
		err = me.Untrash(id)
	case 6:
		err = me.Star(id, n%2 == 0)
	case 7:
		err = me.Share(id, people[(n+1)%2], []string{"reader", "writer", ""}[n%3])
	case 8:
		if n%4 == 0 {
			err = me.Delete(id)
		} else {
			err = me.Rename(id, fmt.Sprint("r", n))
		}
	case 9:
		if n%4 == 0 {
			me.EmptyTrash()
		} else {
			err = me.Modify(id, drivesim.Bytes(fmt.Append(nil, n)))
		}
	}
	return fmt.Sprintf("%d by %s on %.5s in %.5s (%d): %v", what, me.Email(), id, dir, n, err)
}

// pick is one of the account's own files, or folders, at random; "": none.
func pick(w *world, r *rand.Rand, a *drivesim.Account, folder bool) string {
	var all []string
	for id, s := range w.drive.Snapshot() {
		if s.Owner == a.Email() && (!folder || s.MimeType == "application/vnd.google-apps.folder") {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	return all[r.IntN(len(all))]
}
