package journal

import (
	"context"
	"database/sql"

	"github.com/sweepd/sweepd/providers"
)

// About is what may speak for or against a deletion of one file, as of one time. See the method About.
type About struct {
	Known    KnownState
	Override Override // as Journal.Override returns it
	Sized    bool     // Journal.OverriddenContents has contents of its size
	Moved    bool     // Journal.MovedLike has operations
}

// aboutFile is the query of About. Its first five parameters are those of movedLike.
const aboutFile = `SELECT (SELECT coalesce(max(line), 0) FROM sources), v.changes, w.word, w.revision,
	EXISTS (SELECT * FROM contents WHERE size = $1 AND word <> ''),
	EXISTS (SELECT * FROM operations o WHERE ` + movedLike + `)
	FROM verified v LEFT JOIN words w ON w.ref = $2 AND w.size = $1 AND w.modified = $6`

// About returns in one query what takes four otherwise, for a caller that is about to act on many files.
func (j *Journal) About(ctx context.Context, e providers.Entry) (a About, err error) {
	var word sql.NullString
	var revision []byte
	err = j.read.one(ctx, aboutFile, append(movedLikeArgs(e), overrideKeyOf(e).modified)...).
		Scan(&a.Known.Learnt, &a.Known.Verified, &word, &revision, &a.Sized, &a.Moved)
	a.Override = fileOverride{Override(word.String), providers.Revision(revision)}.of(e.Revision)
	return a, fault(err)
}
