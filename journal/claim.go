package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// Limits are shared by all who sweep with one journal. A plan claims its allowance before its first file. The part
// whose operations have not begun counts as used for all others. In a database a claim is a row that belongs to the
// lease of its storage: once that has ended, no operation can begin under it, and it counts no more. In a file the
// claims are this process's, and the lease limitsLease keeps out other processes while there are any.

// limitsLease cannot be the name of a storage, because parentheses are not allowed in one.
const limitsLease = "(limits)"

// claim is an amount that a plan was allowed on one storage.
type claim struct {
	storage string
	kind    providers.OpKind
	since   int64 // the last operation on the storage before
	amount  Amount
}

// Claim asks allow whether a plan may take want, and claims it on the storages that the caller has leased, until their
// leases are given back or lost. allow gets the Usage since that time, with what others have claimed; an error of it is
// that of Claim, and nothing is claimed. No two callers of any process are allowed the same amount: they wait for each
// other in a database. In a file the error is a *LeasedError while another process has claims.
func (j *Journal) Claim(ctx context.Context, want Usage, since, now time.Time, allow func(Usage) error) error {
	if j.leases == nil {
		return j.claims.claim(ctx, j, want, since, now, allow)
	}
	var refusal error
	err := j.update(ctx, func(tx *sql.Tx) error {
		var turn int
		if err := tx.QueryRowContext(ctx, `SELECT id FROM controls FOR UPDATE`).Scan(&turn); err != nil {
			return err
		}
		others, err := j.leases.claimed(ctx, tx)
		if err != nil {
			return err
		}
		used, err := usage(ctx, tx, others, since, now)
		if err != nil {
			return err
		}
		if refusal = allow(used); refusal != nil {
			return nil
		}
		return j.leases.claim(ctx, tx, want)
	})
	if err != nil {
		return fmt.Errorf("claim a part of the limits: %w", err)
	}
	return refusal
}

// claim writes the claims on the storages that this process has leased. A lease may have been lost without notice: then
// the claim of the next holder stays, and no operation can begin under this one.
func (l *leases) claim(ctx context.Context, tx *sql.Tx, want Usage) error {
	for _, c := range want.claims() {
		epoch, held := l.holds(c.storage)
		if !held { // no operation can begin there
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO claims (storage, kind, epoch, since, files, bytes)
			VALUES ($1, $2, $3, (SELECT coalesce(max(id), 0) FROM operations), $4, $5)
			ON CONFLICT (storage, kind) DO UPDATE SET epoch = excluded.epoch, since = excluded.since,
			files = excluded.files, bytes = excluded.bytes WHERE claims.epoch <= excluded.epoch`,
			c.storage, string(c.kind), epoch, c.amount.Files, c.amount.Bytes)
		if err != nil {
			return err
		}
	}
	return nil
}

// claimed returns the claims that are not spent. An intent that is about to be recorded keeps the row of its lease
// locked, and so precedes the next epoch; the grace is longer than it takes.
func (l *leases) claimed(ctx context.Context, db queries) ([]claim, error) {
	rows, err := db.QueryContext(ctx, `SELECT c.storage, c.kind,
		c.files - count(o.id), c.bytes - coalesce(sum(o.size), 0)
		FROM claims c JOIN leases l ON l.storage = c.storage AND l.epoch = c.epoch
		LEFT JOIN operations o ON o.storage = c.storage AND o.kind = c.kind AND o.id > c.since
		WHERE l.expires_at + $1::float8 * interval '1 second' > clock_timestamp()
		GROUP BY c.storage, c.kind`, l.terms.grace.Seconds())
	return collect(rows, err, func(row scanner) (c claim, err error) {
		return c, row.Scan(&c.storage, &c.kind, &c.amount.Files, &c.amount.Bytes)
	})
}

// claims are those on a journal in a file, by the users of one Journal.
type claims struct {
	mu      sync.Mutex         // guards all fields below
	leased  map[string]bool    // the storages that this process has leased
	all     map[string][]claim // by storage
	release func() error       // of limitsLease; nil while there are no claims
}

func newClaims() *claims { return &claims{leased: map[string]bool{}, all: map[string][]claim{}} }

// claim is Journal.Claim.
func (c *claims) claim(
	ctx context.Context, j *Journal, want Usage, since, now time.Time, allow func(Usage) error,
) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.release == nil {
		c.release, err = j.lease(ctx, limitsLease, "apply")
		if other, ok := errors.AsType[*LeasedError](err); ok {
			other.Storage = "storages under the same limits"
		}
		if err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, c.giveUp()) }()
	others, err := left(ctx, j.read, slices.Concat(slices.Collect(maps.Values(c.all))...))
	if err != nil {
		return err
	}
	used, err := usage(ctx, j.read, others, since, now)
	if err != nil {
		return err
	}
	if err := allow(used); err != nil {
		return err
	}
	var last int64
	if err := j.read.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM operations`).Scan(&last); err != nil {
		return fault(err)
	}
	for _, one := range want.claims() {
		if c.leased[one.storage] {
			one.since = last
			c.all[one.storage] = append(c.all[one.storage], one)
		}
	}
	return nil
}

// giveUp returns the lease if there are no claims. The caller has locked c.mu.
func (c *claims) giveUp() (err error) {
	if len(c.all) == 0 && c.release != nil {
		err = c.release()
		c.release = nil
	}
	return err
}

// begin notes that this process has leased the storage.
func (c *claims) begin(storage string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leased[storage] = true
}

// end notes that it has given the lease back, which ends its claims there.
func (c *claims) end(storage string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.leased, storage)
	delete(c.all, storage)
	return c.giveUp()
}

// left returns the claims of this process as far as they are not spent.
func (c *claims) left(ctx context.Context, db queries) ([]claim, error) {
	c.mu.Lock()
	all := slices.Concat(slices.Collect(maps.Values(c.all))...)
	c.mu.Unlock()
	return left(ctx, db, all)
}

// left returns what is left of the claims.
func left(ctx context.Context, db queries, all []claim) ([]claim, error) {
	for i, c := range all {
		var begun Amount
		err := db.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(size), 0) FROM operations
			WHERE storage = $1 AND kind = $2 AND id > $3`, c.storage, string(c.kind), c.since).
			Scan(&begun.Files, &begun.Bytes)
		if err != nil {
			return nil, fault(err)
		}
		all[i].amount = Amount{c.amount.Files - begun.Files, c.amount.Bytes - begun.Bytes}
	}
	return all, nil
}

// claims returns u as claims, in the order of every process.
func (u Usage) claims() (all []claim) {
	for _, of := range []struct {
		kind    providers.OpKind
		amounts map[string]Amount
	}{{providers.OpPurge, u.Purge}, {providers.OpTrash, u.Trash}} {
		for _, storage := range slices.Sorted(maps.Keys(of.amounts)) {
			all = append(all, claim{storage: storage, kind: of.kind, amount: of.amounts[storage]})
		}
	}
	return all
}
