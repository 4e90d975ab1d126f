// Package oauth lets a person give sweepd access to an account of a cloud service, by OAuth 2.0 with a client of
// their own, and stores the grant.
//
// A Grant records which account gave which scopes to which client, and all three must stay the same. A token of
// another account, of fewer scopes than were asked for, or in a file that others can read is refused, at the sign-in
// and at each start. If the service revokes a grant, the error is ErrSignInAgain: a state of health with a hint,
// never an account without files.
//
// The flow is RFC 8252's for native programs: the system's browser, a redirect to the loopback address, PKCE (RFC
// 7636), and a state. On a machine without a browser it is a link, and an address that the person pastes. The package
// knows no service: a Service describes one.
package oauth
