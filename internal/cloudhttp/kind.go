package cloudhttp

import "io/fs"

// Kind is what a failed call comes to. Each is an error, for errors.Is.
type Kind string

// The kinds. All but Unavailable say for certain that the call was not carried
// out.
const (
	// Pass: no failure of the transport's; the caller gets the response.
	Pass Kind = ""
	// Limited: too many calls at this moment.
	Limited Kind = "too many calls"
	// Exhausted: a quota is used up. Until then, no call is made at all.
	Exhausted Kind = "a quota is used up"
	// Unauthorized: the service does not take the access token, nor a new one.
	Unauthorized Kind = "the service does not accept the sign-in"
	// Denied: the account may not do this. It is fs.ErrPermission too.
	Denied Kind = "the service does not allow this"
	// Missing: the service does not have it, or does not show it to this
	// account. It is not fs.ErrNotExist: which of the two it is, nobody said.
	Missing Kind = "the service has no such thing, or does not show it to this account"
	// Refused: the request itself was refused, and would be again.
	Refused Kind = "the service refused the request"
	// Unsent: the call was stopped before anything was sent: the context had
	// ended, there is no token, or the address is not the service's.
	Unsent Kind = "not sent"
	// Unreached: nothing was sent, as without a network.
	Unreached Kind = "the service was not reached"
	// Unavailable: no answer, half of one, or one that tells of a fault of the
	// service. What became of the call is not known.
	Unavailable Kind = "the service is not available"
)

// More that is told of a failed call, beside its kind.
const (
	// ErrUnknownOutcome: the call was to change something, and may have done so.
	ErrUnknownOutcome Kind = "it is not known whether this was done"
	// ErrBudget: so much was already repeated that this call was not.
	ErrBudget Kind = "too many calls had to be repeated"
)

func (k Kind) Error() string { return string(k) }

// Is makes Denied an fs.ErrPermission.
func (k Kind) Is(target error) bool { return k == Denied && target == fs.ErrPermission }
