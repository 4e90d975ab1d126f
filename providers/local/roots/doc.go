// Package roots opens the folders below which a local disk is swept, and what is in them: each step downward through no
// symbolic link and, unless that is wanted, onto no other mount. A root whose path leads to another folder than the one
// that was opened is an error, never an empty folder.
//
// Its errors have the kinds of package providers. A Queue has the folders of one walk. Outside Linux a Root only has
// its path.
package roots
