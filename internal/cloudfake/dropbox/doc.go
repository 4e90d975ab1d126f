// Package dropbox is the Dropbox API v2 with its sign-in, in memory: a Service
// for the roof in internal/cloudfake. It has state (files, revisions, deleted
// files, shared folders, team spaces, cursors, tokens) and keeps the rules that
// are written down for the real one, at
// https://www.dropbox.com/developers/documentation/http/documentation.
//
// The one idea: each root folder has one log of the paths in it, in the order in
// which they last changed. A listing is that log from its start, a cursor is a
// place in it, and what comes after the place is what has changed.
//
// Two sides: the wire, which clients see, and the methods of Account, by which a
// test or a demonstration acts as the person does in a browser. What is not
// understood is refused, as the service refuses it; what differs from it is in
// docs/rehearse-dropbox.md.
package dropbox
