// Package dropboxsim is the Dropbox API v2 with its sign-in, in memory: a Service of internal/cloudsim. It has
// state (files, revisions, deleted files, shared folders, team spaces, cursors, tokens) and follows the
// documented rules of the real service, at https://www.dropbox.com/developers/documentation/http/documentation.
//
// Each root folder has one log of the paths in it, in the order in which they last changed. A listing is that log
// from its start, a cursor is a place in it, and the changes are the entries after that place.
//
// A file is a node (node.go), which is in one namespace (namespace.go). A tree (tree.go) is what one account
// sees: a namespace with the others that are mounted in it. Every change goes through mutate.go, which updates
// all trees that show the namespace. A request goes from Dropbox.ServeHTTP through the checks of call.run
// (call.go) to a route of route.go. If the request is refused, the route returns a *refusal, or a union, which is
// answered with 409.
//
// It has two sides: the wire, for clients, and the methods of Account, by which a test or a demonstration acts as
// the person does in a browser. A request that it does not understand is refused, as the service refuses it;
// docs/internals/rehearse-dropbox.md lists the differences from the real service.
package dropboxsim
