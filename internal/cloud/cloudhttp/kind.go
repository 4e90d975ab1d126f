package cloudhttp

import "io/fs"

// Kind is the result of a failed call. Each is an error, for errors.Is.
type Kind string

// The kinds. All but Unavailable mean for certain that the call was not carried out.
const (
	// Pass: the transport reports no failure; the caller gets the response.
	Pass Kind = ""
	// Limited: too many calls at this moment.
	Limited Kind = "too many calls"
	// Exhausted: a quota is used up. Until it is reset, no call is made at all.
	Exhausted Kind = "a quota is used up"
	// Unauthorized: the service accepts neither the access token nor a new one.
	Unauthorized Kind = "the service does not accept the sign-in"
	// Denied: the account may not do this. It is fs.ErrPermission too.
	Denied Kind = "the service does not allow this"
	// Missing: the service does not have it, or does not show it to this account. It is not fs.ErrNotExist, because
	// the service does not distinguish the two.
	Missing Kind = "the service has no such thing, or does not show it to this account"
	// Refused: the request itself was refused, and would be again.
	Refused Kind = "the service refused the request"
	// Unsent: the call was stopped before anything was sent: the context had ended, there is no token, or the address
	// is not the service's.
	Unsent Kind = "not sent"
	// Unreached: nothing was sent, as without a network.
	Unreached Kind = "the service was not reached"
	// Unavailable: no answer, half of one, or one that reports a fault of the service. The outcome of the call is not
	// known.
	Unavailable Kind = "the service is not available"
)

// Errors that a failed call can be in addition to its kind.
const (
	// ErrUnknownOutcome: the call was to change something, and may have done so.
	ErrUnknownOutcome Kind = "it is not known whether this was done"
	// ErrBudget: this call was not repeated, because so many calls already were.
	ErrBudget Kind = "too many calls had to be repeated"
)

// Error returns the kind as a phrase for a message.
func (k Kind) Error() string { return string(k) }

// Is makes Denied an fs.ErrPermission.
func (k Kind) Is(target error) bool { return k == Denied && target == fs.ErrPermission }
