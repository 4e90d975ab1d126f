// Package c2pa reads and verifies Content Credentials (C2PA 2.2, ISO 22144) in PNG, JPEG, WebP, AVIF, HEIC, MP4 and
// QuickTime files. It decides whether OpenAI signed exactly these bytes.
//
// It keeps three findings apart. Intact: the signature, the assertion hashes and the binding to the file are right.
// Issuer: the signer's certificate leads to a pinned certification authority and has a pinned name. Time: a timestamp
// shows when it was signed, or there is none. A general verifier's single "valid" mixes them and rejects more than
// half of OpenAI's genuine files, because their certificates have expired since.
//
// The package reads only through the given io.ReaderAt, follows no address, does not check revocation, and has no
// clock: it judges a certification path at the start of the signer's certificate. Package fingerprint decides which
// verdict follows from a credential.
//
// Verifier.Read works in this order. It locates the container in the file (container*.go), splits the store into
// manifests (jumbf.go, manifest.go), and decodes the active manifest and those of its ingredients (exam.go, claim.go,
// cose.go, signer.go). If nothing mentions OpenAI, only the active manifest is verified. Else it hashes the file while
// it verifies the signatures and the timestamp (trial.go, binding.go, timestamp.go), and concludes (judge.go). Every
// size, count and depth that a file may state has a limit.
//
// Any doubt leads to a class below [Verified]. What OpenAI does not use (bindings by c2pa.hash.boxes and by hashes of
// pieces, compressed manifests) is not implemented; such files are [Other].
package c2pa
