package providers

import "context"

// OpKind is a kind of operation that changes a storage.
type OpKind string

// The operations.
const (
	OpTrash   OpKind = "trash"
	OpRestore OpKind = "restore"
	OpPurge   OpKind = "purge"
	OpEmpty   OpKind = "empty"
	// OpGone records a finding: the file has left the trash, and no recorded operation is known to have taken it out.
	OpGone OpKind = "gone"
)

// Cause is who asked for an operation, and why.
type Cause struct {
	Run     int64    // the journal's number of the run
	Rule    string   // the policy rule that decided; empty if a person asked
	Reasons []string // from the decision

	// Approved means that a person approved this revision: no guard is asked.
	Approved bool
}

// Op is one operation on one file (or, for OpEmpty, on a whole bin).
type Op struct {
	Kind    OpKind
	Storage string
	Entry   Entry   // the file as it was examined
	Receipt Receipt // of the file that a restore or a purge acts on
	Cause   Cause
}

// Outcome is how an operation ended.
type Outcome struct {
	Receipt  Receipt // the receipt that a successful trash returned; else the operation's
	Restored Entry   // after a successful restore or gone: the file in its old place, if it is there
	Err      error   // why it was not done
}

// Recorder keeps the durable record around every operation. Its methods may be called from many goroutines at once,
// and an implementation may commit several calls together.
type Recorder interface {
	// Begin makes the intent durable before it returns. It returns a key that no other operation, on this machine or
	// another, ever had: 26 characters of a-z2-7.
	Begin(ctx context.Context, op Op) (key string, err error)
	// Confirm returns an error unless an intent on that storage may still be carried out by this process. It is asked
	// after Begin, right before a call that cannot be undone, because the process may have been stopped in between.
	Confirm(ctx context.Context, storage string) error
	// Fenced is Confirm as far as this process knows: it asks nobody. It is asked after Begin, right before each call
	// that changes something, because the call may have waited for its turn.
	Fenced(storage string) error
	// End makes the outcome durable. The caller must call it even if ctx has ended.
	End(ctx context.Context, key string, o Outcome) error
}

// fencedKey is the context's key for Recorder.Fenced of an operation's storage.
type fencedKey struct{}

// Fenced returns an error if ctx is that of an operation which this process may no longer carry out. A driver whose
// calls wait, or are sent again, asks right before it sends one that changes something. The context does not end by
// itself then: a process that was stopped and goes on would notice too late.
func Fenced(ctx context.Context) error {
	if fenced, ok := ctx.Value(fencedKey{}).(func() error); ok {
		return fenced()
	}
	return nil
}
