// Package fingerprint answers one question about a file's name and bytes: did
// a person make this image in ChatGPT and save it?
//
// Detectors each report Evidence; Classifier weighs all of it into one
// Verdict. It reads only through the io.ReaderAt that it is given, keeps no
// state between files, and knows no storage, no policy and no clock.
//
//	proven    a verified OpenAI credential that names ChatGPT, or one that names
//	          no product on a file with an untouched ChatGPT download name
//	strong    a verified OpenAI credential that names no product (ChatGPT,
//	          Codex or the API: it cannot tell), or another product; the 2022-23
//	          Labs EXIF
//	likely    an untouched download name on a real image of a type that ChatGPT
//	          saves; an intact credential that another tool put over OpenAI's
//	possible  a looser or derived name; metadata that mentions the tool; an
//	          OpenAI-looking credential whose chain is not anchored
//	none      all else
//
// A credential that does not bind to these bytes - transplanted, edited,
// truncated - counts for nothing and caps the verdict at possible whatever the
// name says: somebody changed these bytes. A file may be skimmed instead, which
// leaves open whether they are those that were signed. docs/detection.md has
// the whole table, and what no detector can do.
package fingerprint
