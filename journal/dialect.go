package journal

import (
	"database/sql"
	"fmt"
)

// dialect is what the databases say in different words. All other statements run on both.
type dialect struct {
	// noBytes is the literal of no bytes, for conditions that have to be those of an index.
	noBytes string
	// forUpdate ends a query whose rows the transaction will change. SQLite has one writer at a time.
	forUpdate string
	// insertOperation has the parameters of recorder.put. returning means that it returns the new ID as a row; SQLite
	// reports it with less work.
	insertOperation string
	returning       bool
	// outcomeBefore joins the line c of an outcome with the word w that it brought, and withOutcome the content k.
	outcomeBefore string
	// links is a page of lines: from line $1, at most $2, and where there are several chains, of storage $3.
	links string
	// lockUploads keeps other writers from table uploads until the transaction ends; "" if there are none.
	lockUploads string
	// snapshot is a transaction in which all queries see the same state.
	snapshot sql.TxOptions
}

// insertOperation has a place for another column and its value. Until an operation ends, its receipt is the one that
// it is about ($12).
const insertOperation = `INSERT INTO operations (key, run, kind, storage, ` + entryColumns + `,
	about, rule, reasons, approved, began, begun_line, receipt%s)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $12%s)`

// sqliteDialect returns the dialect of SQLite.
func sqliteDialect() *dialect {
	return &dialect{
		noBytes:         `x''`,
		insertOperation: fmt.Sprintf(insertOperation, "", ""),
		outcomeBefore:   `c.line = w.line - 1 AND c.event IN ('ended', 'restored')`,
		links:           fmt.Sprintf(linkQuery, "", ""),
		snapshot:        sql.TxOptions{ReadOnly: true},
	}
}

// postgresDialect returns the dialect of PostgreSQL.
func postgresDialect() *dialect {
	return &dialect{
		noBytes:   `''::bytea`,
		forUpdate: ` FOR UPDATE`,
		insertOperation: fmt.Sprintf(insertOperation, ", epoch", ", (SELECT epoch FROM leases WHERE storage = $4)") +
			" RETURNING id",
		returning:     true,
		outcomeBefore: `c.storage = '' AND c.line = w.line - 1 AND c.event = 'restored'`,
		links:         fmt.Sprintf(linkQuery, "AND o.storage = c.storage", "c.storage = $3 AND"),
		lockUploads:   `LOCK TABLE uploads IN SHARE ROW EXCLUSIVE MODE`,
		snapshot:      sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead},
	}
}

// insert runs an insertOperation and returns the ID of the new row.
func (d *dialect) insert(stmt *sql.Stmt, args ...any) (id int64, err error) {
	if d.returning {
		err = stmt.QueryRow(args...).Scan(&id)
		return id, err
	}
	res, err := stmt.Exec(args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}
