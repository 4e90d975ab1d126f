// Package drive is Google Drive v3 with Google's sign-in, in memory: a Service
// for the roof in internal/cloudfake. It has state (files, folders, revisions,
// trash, change logs, shared drives, tokens) and keeps the rules that are written
// down for the real one: the discovery document in google.golang.org/api, and the
// guides at https://developers.google.com/workspace/drive/api/guides.
//
// The one idea: what is asked for and not understood is refused, as the service
// refuses it; nothing unknown ever matches, and nothing is made up.
//
// Two sides: the wire, which clients see, and the methods of Account, by which a
// test or a demonstration acts as the person does in a browser. What differs
// from the real service is in docs/rehearse.md.
package drive
