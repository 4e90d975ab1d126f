// Package c2pa reads and verifies Content Credentials (C2PA 2.2, ISO 22144) in
// PNG, JPEG and WebP files, to answer one question: did OpenAI sign exactly
// these bytes?
//
// The one idea: three findings that are easily confused are kept apart. Intact
// - signature, assertion hashes and the binding to the file are right. Issuer -
// the signer's certificate leads to a pinned certification authority and bears
// a pinned name. Time - a timestamp says when, or there is none. A general
// verifier's single "valid" mixes them, and refuses more than half of OpenAI's
// genuine files, because their certificates have expired since.
//
// It reads only through the io.ReaderAt it is given, follows no address, asks
// nobody about revocation, and has no clock: a certification path is judged at
// the time the signer's certificate began. It does not say what follows from a
// credential; package fingerprint does.
//
// Every kind of doubt ends below [Verified]. Bindings that OpenAI does not use
// (c2pa.hash.boxes, c2pa.hash.bmff, compressed manifests) are not implemented;
// such files are [Other].
package c2pa
