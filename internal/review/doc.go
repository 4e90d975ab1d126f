// Package review is the page on which a person looks at the found pictures before they go, and keeps, approves or
// brings them back.
//
// It is a web page of this machine only. A link that works once signs a browser in; from then on a cookie does, and no
// secret is in an address. access.go has what every request must pass, logins.go the links and the sessions, and
// peer_linux.go turns away other users of the machine.
//
// The server shows what the last look has found (server.go, listing.go). A look opens the storages read-only, scans
// them and groups the files by picture. Decisions (decide.go) are those of sweepd keep, approve and forget; they name
// the revisions that the person saw, and one of them that has changed is refused. Nothing is moved but by a plan that
// was shown (apply.go), which is executed as sweepd apply does, or by an undo.
//
// The pages are HTML from templates and work without a script. The script adds keys, the selection of ranges, and
// the loading of cards that are scrolled to.
package review
