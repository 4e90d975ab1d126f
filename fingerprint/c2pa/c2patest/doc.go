// Package c2patest makes pictures with Content Credentials for tests. They are signed with certificates of its own
// authority, whose leaf has the names of OpenAI's leaf. Such a picture is verified with Signer.Anchors as the trust
// anchors; with the built-in ones it only claims to be OpenAI's.
//
// The package writes what OpenAI's files of 2024 to 2026 have and, if Options ask for it, what a forger might write.
// It does not import package c2pa, so that an error in one of them does not hide in the other. It is not for
// production.
package c2patest
