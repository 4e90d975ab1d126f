// Package known has the pictures that are known by their bytes, so that a copy is recognised under any name and without
// a credential.
//
// A Picture comes from a data export, from a file that the person named, or from an original that a scan verified. It
// has hashes and no pixels. Package journal stores pictures; a Set holds the hashes of all of them in memory and looks
// them up. An upload is a picture that the person gave to ChatGPT. It takes precedence over everything else that is
// known of the same bytes, so that a person's own picture is never taken for one that ChatGPT made.
package known
