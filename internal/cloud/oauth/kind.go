package oauth

// Kind is a kind of failure of a sign-in. Each is an error, for errors.Is.
type Kind string

// The kinds.
const (
	// ErrNotSignedIn: there is no sign-in for this storage, or the user has signed out.
	ErrNotSignedIn Kind = "not signed in"
	// ErrSignInAgain: the service has revoked the grant, or it expired.
	ErrSignInAgain Kind = "the sign-in is no longer valid"
	// ErrClient: the service does not accept the client's id or secret.
	ErrClient Kind = "the service does not accept the OAuth client"
	// ErrDeclined: the user, or the service, refused access.
	ErrDeclined Kind = "access was not given"
	// ErrFewerScopes: fewer scopes were given than asked for.
	ErrFewerScopes Kind = "less was allowed than was asked for"
	// ErrOtherAccount: it is not the account that this storage belongs to.
	ErrOtherAccount Kind = "this is another account"
	// ErrExposed: other users can read a file that must be private.
	ErrExposed Kind = "others can read this"
	// ErrUnreadable: the stored file is not in the form that Save writes.
	ErrUnreadable Kind = "the kept sign-in cannot be read"
	// ErrPort: the only address that the browser may return to cannot be opened.
	ErrPort Kind = "the browser cannot come back to this machine"
	// ErrPasted: the pasted text is not the answer to this sign-in.
	ErrPasted Kind = "this is not the address of this sign-in"
)

// Error returns the kind as a phrase for a message.
func (k Kind) Error() string { return string(k) }

// Error is a failure of a sign-in, with a hint for the user.
type Error struct {
	Kind Kind
	Hint string // for the user; may be empty
	Err  error  // the cause; may be nil. It contains no secret
}

// Error returns the kind and the cause; the hint is for a line of its own.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Kind.Error()
	}
	return e.Kind.Error() + ": " + e.Err.Error()
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}
