package journal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
)

// bytesOf returns the content of a picture; the number distinguishes several.
func bytesOf(n int) Content {
	return Content{Size: 1000, SHA256: sha256.Sum256([]byte(fmt.Sprint("picture ", n)))}
}

func TestUploadsAreCountedBeforeTheyBegin(t *testing.T) {
	now := noon
	j := openNow(t, newPath(t), func() time.Time { return now })
	defer j.Close()
	begin := func(want error) {
		t.Helper()
		if _, err := j.BeginUpload(t.Context(), bytesOf(1), 2); !errors.Is(err, want) {
			t.Errorf("at %s: got %v, want %v", now.Sub(noon), err, want)
		}
	}
	left := func(want int) {
		t.Helper()
		if got := must(j.UploadsLeft(t.Context(), 2))(t); got != want {
			t.Errorf("at %s: %d are left, want %d", now.Sub(noon), got, want)
		}
	}
	left(2)
	begin(nil)
	now = noon.Add(time.Hour)
	begin(nil) // the same picture, after a failure
	begin(ErrUploads)
	left(0)
	now = noon.Add(UploadWindow)
	left(1)
	begin(nil)
	begin(ErrUploads)
	now = noon.Add(-40 * 24 * time.Hour) // a clock that was set back gives nothing away
	left(0)
	begin(ErrUploads)
	now = noon.Add(40 * 24 * time.Hour) // unanswered ones are forgotten, much later
	begin(nil)
	var rows int
	if err := j.read.QueryRow("SELECT count(*) FROM uploads").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows are left, %v; want 1", rows, err)
	}
}

func TestAnAnswerIsAboutExactlyItsBytes(t *testing.T) {
	path := newPath(t)
	open := func() *Journal {
		return openNow(t, path, func() time.Time { return noon })
	}
	j := open()
	yes, no := fingerprint.Answer{At: noon, SynthID: true, Model: "m"}, fingerprint.Answer{At: noon}
	end := func(of Content, a fingerprint.Answer) {
		t.Helper()
		u, err := j.BeginUpload(t.Context(), of, 100)
		if err == nil {
			err = j.EndUpload(t.Context(), u, a)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	end(bytesOf(1), yes)
	end(bytesOf(2), yes)
	end(bytesOf(2), no) // the latest counts
	end(bytesOf(3), yes)
	must(j.BeginUpload(t.Context(), bytesOf(4), 100))(t)
	check := func(what string, want map[Content]fingerprint.Answer) {
		t.Helper()
		all, some := must(j.Answers(t.Context()))(t), must(j.AnswersOfSize(t.Context(), 1000))(t)
		if fmt.Sprint(all) != fmt.Sprint(want) || fmt.Sprint(some) != fmt.Sprint(want) {
			t.Errorf("%s: got %v and %v, want %v", what, all, some, want)
		}
	}
	check("as stored", map[Content]fingerprint.Answer{bytesOf(1): yes, bytesOf(2): no, bytesOf(3): yes})
	if other := must(j.AnswersOfSize(t.Context(), 999))(t); other != nil {
		t.Errorf("another size: got %v", other)
	}
	j.Close()
	// Whatever is changed in a row, its answer is gone.
	for _, change := range []string{
		`answer = '{"at":"2026-11-23T12:00:00Z","synthid":true}'`, "size = 1001", "began = began + 1",
		"sha256 = x'00'", "checksum = x''", "answer = 'null'",
	} {
		script(t, path, "CREATE TABLE was AS SELECT * FROM uploads", "UPDATE uploads SET "+change)
		j = open()
		check(change, map[Content]fingerprint.Answer{})
		j.Close()
		script(t, path, "DELETE FROM uploads", "INSERT INTO uploads SELECT * FROM was", "DROP TABLE was")
	}
	j = open()
	defer j.Close()
	check("put back", map[Content]fingerprint.Answer{bytesOf(1): yes, bytesOf(2): no, bytesOf(3): yes})
}

func TestAnImageThatWaitsIsRemembered(t *testing.T) {
	path := newPath(t)
	now := func() time.Time { return noon }
	j := openNow(t, path, now)
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	s.PutKnown(file("a", "1"), Waiting)
	s.PutKnown(file("b", "1"), PlainImage)
	if err := s.Save(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	j.Close()
	j = openNow(t, path, now)
	defer j.Close()
	s = must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	a, b := s.Get(file("a", "1")), s.Get(file("b", "1"))
	if a != Waiting || b != PlainImage || !s.Waits() || s.Plain() != 2 {
		t.Errorf("got %v and %v, waits %v, %d plain", a, b, s.Waits(), s.Plain())
	}
	s.PutKnown(file("a", "1"), PlainImage)
	if s.Waits() {
		t.Error("it waits on")
	}
}
