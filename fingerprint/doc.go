// Package fingerprint decides from a file's name and bytes whether a person made the image in ChatGPT and saved it.
//
// Each detector reports Evidence; Classifier weighs all of it into one Verdict. The package reads only through the
// given io.ReaderAt, keeps no state between files, and knows no storage, no policy and no clock.
//
// Classifier.examine has the order of the detectors: the header (sniff*.go), the name (package filename), the EXIF
// block of an early product (labs.go), and the credential (package c2pa). evidence.go turns what they found into texts
// and levels, and weigh.go into the verdict. The levels are:
//
//	proven    a verified OpenAI credential that names ChatGPT, or one that names
//	          no product on a file with an untouched ChatGPT download name
//	strong    a verified OpenAI credential that names no product (ChatGPT, Codex
//	          and the API are possible), or another product; the 2022-23 Labs EXIF
//	likely    an untouched download name on a real image of a type that ChatGPT
//	          saves; an intact credential that another tool put over OpenAI's
//	possible  a looser or derived name; metadata that mentions the tool; an
//	          OpenAI-looking credential whose chain is not anchored
//	none      all else
//
// A credential that does not bind to these bytes - transplanted, edited, truncated - counts for nothing and caps the
// verdict at possible, regardless of the name, because the bytes were changed after signing. A header-only reading
// leaves open whether the bytes are the signed ones. docs/detection.md has the whole table and the limits of
// the detectors.
package fingerprint
