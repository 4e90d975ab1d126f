package journal

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// dialect has the parts of statements in which the databases differ. All other statements run on both.
type dialect struct {
	// noBytes is the literal of no bytes, for conditions that have to be those of an index.
	noBytes string
	// forUpdate ends a query whose rows the transaction will change. SQLite has one writer at a time.
	forUpdate string
	// insertOperations and insertMoved insert rows with the columns of recorder.putIntents and movedValues. If together
	// is set, a statement has all rows, each parameter being the array of a column, because each statement waits for
	// the network; insertOperations then returns the ID and the key of each. SQLite takes less time for one row after
	// another.
	insertOperations, insertMoved string
	together                      bool
	// outcomeBefore joins the line c of an outcome with the word w that it brought, and withOutcome the content k.
	outcomeBefore string
	// links is a page of lines: from line $1, at most $2, and where there are several chains, of storage $3.
	links string
	// lockUploads keeps other writers from table uploads until the transaction ends; "" if there are none.
	lockUploads string
	// snapshot is a transaction in which all queries see the same state.
	snapshot sql.TxOptions
}

// operationColumns are those of an intent.
const operationColumns = `key, run, kind, storage, ` + entryColumns +
	`, about, rule, reasons, approved, began, begun_line`

// sqliteDialect returns the dialect of SQLite.
func sqliteDialect() *dialect {
	return &dialect{
		noBytes: `x''`,
		// Until an operation ends, its receipt is the one that it is about.
		insertOperations: `INSERT INTO operations (` + operationColumns + `, receipt)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $12)`,
		insertMoved:   `INSERT INTO moved (operation, sha256, content_hash, checksum) VALUES ($1, $2, $3, $4)`,
		outcomeBefore: `c.line = w.line - 1 AND c.event IN ('ended', 'restored')`,
		links:         fmt.Sprintf(linkQuery, "", ""),
		snapshot:      sql.TxOptions{ReadOnly: true},
	}
}

// postgresDialect returns the dialect of PostgreSQL.
func postgresDialect() *dialect {
	return &dialect{
		noBytes:   `''::bytea`,
		forUpdate: ` FOR UPDATE`,
		insertOperations: `INSERT INTO operations (` + operationColumns + `, receipt, epoch)
			SELECT u.*, u.about, (SELECT l.epoch FROM leases l WHERE l.storage = u.storage)
			FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[],
				$8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bytea[], $13::text[], $14::text[],
				$15::bigint[], $16::bigint[], $17::bigint[]) AS u (` + operationColumns + `) RETURNING id, key`,
		insertMoved: `INSERT INTO moved (operation, sha256, content_hash, checksum)
			SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])`,
		together:      true,
		outcomeBefore: `c.storage = '' AND c.line = w.line - 1 AND c.event = 'restored'`,
		links:         fmt.Sprintf(linkQuery, "AND o.storage = c.storage", "c.storage = $3 AND"),
		lockUploads:   `LOCK TABLE uploads IN SHARE ROW EXCLUSIVE MODE`,
		snapshot:      sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead},
	}
}

// insert runs insertOperations or insertMoved.
func (d *dialect) insert(stmt *sql.Stmt, rows [][]any) error {
	if d.together {
		_, err := stmt.Exec(arrays(rows)...)
		return err
	}
	for _, row := range rows {
		if _, err := stmt.Exec(row...); err != nil {
			return err
		}
	}
	return nil
}

// operations runs insertOperations and returns the IDs of the new rows, in the order of rows.
func (d *dialect) operations(stmt *sql.Stmt, rows [][]any) (ids []int64, err error) {
	ids = make([]int64, len(rows))
	if !d.together {
		for i, row := range rows {
			res, err := stmt.Exec(row...)
			if err == nil {
				ids[i], err = res.LastInsertId()
			}
			if err != nil {
				return nil, err
			}
		}
		return ids, nil
	}
	at := map[string]int{}
	for i, row := range rows {
		at[row[0].(string)] = i
	}
	inserted, err := stmt.Query(arrays(rows)...)
	_, err = collect(inserted, err, func(row scanner) (id int64, err error) {
		var key string
		err = row.Scan(&id, &key)
		ids[at[key]] = id
		return id, err
	})
	if err == nil && slices.Contains(ids, 0) {
		err = errNotInserted
	}
	return ids, err
}

// errNotInserted is the error of a database that left out a row, as a trigger may: without it nothing is to be moved.
var errNotInserted = errors.New("the database did not insert the row of an operation")

// arrays returns the columns of rows, each as an array of text, of bytes, or of numbers that may be NULL.
func arrays(rows [][]any) []any {
	all := make([]any, len(rows[0]))
	for i, first := range rows[0] {
		switch first.(type) {
		case string:
			all[i] = column[string](rows, i)
		case []byte:
			all[i] = column[[]byte](rows, i)
		default:
			numbers := make([]*int64, len(rows))
			for n, row := range rows {
				if number, ok := row[i].(int64); ok {
					numbers[n] = &number
				}
			}
			all[i] = numbers
		}
	}
	return all
}

func column[T any](rows [][]any, i int) []T {
	all := make([]T, len(rows))
	for n, row := range rows {
		all[n] = row[i].(T)
	}
	return all
}
