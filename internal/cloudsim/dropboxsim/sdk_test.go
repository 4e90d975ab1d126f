package dropboxsim_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	sdk "github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/users"

	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// entries are what a listing from its start, or from a cursor on, has: for each path what is there, "deleted" or
// "folder" or a rev.
func (w *world) entries(c files.ContextClient, arg *files.ListFolderArg, cursor string) (map[string]string, string) {
	w.t.Helper()
	all := map[string]string{}
	var res *files.ListFolderResult
	var err error
	if cursor == "" {
		res, err = c.ListFolderContext(w.t.Context(), arg)
	} else {
		res, err = c.ListFolderContinueContext(w.t.Context(), files.NewListFolderContinueArg(cursor))
	}
	for {
		w.do(err)
		for _, e := range res.Entries {
			switch e := e.(type) {
			case *files.FileMetadata:
				all[e.PathDisplay] = e.Rev
			case *files.FolderMetadata:
				all[e.PathDisplay] = "folder"
			case *files.DeletedMetadata:
				all[e.PathDisplay] = "deleted"
			}
		}
		if !res.HasMore {
			return all, res.Cursor
		}
		res, err = c.ListFolderContinueContext(w.t.Context(), files.NewListFolderContinueArg(res.Cursor))
	}
}

func everything() *files.ListFolderArg {
	arg := files.NewListFolderArg("")
	arg.Recursive, arg.Limit = true, 2000
	return arg
}

func TestDropboxsClientListsReadsDeletesAndRestores(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	id := w.put(w.ann, "/Pictures/Zoë 🎈.png", "0123456789")
	w.put(w.ann, "/b.txt", "b")
	c := w.files(w.ann)
	all, cursor := w.entries(c, everything(), "")
	if len(all) != 3 || all["/Pictures"] != "folder" || len(all["/Pictures/Zoë 🎈.png"]) < 9 {
		t.Fatalf("listed %v", all)
	}
	rev := all["/Pictures/Zoë 🎈.png"]

	arg := files.NewDownloadArg("rev:" + rev)
	files.SetRangeLength(arg, 5, 3)
	meta, body, err := c.DownloadContext(t.Context(), arg)
	w.do(err)
	part, err := io.ReadAll(body)
	w.do(err)
	if string(part) != "567" || meta.Size != 10 || meta.Id != id || meta.PathDisplay != "/Pictures/Zoë 🎈.png" {
		t.Errorf("a range is %q of %+v", part, meta)
	}

	_, err = c.DeleteV2Context(t.Context(), &files.DeleteArg{Path: meta.PathLower, ParentRev: "0123456789abc"})
	var refused files.DeleteV2APIError
	if !errors.As(err, &refused) || refused.EndpointError.Tag != files.DeleteErrorPathWrite ||
		refused.EndpointError.PathWrite.Tag != files.WriteErrorConflict {
		t.Errorf("deleting another revision is %v", err)
	}
	w.pass(time.Minute)
	deleted, err := c.DeleteV2Context(t.Context(), &files.DeleteArg{Path: meta.PathLower, ParentRev: rev})
	w.do(err)
	if f, ok := deleted.Metadata.(*files.FileMetadata); !ok || f.Rev != rev {
		t.Errorf("deleted %+v", deleted.Metadata)
	}
	_, err = c.DeleteV2Context(t.Context(), &files.DeleteArg{Path: meta.PathLower, ParentRev: rev})
	if !errors.As(err, &refused) || refused.EndpointError.PathLookup == nil ||
		refused.EndpointError.PathLookup.Tag != files.LookupErrorNotFound {
		t.Errorf("deleting it again is %v", err)
	}
	changes, cursor := w.entries(c, nil, cursor)
	if len(changes) != 1 || changes["/Pictures/Zoë 🎈.png"] != "deleted" {
		t.Errorf("changed: %v", changes)
	}

	was, err := c.ListRevisionsContext(t.Context(), files.NewListRevisionsArg(meta.PathLower))
	w.do(err)
	if !was.IsDeleted || len(was.Entries) != 1 || was.Entries[0].Rev != rev ||
		!time.Time(*was.ServerDeleted).Equal(w.clock()) {
		t.Errorf("revisions: %+v", was)
	}
	back, err := c.RestoreContext(t.Context(), files.NewRestoreArg(meta.PathDisplay, rev))
	w.do(err)
	if back.Id != id || back.Rev == rev || back.ContentHash != meta.ContentHash {
		t.Errorf("restored %+v", back)
	}
	if changes, _ = w.entries(c, nil, cursor); len(changes) != 1 || changes["/Pictures/Zoë 🎈.png"] != back.Rev {
		t.Errorf("changed: %v", changes)
	}
}

func TestALongPollEndsWhenSomethingChanges(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	w.waits = make(chan time.Duration)
	c := w.files(w.ann)
	res, err := c.ListFolderGetLatestCursorContext(t.Context(), everything())
	w.do(err)
	poll := files.NewContext(sdk.Config{Client: w.srv.Client()})
	done := make(chan error, 1)
	go func() {
		out, err := poll.ListFolderLongpollContext(t.Context(), files.NewListFolderLongpollArg(res.Cursor))
		if err == nil && !out.Changes {
			err = errors.New("it ended without a change")
		}
		done <- err
	}()
	if d := <-w.waits; d < 30*time.Second {
		t.Errorf("it would wait for %v", d)
	}
	w.put(w.ann, "/new.png", "new")
	w.do(<-done)
}

func TestALongPollEndsWithItsTime(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	res, err := w.files(w.ann).ListFolderGetLatestCursorContext(t.Context(), everything())
	w.do(err)
	w.over = func(context.Context, time.Duration) {}
	out, err := files.NewContext(sdk.Config{Client: w.srv.Client()}).
		ListFolderLongpollContext(t.Context(), files.NewListFolderLongpollArg(res.Cursor))
	w.do(err)
	if out.Changes {
		t.Error("something changed")
	}
}

func TestAccountsAreOfTheTypeOfTheirPlan(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	team, err := w.box.AddTeam("Acme", dropboxsim.Advanced, true)
	w.do(err)
	for email, want := range map[string]string{
		"basic": "basic", "plus": "pro", "professional": "pro", "member": "business",
	} {
		p := dropboxsim.Person{Email: email + "@example.com"}
		if p.Plan = dropboxsim.Plan(email); email == "member" {
			p.Plan, p.Team = "", team
		}
		a := w.person(p)
		got, err := users.NewContext(w.config(a)).GetCurrentAccountContext(t.Context())
		w.do(err)
		if got.AccountType.Tag != want || got.AccountId != a.AccountID() || (got.Team != nil) != (email == "member") {
			t.Errorf("%s: %+v", email, got)
		}
		usage, err := users.NewContext(w.config(a)).GetSpaceUsageContext(t.Context())
		w.do(err)
		if usage.Used != 0 || usage.Allocation == nil {
			t.Errorf("%s: %+v", email, usage)
		}
	}
}
