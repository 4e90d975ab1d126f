package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	stdhash "hash"
	"iter"
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/known"
)

// The pictures that are known by their bytes justify and prevent deletions. So the rows of a source cannot be changed,
// lost or added without being noticed: a line of the chain covers the source with a digest over its pictures. A picture
// that a scan verified has only a checksum, because without it less is found.

// seen is the source of the pictures that a scan verified.
const seen = 0

// knownColumns are the columns of table known, in the order of knownValues and knownScan, without the checksum.
const knownColumns = `source, sha256, size, origin, content_hash, sha1, md5, crc32, twin_sha256, twin_size,
	perceptual, quality, media_type, width, height, product, conversation, title, made, learnt, pixels`

const upsertKnown = `INSERT INTO known (` + knownColumns + `, checksum)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
	ON CONFLICT (source, sha256) DO UPDATE SET size = excluded.size, origin = excluded.origin,
	content_hash = excluded.content_hash, sha1 = excluded.sha1, md5 = excluded.md5, crc32 = excluded.crc32,
	twin_sha256 = excluded.twin_sha256, twin_size = excluded.twin_size, perceptual = excluded.perceptual,
	quality = excluded.quality, media_type = excluded.media_type, width = excluded.width, height = excluded.height,
	product = excluded.product, conversation = excluded.conversation, title = excluded.title, made = excluded.made,
	learnt = excluded.learnt, pixels = excluded.pixels, checksum = excluded.checksum`

// knownValues returns the values of knownColumns. Only a picture that a scan verified has a time of its own. A NUL in a
// text stays, because the checksums of older rows cover it; see storable.
func knownValues(source int64, p known.Picture) []any {
	if source != seen {
		p.Learnt = time.Time{}
	}
	return []any{
		source, p.SHA256[:], p.Size, p.Origin.String(), orEmpty(p.ContentHash[:]), orEmpty(p.SHA1[:]),
		orEmpty(p.MD5[:]), int64(p.CRC32), orEmpty(p.Twin.SHA256[:]), p.Twin.Size, orEmpty(p.Perceptual[:]),
		p.Quality, utf8Text(p.MediaType), p.Width, p.Height, utf8Text(string(p.Product)), utf8Text(p.Conversation),
		utf8Text(p.Title), micros(p.Made), micros(p.Learnt), orEmpty(p.Pixels[:]),
	}
}

// storable returns p with texts that every database stores.
func storable(p known.Picture) known.Picture {
	p.MediaType, p.Product = postgres.Text(p.MediaType), fingerprint.Product(postgres.Text(string(p.Product)))
	p.Conversation, p.Title = postgres.Text(p.Conversation), postgres.Text(p.Title)
	return p
}

// knownChecksum returns the checksum over knownValues. For the sake of rows from before pixels and times were recorded,
// it omits the pixels if they are unknown, and then the time.
func knownChecksum(values []any) []byte {
	last := len(values) - 1
	if pixels, _ := values[last].([]byte); len(pixels) > 0 {
		return checksumOf(values...)
	}
	if last--; values[last] == nil {
		last--
	}
	return checksumOf(values[:last+1]...)
}

// orEmpty returns the stored form of a hash, which is empty if the hash is unknown.
func orEmpty(sum []byte) []byte {
	if len(bytes.Trim(sum, "\x00")) == 0 {
		return []byte{}
	}
	return sum
}

// knownRow is a row of table known.
type knownRow struct {
	source   int64
	picture  known.Picture
	checksum []byte
	sound    bool // the checksum is right
}

// scanKnown reads a row of knownColumns and the checksum.
func scanKnown(row scanner) (k knownRow, err error) {
	p := &k.picture
	var sum, content, sha1, md5, twin, perceptual, pixels sql.RawBytes
	var origin string
	var made, learnt sql.NullInt64
	err = row.Scan(&k.source, &sum, &p.Size, &origin, &content, &sha1, &md5, &p.CRC32, &twin, &p.Twin.Size,
		&perceptual, &p.Quality, &p.MediaType, &p.Width, &p.Height, &p.Product, &p.Conversation, &p.Title, &made,
		&learnt, &pixels, &k.checksum)
	if err != nil {
		return k, err
	}
	p.Made, p.Learnt = moment(made), moment(learnt)
	k.sound = p.Origin.UnmarshalText([]byte(origin)) == nil
	for _, c := range []struct{ to, from []byte }{
		{p.SHA256[:], sum},
		{p.ContentHash[:], content},
		{p.SHA1[:], sha1},
		{p.MD5[:], md5},
		{p.Twin.SHA256[:], twin},
		{p.Perceptual[:], perceptual},
		{p.Pixels[:], pixels},
	} {
		k.sound = k.sound && copy(c.to, c.from) == len(c.from) && (len(c.from) == 0 || len(c.from) == len(c.to))
	}
	k.sound = k.sound && bytes.Equal(k.checksum, knownChecksum(knownValues(k.source, *p)))
	return k, nil
}

// digestOf returns the digest over the pictures of a source, which must be in the order of their SHA-256.
func digestOf(source int64, pictures []known.Picture) []byte {
	h := sha256.New()
	for _, p := range pictures {
		h.Write(knownChecksum(knownValues(source, p)))
	}
	return h.Sum(nil)
}

// Learn durably records the pictures of a source, and returns the source with its number. If pictures were learnt from
// the same path before and are the same, it returns that source.
func (j *Journal) Learn(ctx context.Context, from known.Source, pictures []known.Picture) (known.Source, error) {
	pictures, err := distinct(pictures)
	if err != nil {
		return known.Source{}, err
	}
	from.Learnt = j.now()
	err = j.appending(ctx, func(tx *sql.Tx, c *chain) error {
		same, err := learnt(ctx, tx, from.Path, pictures)
		if err != nil || same.ID != 0 {
			from = same
			return err
		}
		from.ID, err = insertSource(ctx, tx, c, from, pictures)
		return err
	})
	if err != nil {
		return known.Source{}, fmt.Errorf("record what was learnt of %q: %w", from.Path, err)
	}
	return from, j.writeHead(ctx)
}

// distinct returns the pictures in the order of their SHA-256, each once. An upload takes precedence.
func distinct(pictures []known.Picture) ([]known.Picture, error) {
	pictures = slices.Clone(pictures)
	for i, p := range pictures {
		pictures[i] = storable(p)
		if p.SHA256 == ([sha256.Size]byte{}) || p.Size < 1 || p.Origin < known.Generated || p.Origin > known.Named {
			return nil, fmt.Errorf("a picture of %d bytes that is %v cannot be known", p.Size, p.Origin)
		}
	}
	slices.SortStableFunc(pictures, func(a, b known.Picture) int {
		if by := bytes.Compare(a.SHA256[:], b.SHA256[:]); by != 0 || a.Origin == b.Origin {
			return by
		}
		if a.Origin == known.Uploaded {
			return -1
		}
		return 1
	})
	return slices.CompactFunc(pictures, func(a, b known.Picture) bool { return a.SHA256 == b.SHA256 }), nil
}

// learnt returns the source with that path and these pictures, or the zero Source.
func learnt(ctx context.Context, tx *sql.Tx, path string, pictures []known.Picture) (known.Source, error) {
	rows, err := tx.QueryContext(ctx, sourceQuery+` AND path = $1`, []byte(path))
	all, err := collect(rows, err, scanSource)
	if err != nil {
		return known.Source{}, err
	}
	for _, s := range all {
		if bytes.Equal(s.digest, digestOf(s.source.ID, pictures)) {
			return s.source, nil
		}
	}
	return known.Source{}, nil
}

// insertSource writes the rows of a source and its line.
func insertSource(
	ctx context.Context, tx *sql.Tx, c *chain, from known.Source, pictures []known.Picture,
) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) + 1 FROM sources`).Scan(&id)
	if err != nil {
		return 0, err
	}
	row := sourceRow{source: from, digest: digestOf(id, pictures)}
	row.source.ID = id
	columns, err := row.columns()
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sources (id, `+sourceColumns+`, line)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, append(append([]any{id}, columns...), c.next())...)
	if err != nil {
		return 0, err
	}
	if err := insertPictures(ctx, tx, id, slices.Values(pictures)); err != nil {
		return 0, err
	}
	return id, c.append(sourceSaid, id, appendFields(nil, columns...))
}

// insertPictures writes the rows of pictures and computes their checksums.
func insertPictures(ctx context.Context, tx *sql.Tx, source int64, pictures iter.Seq[known.Picture]) error {
	insert, err := tx.PrepareContext(ctx, upsertKnown)
	if err != nil {
		return err
	}
	for p := range pictures {
		values := knownValues(source, p)
		if _, err := insert.ExecContext(ctx, append(values, knownChecksum(values))...); err != nil {
			return err
		}
	}
	return nil
}

// Verified durably records pictures whose credentials a scan has verified. Each needs its SHA-256 and its twin.
func (j *Journal) Verified(ctx context.Context, pictures []known.Picture) error {
	return j.update(ctx, func(tx *sql.Tx) error { return writeVerified(ctx, tx, pictures, j.now()) })
}

// writeVerified is Verified in the transaction tx. It leaves out pictures without a hash or a twin. A picture that is
// known with the same twin keeps its time.
func writeVerified(ctx context.Context, tx *sql.Tx, pictures []known.Picture, now time.Time) error {
	var all []known.Picture
	for _, p := range pictures {
		if p.SHA256 == ([sha256.Size]byte{}) || p.Size < 1 || p.Twin.Size < 1 {
			continue
		}
		rows, err := tx.QueryContext(ctx,
			`SELECT `+knownColumns+`, checksum FROM known WHERE source = $1 AND sha256 = $2`, seen, p.SHA256[:])
		before, err := collect(rows, err, scanKnown)
		if err != nil {
			return err
		}
		p.Origin, p.Learnt = known.Verified, now
		if len(before) == 1 && before[0].sound && before[0].picture.Twin == p.Twin {
			p.Learnt = before[0].picture.Learnt
		}
		all = append(all, storable(p))
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b known.Picture) int { return bytes.Compare(a.SHA256[:], b.SHA256[:]) })
	return errors.Join(insertPictures(ctx, tx, seen, slices.Values(all)), changeVerified(ctx, tx))
}

// changeVerified counts a change of the pictures that scans have verified, which have no line.
func changeVerified(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE verified SET changes = changes + 1`)
	return err
}

// Forget durably removes a source and its pictures. The error wraps fs.ErrNotExist if there is none of that number.
func (j *Journal) Forget(ctx context.Context, id int64) error {
	err := j.appending(ctx, func(tx *sql.Tx, c *chain) error {
		row, err := scanSource(tx.QueryRowContext(ctx, sourceQuery+` AND id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return errNoSource(id)
		}
		if err != nil {
			return err
		}
		row.forgotten = j.now()
		columns, err := row.columns()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE sources SET forgotten = $1, line = $2 WHERE id = $3`,
			micros(row.forgotten), c.next(), id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM known WHERE source = $1`, id); err != nil {
			return err
		}
		if err := emptyLookup(ctx, tx); err != nil {
			return err
		}
		return c.append(sourceSaid, id, appendFields(nil, columns...))
	})
	if err != nil {
		return fmt.Errorf("forget what was learnt: %w", err)
	}
	return j.writeHead(ctx)
}

// ForgetVerified removes the pictures that scans have verified.
func (j *Journal) ForgetVerified(ctx context.Context) error {
	return j.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM known WHERE source = $1`, seen)
		return errors.Join(err, emptyLookup(ctx, tx), changeVerified(ctx, tx))
	})
}

// KnownState has two numbers, of which at least one changes whenever the known pictures do. None ever returns.
type KnownState struct {
	Learnt   int64 // changes whenever something is learnt, or a source is forgotten
	Verified int64 // changes whenever a scan has verified pictures, or these are forgotten
}

// stateOfKnown is the query of KnownState.
const stateOfKnown = `SELECT (SELECT coalesce(max(line), 0) FROM sources), changes FROM verified`

// KnownState returns the state of the known pictures.
func (j *Journal) KnownState(ctx context.Context) (KnownState, error) {
	state, err := knownState(j.read.one(ctx, stateOfKnown))
	return state, fault(err)
}

// Originals returns the number of pictures that scans have verified.
func (j *Journal) Originals(ctx context.Context) (n int64, err error) {
	err = j.read.QueryRowContext(ctx, `SELECT count(*) FROM known WHERE source = $1`, seen).Scan(&n)
	return n, fault(err)
}

func knownState(row scanner) (state KnownState, err error) {
	err = row.Scan(&state.Learnt, &state.Verified)
	return state, err
}

// walkKnown calls each for every known picture until it returns false. It then compares the pictures of each source
// with its digest, and returns ErrDamaged if they differ. It leaves out verified pictures with a wrong checksum. Each
// picture has the time when it was learnt or verified, or a later one.
func walkKnown(ctx context.Context, tx *sql.Tx, each func(source int64, p known.Picture) bool) error {
	sources, times, err := sourcesOf(ctx, tx)
	if err != nil {
		return err
	}
	digests := map[int64]stdhash.Hash{}
	rows, err := tx.QueryContext(ctx, `SELECT `+knownColumns+`, checksum FROM known ORDER BY source, sha256`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		k, err := scanKnown(rows)
		switch {
		case err != nil:
			return err
		case k.source == seen && !k.sound:
			continue
		case !k.sound:
			return fmt.Errorf("%w: a picture of source %d is not as it was learnt", ErrDamaged, k.source)
		}
		if k.source != seen {
			if digests[k.source] == nil {
				digests[k.source] = sha256.New()
			}
			digests[k.source].Write(k.checksum)
		}
		if k.picture.Learnt.IsZero() {
			k.picture.Learnt = times[k.source]
		}
		if !each(k.source, k.picture) {
			return nil
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return compareDigests(sources, digests)
}

// sourcesOf returns the sources that are not forgotten, by their numbers, and the time of those pictures of each that
// have no own one.
func sourcesOf(ctx context.Context, tx *sql.Tx) (all []sourceRow, times map[int64]time.Time, err error) {
	var since sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT since FROM verified`).Scan(&since); err != nil {
		return nil, nil, err
	}
	rows, err := tx.QueryContext(ctx, sourceQuery+` ORDER BY id`)
	all, err = collect(rows, err, scanSource)
	times = map[int64]time.Time{seen: moment(since)}
	for _, s := range all {
		times[s.source.ID] = s.source.Learnt
	}
	return all, times, err
}

// compareDigests returns ErrDamaged unless these are the digests of all the sources.
func compareDigests(all []sourceRow, digests map[int64]stdhash.Hash) error {
	for _, s := range all {
		got := digests[s.source.ID]
		if got == nil {
			got = sha256.New()
		}
		if !bytes.Equal(got.Sum(nil), s.digest) {
			return fmt.Errorf("%w: the pictures of source %d are not those that were learnt", ErrDamaged, s.source.ID)
		}
		delete(digests, s.source.ID)
	}
	if len(digests) > 0 {
		return fmt.Errorf("%w: there are pictures of no source", ErrDamaged)
	}
	return nil
}
