package providertest

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/sweepd/sweepd/providers"
)

// returning are the promises about restoring and purging.
var returning = []promise{
	// The entry in the answer is the one that later listings have, so that the record follows the file.
	{"RestorePutsTheBytesBackUnderTheOldName", providers.CanTrash | providers.CanRestore, func(b *box) {
		r := b.trash(keyed(1), b.put("a.png", "bytes"))
		e, err := b.d.Restore(b.Context(), r)
		if err != nil || e.Path != b.Path("a.png") || e.Size != 5 {
			b.Errorf("got %+v, %v; want the file at %s", e, err, b.Path("a.png"))
		}
		if now := b.find("a.png"); now != e {
			b.Errorf("restore gave %+v, the listing %+v", e, now)
		}
		b.holds("a.png", "bytes")
		b.binIs()
	}},
	// The file in the way is newer, and is the user's.
	{"RestoreNeverOverwrites", providers.CanTrash | providers.CanRestore, func(b *box) {
		r := b.trash(keyed(1), b.put("a.png", "one"))
		b.Write(b.T, "a.png", []byte("two"))
		if _, err := b.d.Restore(b.Context(), r); err == nil { // names need not be unique there
			b.bothHold("a.png", "one", "two")
			b.binIs()
			return
		} else {
			b.fails("restore", err, fs.ErrExist)
		}
		b.holds("a.png", "two")
		if hiding, ok := b.Harness.(Hiding); !ok || !hiding.HidesReplaced() {
			b.binIs("a.png")
		}
		_, err := b.d.Restore(b.Context(), r)
		b.fails("restore again, while it is in the trash", err, fs.ErrExist)
	}},
	// An undo that was interrupted is done again.
	{"RestoreTwiceIsRestoreOnce", providers.CanTrash | providers.CanRestore, func(b *box) {
		r := b.trash(keyed(1), b.put("a.png", "a"))
		once, err := b.d.Restore(b.Context(), r)
		if err != nil {
			b.Fatalf("restore: %v", err)
		}
		twice, err := b.d.Restore(b.Context(), r)
		if err != nil || twice != once {
			b.Errorf("got %+v, %v; want %+v", twice, err, once)
		}
		b.holds("a.png", "a")
	}},
	// undo then reports that it is gone for good, and does not try again.
	{"RestoreOfAPurgedFileIsNotExist", providers.CanTrash | providers.CanRestore | providers.CanPurge, func(b *box) {
		e := b.put("a.png", "a")
		r := b.trash(keyed(1), e)
		if err := b.d.Purge(b.Context(), r); err != nil {
			b.Fatalf("purge: %v", err)
		}
		_, err := b.d.Restore(b.Context(), r)
		b.fails("restore", err, fs.ErrNotExist)
		b.absent(e)
	}},
	// It is the one call that no undo follows.
	{"PurgeDeletesThatFileAndNoOther", providers.CanTrash | providers.CanPurge, func(b *box) {
		b.put("stays.png", "stays")
		b.trash(keyed(1), b.put("other.png", "other"))
		r := b.trash(keyed(2), b.put("a.png", "a"))
		if err := b.d.Purge(b.Context(), r); err != nil {
			b.Fatalf("purge: %v", err)
		}
		b.holds("stays.png", "stays")
		b.binIs("other.png")
	}},
	// A purge whose answer was lost is called again, and must not fail for good.
	{"PurgeOfWhatIsGoneIsNotExist", providers.CanTrash | providers.CanPurge, func(b *box) {
		r := b.trash(keyed(1), b.put("a.png", "a"))
		if err := b.d.Purge(b.Context(), r); err != nil {
			b.Errorf("purge: %v", err)
		}
		b.fails("purge again", b.d.Purge(b.Context(), r), fs.ErrNotExist)
	}},
	// Storage records what Gone returns.
	{"GoneTellsWhetherTheFileHasLeftTheTrash", providers.CanTrash | providers.CanRestore, func(b *box) {
		r := b.trash(keyed(1), b.put("a.png", "a"))
		b.gone(r, false)
		if _, err := b.d.Restore(b.Context(), r); err != nil {
			b.Fatalf("restore: %v", err)
		}
		b.gone(r, true)
		b.holds("a.png", "a")
		if !b.d.Can().Has(providers.CanPurge) {
			return
		}
		r = b.trash(keyed(2), b.put("b.png", "b"))
		if err := b.d.Purge(b.Context(), r); err != nil {
			b.Fatalf("purge: %v", err)
		}
		b.gone(r, true)
	}},
	// A person has brought it back, and wants it.
	{
		"PurgeNeverDeletesAFileThatLeftTheBin",
		providers.CanTrash | providers.CanRestore | providers.CanPurge, func(b *box) {
			r := b.trash(keyed(1), b.put("a.png", "a"))
			if _, err := b.d.Restore(b.Context(), r); err != nil {
				b.Fatalf("restore: %v", err)
			}
			if err := b.d.Purge(b.Context(), r); err == nil {
				b.Error("purge of a file that is not in the trash: got no error")
			}
			b.holds("a.png", "a")
		},
	},
	// The receipt of the first move is no right to delete the file after the second.
	{
		"PurgeNeverDeletesALaterTrashOfTheSameFile",
		providers.CanTrash | providers.CanRestore | providers.CanPurge, func(b *box) {
			old := b.trash(keyed(1), b.put("a.png", "a"))
			e, err := b.d.Restore(b.Context(), old)
			if err != nil {
				b.Fatalf("restore: %v", err)
			}
			b.trash(keyed(2), e)
			_ = b.d.Purge(b.Context(), old)
			b.binIs("a.png")
		},
	},
	// The journal keeps receipts for as long as files are in the trash.
	{"ReceiptsOutliveTheDriver", providers.CanTrash | providers.CanRestore, func(b *box) {
		r := b.trash(keyed(1), b.put("a.png", "a"))
		again := b.Open(b.T)
		defer again.Close()
		if _, err := again.Restore(b.Context(), r); err != nil {
			b.Fatalf("restore by another driver: %v", err)
		}
		b.holds("a.png", "a")
	}},
	// A damaged or a foreign receipt must not lead to any file.
	{
		"AReceiptThatIsNoneIsAnErrorAndNothingHappens",
		providers.CanTrash | providers.CanRestore | providers.CanPurge, func(b *box) {
			b.put("stays.png", "stays")
			b.trash(keyed(1), b.put("a.png", "a"))
			for _, r := range []providers.Receipt{"", "x", "{}", `{"bin":"/","name":"etc"}`, "../../a"} {
				if _, err := b.d.Restore(b.Context(), r); err == nil {
					b.Errorf("restore of %q: got no error", r)
				}
				_ = b.d.Purge(b.Context(), r)
			}
			b.holds("stays.png", "stays")
			b.binIs("a.png")
		},
	},
	{
		"TrashedGivesReceiptsThatRestore",
		providers.CanTrash | providers.CanListTrash | providers.CanRestore, func(b *box) {
			b.trash(keyed(1), b.put("a.png", "bytes"))
			for t, err := range b.trashed() {
				if err != nil || t.Size != 5 {
					b.Fatalf("got %+v, %v; want 5 bytes", t, err)
				}
				if _, err := b.d.Restore(b.Context(), t.Receipt); err != nil {
					b.Errorf("restore: %v", err)
				}
			}
			b.holds("a.png", "bytes")
		},
	},
	// Only the policy decides which of them may be purged.
	{"TrashedNamesWhatOthersPutThere", providers.CanTrash | providers.CanListTrash, func(b *box) {
		b.trash(keyed(1), b.put("ours.png", "a"))
		b.put("theirs.png", "b")
		b.Discard(b.T, "theirs.png")
		b.binIs("ours.png", "theirs.png")
	}},
	// Entries that other programs put there are examined in the trash.
	{"AFileInTheTrashCanBeReadAsItIs", providers.CanTrash | providers.CanListTrash | providers.CanPurge, func(b *box) {
		r := b.trash(keyed(1), b.put("a.png", "abcdef"))
		b.Write(b.T, "theirs.png", []byte("theirs"))
		b.Discard(b.T, "theirs.png")
		want := map[string]string{b.Path("a.png"): "bcd", b.Path("theirs.png"): "hei"}
		for t, err := range b.trashed() {
			if err != nil {
				b.Fatal(err)
			}
			got, err := b.readTrashed(t.Receipt, 1, 3)
			if err != nil || string(got) != want[t.Path] {
				b.Errorf("%s: got %q, %v; want %q", t.Path, got, err, want[t.Path])
			}
			delete(want, t.Path)
		}
		if len(want) > 0 {
			b.Errorf("not listed: %q", want)
		}
		if err := b.d.Purge(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		_, err := b.readTrashed(r, 0, 1)
		b.fails("read of a purged file", err, fs.ErrNotExist)
	}},
	// An answer about other bytes would be worth nothing.
	{"GuardsLookAtTheRevisionThatWasExamined", 0, func(b *box) {
		e := b.put("a.png", "a")
		if held, err := b.d.Guards(b.Context(), e.Ref, e.Revision, providers.AllGuards()); err != nil || len(held) > 0 {
			b.Errorf("a plain file: got %v, %v; want no guard", held, err)
		}
		b.put("a.png", "other")
		_, err := b.d.Guards(b.Context(), e.Ref, e.Revision, providers.AllGuards())
		b.fails("a changed file", err, providers.ErrChanged)
		b.Remove(b.T, "a.png")
		_, err = b.d.Guards(b.Context(), e.Ref, e.Revision, nil)
		b.fails("a missing file", err, fs.ErrNotExist)
	}},
	// Names only, since a storage may be too slow to read documents. plain has names that do not count.
	{"WhatIsAroundAFileHoldsIt", 0, func(b *box) {
		for _, name := range []string{
			"vault/.obsidian/app.json", "x.photoslibrary/database/photos.db", "dark/sidecar.png.xmp",
			"site/.git/index", "loads/half.png.part",
			"plain/other.png.xmp", "plain/vault/app.json",
		} {
			b.Write(b.T, name, []byte("not to be read"))
		}
		for name, by := range map[string]providers.Guard{
			"vault/notes/img/vault.png":             providers.GuardLibrary,
			"x.photoslibrary/originals/0/photo.png": providers.GuardLibrary,
			"dark/sidecar.png":                      providers.GuardLibrary, "site/img/site.png": providers.GuardGit,
			"loads/half.png": providers.GuardPartial,
			"plain/free.png": "",
		} {
			b.Write(b.T, name, []byte(name))
			b.heldBy(name, by)
		}
	}},
	// sweepd does not call it; a driver that claims the ability must still keep to the bin.
	{"EmptyTrashEmptiesTheBinAndNothingElse", providers.CanTrash | providers.CanEmptyTrash, func(b *box) {
		b.put("stays.png", "stays")
		b.trash(keyed(1), b.put("a.png", "a"))
		if err := b.d.EmptyTrash(b.Context()); err != nil {
			b.Fatalf("empty: %v", err)
		}
		b.holds("stays.png", "stays")
		b.binIs()
	}},
}

// heldBy checks that the guard, and no other, holds the file of that name. It finds the file by the last element of its
// path, because a storage may not report the folders. by "" means that no guard holds it. With no guard asked for, none
// may answer.
func (b *box) heldBy(name string, by providers.Guard) {
	b.Helper()
	present, _, _ := b.list("")
	for _, e := range present {
		if e.Name() != path.Base(name) {
			continue
		}
		held, err := b.d.Guards(b.Context(), e.Ref, e.Revision, providers.AllGuards())
		if err != nil || by == "" && len(held) > 0 ||
			by != "" && (len(held) != 1 || held[0].Guard != by || held[0].Why.IsZero()) {
			b.Errorf("%s: held by %v, %v; want the guard %q", name, held, err, by)
		}
		if held, err := b.d.Guards(b.Context(), e.Ref, e.Revision, nil); err != nil || len(held) > 0 {
			b.Errorf("%s: with no guard on it is held by %v, %v", name, held, err)
		}
		return
	}
	b.Errorf("%s is not listed", name)
}

// refusing are the promises about absent abilities: their methods change nothing and return ErrUnsupported.
var refusing = []promise{
	{"AbsentAbilitiesAreErrUnsupportedAndChangeNothing", 0, func(b *box) {
		e := b.put("a.png", "a")
		ctx := b.Context()
		for _, c := range []struct {
			name  string
			needs providers.Can
			try   func() error
		}{
			{
				"trash", providers.CanTrash,
				func() error { _, err := b.d.Trash(ctx, keyed(1), e.Ref, e.Revision); return err },
			},
			{
				"settle", providers.CanTrash,
				func() error { _, err := b.d.Settle(ctx, keyed(1), e.Ref, e.Revision); return err },
			},
			{"restore", providers.CanRestore, func() error { _, err := b.d.Restore(ctx, "x"); return err }},
			{"purge", providers.CanPurge, func() error { return b.d.Purge(ctx, "x") }},
			{"empty", providers.CanEmptyTrash, func() error { return b.d.EmptyTrash(ctx) }},
			{"wait", providers.CanWait, func() error { return b.d.Wait(ctx, "") }},
			{
				"thumbnail", providers.CanThumbnail,
				func() error { _, err := b.d.Thumbnail(ctx, e.Ref, e.Revision, 32); return err },
			},
			{"trashed", providers.CanListTrash, func() error {
				for _, err := range b.d.Trashed(ctx) {
					return err
				}
				return nil
			}},
		} {
			if err := c.try(); !b.d.Can().Has(c.needs) && !errors.Is(err, errors.ErrUnsupported) {
				b.Errorf("%s: got %v, want errors.ErrUnsupported", c.name, err)
			} else if b.d.Can().Has(c.needs) && errors.Is(err, errors.ErrUnsupported) {
				b.Errorf("%s: Can says yes, yet got %v", c.name, err)
			}
		}
		if !b.d.Can().Has(providers.CanTrash) {
			b.holds("a.png", "a")
		}
	}},
	// A plan is made by what Can returned when the storage was opened.
	{"CanIsConstant", 0, func(b *box) {
		was := b.d.Can()
		b.put("a.png", "a")
		if now := b.d.Can(); now != was {
			b.Errorf("went from %b to %b", was, now)
		}
	}},
	// A stopped service must not wait for a slow disk or a slow cloud.
	{"AnEndedContextEndsEveryRead", 0, func(b *box) {
		e := b.put("a.png", "a")
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		_, err := b.d.Stat(ctx, e.Ref)
		b.fails("stat", err, context.Canceled)
		_, err = b.d.ReadRange(ctx, e.Ref, e.Revision, 0, 1)
		b.fails("read", err, context.Canceled)
	}},
}
