// Package drivesim is Google Drive v3 with Google's sign-in, in memory: a Service of internal/cloudsim. It has
// state (files, folders, revisions, trash, change logs, shared drives, tokens) and follows the documented rules
// of the real service: the discovery document in google.golang.org/api, and the guides at
// https://developers.google.com/workspace/drive/api/guides.
//
// A request goes from Drive.ServeHTTP to the method that route finds for it (method.go), through the checks of
// call.run (call.go), to a function such as filesUpdate, which changes the state by mutate.go and returns the
// file by view.go. If a request is refused, the function returns a *refusal. The sign-in is in consent.go,
// token.go and robot.go.
//
// A Domain (domain.go) is a Google Workspace: its administrators list users and members of groups by the Directory API
// (directory.go, userquery.go), which is served beside Drive's, and a service account acts for its users.
//
// A request that it does not understand is refused, as the service refuses it; nothing unknown ever matches, and
// nothing is made up.
//
// It has two sides: the wire, for clients, and the methods of Account, by which a test or a demonstration acts as
// the person does in a browser. docs/internals/rehearse.md lists the differences from the real service.
package drivesim
