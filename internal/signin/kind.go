package signin

// Kind is what is wrong with a sign-in. Each is an error, for errors.Is.
type Kind string

// The kinds.
const (
	// ErrNotSignedIn: nobody has signed in for this storage, or has signed out.
	ErrNotSignedIn Kind = "not signed in"
	// ErrSignInAgain: the service has taken back what was given, or it expired.
	ErrSignInAgain Kind = "the sign-in is no longer valid"
	// ErrClient: the service does not take the client's id or secret.
	ErrClient Kind = "the service does not accept the OAuth client"
	// ErrDeclined: the person, or the service for them, said no.
	ErrDeclined Kind = "access was not given"
	// ErrFewerScopes: less was given than asked for.
	ErrFewerScopes Kind = "less was allowed than was asked for"
	// ErrOtherAccount: it is not the account that this storage is of.
	ErrOtherAccount Kind = "this is another account"
	// ErrExposed: others can read what must be private.
	ErrExposed Kind = "others can read this"
	// ErrUnreadable: what was kept is not what is kept here.
	ErrUnreadable Kind = "the kept sign-in cannot be read"
	// ErrPort: the one address that the browser may come back to cannot be opened.
	ErrPort Kind = "the browser cannot come back to this machine"
	// ErrPasted: what was pasted is not the answer to this sign-in.
	ErrPasted Kind = "this is not the address of this sign-in"
)

func (k Kind) Error() string { return string(k) }

// Error is what is wrong with a sign-in, and what to do about it.
type Error struct {
	Kind Kind
	Hint string // for a person; may be empty
	Err  error  // more of it; may be nil. It has no secret in it
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Kind.Error()
	}
	return e.Kind.Error() + ": " + e.Err.Error()
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}
