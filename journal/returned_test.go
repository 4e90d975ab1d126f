package journal

import (
	"strings"
	"testing"
)

// A folder of copies has thousands of files of one size. To find a later operation on the same file, only those of the
// same times are read, from the one in question on.
func TestAFileLikeAnotherIsFoundByItsTimes(t *testing.T) {
	j := openAt(t, t.TempDir()+"/journal.db")
	rows, err := j.read.Query("EXPLAIN QUERY PLAN "+anyMovedLike, 1, []byte{}, []byte{}, 1, 1)
	steps, err := collect(rows, err, func(row scanner) (step string, err error) {
		var a, b, c any
		err = row.Scan(&a, &b, &c, &step)
		return step, err
	})
	if err != nil {
		t.Fatal(err)
	}
	plan := strings.Join(steps, "\n")
	const want = "SEARCH l USING INDEX operations_by_likeness (size=? AND modified=? AND created=? AND rowid>?)"
	if !strings.Contains(plan, want) || strings.Contains(plan, "SCAN o") {
		t.Errorf("got the plan\n%s\nwant in it %s", plan, want)
	}
}
