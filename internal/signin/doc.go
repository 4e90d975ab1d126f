// Package signin lets a person give sweepd access to an account of a cloud
// service, by OAuth 2.0 with a client of the person's own, and keeps what was
// given.
//
// The one idea: a Grant says who gave what to which client, and all three are
// held ever after. A token of another account, of fewer scopes than were asked
// for, or in a file that others can read is refused, at the sign-in and at each
// start. When the service takes a grant back, that is ErrSignInAgain: a state
// of health with a hint, never an account without files.
//
// The flow is RFC 8252's for native programs: the system's browser, a redirect
// to the loopback address, PKCE (RFC 7636), and a state; or, on a machine
// without a browser, a link and what the person pastes back. It knows no
// service: a Service tells it of one.
package signin
