package journal

import (
	"fmt"
	"testing"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// photos returns n plain images from the number first on.
func photos(first, n int) map[providers.Entry]fingerprint.Verdict {
	all := map[providers.Entry]fingerprint.Verdict{}
	for i := range n {
		all[file(fmt.Sprint(first+i), "1")] = photo
	}
	return all
}

// seenRows returns the rows of the storage by their start.
func seenRows(t *testing.T, j *Journal) map[int]string {
	t.Helper()
	rows := must(j.read.Query(`SELECT start, hashes FROM seen`))(t)
	defer rows.Close()
	all := map[int]string{}
	for rows.Next() {
		var start int
		var hashes []byte
		if err := rows.Scan(&start, &hashes); err != nil {
			t.Fatal(err)
		}
		all[start] = string(hashes)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// areKnown fails the test unless the images are known, and another is not.
func areKnown(t *testing.T, j *Journal, files map[providers.Entry]fingerprint.Verdict) {
	t.Helper()
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	for e := range files {
		if s.Get(e) != PlainImage {
			t.Fatalf("%s is forgotten", e.Path)
		}
	}
	if s.Get(file("another", "1")) != Unknown || s.Plain() != int64(len(files)) {
		t.Errorf("%d images are known, want %d", s.Plain(), len(files))
	}
}

func TestAStorageHasAsManyRowsAsItsFilesNeed(t *testing.T) {
	for _, c := range []struct{ hashes, stored, want int }{
		{0, 0, 1},
		{1, 0, 1},
		{256, 0, 1},
		{257, 0, 2},
		{1000, 0, 4},
		{65_537, 0, 256},
		{1_000_000, 0, 256},
		// As long as the rows are neither short nor long, they stay.
		{512, 1, 1},
		{513, 1, 4},
		{256, 4, 4},
		{255, 4, 1},
		{1_000_000, 256, 256},
		{16_384, 256, 256},
		{1000, 256, 4}, // as an older program has stored them
	} {
		if got := rowsFor(c.hashes, c.stored); got != c.want {
			t.Errorf("%d hashes in %d rows: got %d, want %d", c.hashes, c.stored, got, c.want)
		}
	}
}

func TestTheRowsGrowWithTheStorageAndASmallChangeWritesOne(t *testing.T) {
	j := newJournal(t)
	files := photos(0, 200)
	scan(t, j, 1, true, files)
	equal(t, "rows of 200 files", count(t, j, "seen"), 1)
	files = photos(0, 2000)
	scan(t, j, 1, true, files)
	equal(t, "rows of 2,000 files", count(t, j, "seen"), 8)
	areKnown(t, j, files)

	before := seenRows(t, j)
	files[file("new", "1")] = photo
	scan(t, j, 1, true, files)
	changed := 0
	for start, hashes := range seenRows(t, j) {
		if before[start] != hashes {
			changed++
		}
	}
	equal(t, "rows that one more file changed", changed, 1)
	areKnown(t, j, files)

	files = photos(0, 100)
	scan(t, j, 1, true, files)
	equal(t, "rows after most files have gone", count(t, j, "seen"), 1)
	areKnown(t, j, files)
}

// asBefore stores the rows as older programs did: one for each first byte of which there is any hash.
func asBefore(t *testing.T, j *Journal) {
	t.Helper()
	rows := seenRows(t, j)
	change(t, j, "DELETE FROM seen")
	for _, packed := range rows {
		shards := map[byte][]byte{}
		for i := 0; i < len(packed); i += hashSize {
			shards[packed[i]] = append(shards[packed[i]], packed[i:i+hashSize]...)
		}
		for shard, hashes := range shards {
			must(j.write.Exec(`INSERT INTO seen (storage, start, version, hashes) VALUES ($1, $2, $3, $4)`,
				"home", int(shard), 1, hashes))(t)
		}
	}
}

func TestTheRowsOfOlderProgramsAreRead(t *testing.T) {
	j := newJournal(t)
	files := photos(0, 300)
	scan(t, j, 1, true, files)
	asBefore(t, j)
	if n := count(t, j, "seen"); n < 100 {
		t.Fatalf("they have %d rows", n)
	}
	areKnown(t, j, files)
	// Without a listing, into the rows as they are: some shards have none.
	for i := range 200 {
		e := file(fmt.Sprint("later", i), "1")
		if err := j.Remember(t.Context(), "home", 1, e, photo, false); err != nil {
			t.Fatal(err)
		}
		files[e] = photo
	}
	areKnown(t, j, files)
	scan(t, j, 1, true, files)
	areKnown(t, j, files)
	files[file("new", "1")] = photo
	scan(t, j, 1, true, files)
	equal(t, "rows after the next change", count(t, j, "seen"), 2)
	areKnown(t, j, files)
}

func TestWhatIsRememberedUnderAnotherVersionReplacesTheRow(t *testing.T) {
	j := newJournal(t)
	scan(t, j, 1, true, photos(0, 600))
	e := file("new", "1")
	if err := j.Remember(t.Context(), "home", 2, e, photo, false); err != nil {
		t.Fatal(err)
	}
	equal(t, "known", knownOf(t, j, 2, e, file("0", "1")), []Known{PlainImage, Unknown})
	scan(t, j, 2, true, photos(0, 600))
	equal(t, "known after a listing", knownOf(t, j, 2, e, file("0", "1")), []Known{Unknown, PlainImage})
}
