package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
)

// UploadWindow is the time in which uploads are counted against their limit.
const UploadWindow = 24 * time.Hour

// unansweredFor is how long an upload without an answer is kept: longer than UploadWindow, so that it counts.
const unansweredFor = 31 * 24 * time.Hour

// ErrUploads: as many pictures as the policy permits were uploaded in the last UploadWindow.
var ErrUploads = errors.New("the limit of uploads is reached")

// Upload is a picture on its way to be judged.
type Upload struct {
	id    int64
	of    Content
	began time.Time
}

const (
	uploadsSince    = `SELECT count(*) FROM uploads WHERE began > $1`
	answersOf       = `SELECT size, sha256, began, answer, checksum FROM uploads WHERE answer <> '' `
	anyAnswerOfSize = `SELECT EXISTS (SELECT * FROM uploads WHERE size = $1 AND answer <> '')`
)

// BeginUpload durably records that the picture is about to be uploaded, so that no crash is repeated beyond the limit.
// It returns ErrUploads, and records nothing, if limit pictures were uploaded in the last UploadWindow by all processes
// together. A row from the future, by a clock that was wrong, counts too.
func (j *Journal) BeginUpload(ctx context.Context, of Content, limit int) (u Upload, err error) {
	u = Upload{of: of, began: j.now()}
	err = j.update(ctx, func(tx *sql.Tx) error {
		if j.d.lockUploads != "" {
			if _, err := tx.ExecContext(ctx, j.d.lockUploads); err != nil {
				return err
			}
		}
		var used int
		err := tx.QueryRowContext(ctx, uploadsSince, micros(u.began.Add(-UploadWindow))).Scan(&used)
		if err == nil && used >= limit {
			err = ErrUploads
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM uploads WHERE answer = '' AND began < $1`,
			micros(u.began.Add(-unansweredFor))); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO uploads (size, sha256, began, answer, checksum)
			VALUES ($1, $2, $3, '', $4) RETURNING id`, of.Size, of.SHA256[:], micros(u.began), []byte{}).Scan(&u.id)
	})
	return u, err
}

// EndUpload durably stores the answer about the picture's bytes.
func (j *Journal) EndUpload(ctx context.Context, u Upload, a fingerprint.Answer) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return j.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE uploads SET answer = $1, checksum = $2 WHERE id = $3`,
			string(text), u.checksum(string(text)), u.id)
		return err
	})
}

// checksum returns the checksum of the row with that answer.
func (u Upload) checksum(answer string) []byte {
	return checksumOf(u.of.Size, u.of.SHA256[:], micros(u.began), answer)
}

// UploadsLeft returns how many more pictures may be uploaded now.
func (j *Journal) UploadsLeft(ctx context.Context, limit int) (int, error) {
	var used int
	err := j.read.QueryRowContext(ctx, uploadsSince, micros(j.now().Add(-UploadWindow))).Scan(&used)
	if err != nil {
		return 0, fault(err)
	}
	return max(limit-used, 0), nil
}

// Answers returns the answers about pictures by the bytes that they are about, the latest about each. A row that is not
// as it was stored is left out: the picture is then as if nobody had asked.
func (j *Journal) Answers(ctx context.Context) (map[Content]fingerprint.Answer, error) {
	return j.answers(ctx, "ORDER BY id")
}

// AnswersOfSize is Answers for the files of one size. It costs little if there are none, as for almost every size.
func (j *Journal) AnswersOfSize(ctx context.Context, size int64) (map[Content]fingerprint.Answer, error) {
	var some bool
	if err := j.read.one(ctx, anyAnswerOfSize, size).Scan(&some); err != nil || !some {
		return nil, fault(err)
	}
	return j.answers(ctx, "AND size = $1 ORDER BY id", size)
}

// answers returns the answers that a condition selects.
func (j *Journal) answers(ctx context.Context, where string, args ...any) (map[Content]fingerprint.Answer, error) {
	rows, err := j.read.QueryContext(ctx, answersOf+where, args...)
	all := map[Content]fingerprint.Answer{}
	_, err = collect(rows, err, func(row scanner) (none struct{}, err error) {
		var u Upload
		var sum, checksum []byte
		var began sql.NullInt64
		var text string
		var a fingerprint.Answer
		if err := row.Scan(&u.of.Size, &sum, &began, &text, &checksum); err != nil {
			return none, err
		}
		u.began = moment(began)
		if u.of.is(sum) == nil && string(checksum) == string(u.checksum(text)) &&
			json.Unmarshal([]byte(text), &a) == nil {
			all[u.of] = a
		}
		return none, nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
