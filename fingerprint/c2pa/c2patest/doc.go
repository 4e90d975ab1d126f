// Package c2patest makes pictures with Content Credentials for tests: signed by
// certificates of its own authority, which calls its leaf what OpenAI calls
// its. With Signer.Anchors as the trust anchors such a picture is verified;
// with the built-in ones it says OpenAI and is not.
//
// It writes what OpenAI's files of 2024 to 2026 have, and, where Options ask
// for it, what a forger might. It knows nothing of package c2pa, so that both
// can be wrong only independently. Not for production.
package c2patest
