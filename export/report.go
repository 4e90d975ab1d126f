package export

import "iter"

// Report is the result of a reading.
type Report struct {
	// Images are all pictures of the export, sorted by their paths.
	Images []Image
	// Conversations is the number of conversations that were read.
	Conversations int
	// Absent is the number of generated pictures that the export names and does not have. OpenAI leaves out some, so
	// this is not a problem.
	Absent int
	// Unlooked is the number of pictures without a Look because decoding them took too long. Another reading may have
	// the time.
	Unlooked int
	// Problems are the reasons why the report is not complete, at most 100.
	Problems []Problem
}

// Complete reports whether everything in the export was read and understood. In a report that is not complete, a
// Generated picture may be an upload: the message that shows it may be in the part that was not read.
func (r *Report) Complete() bool { return len(r.Problems) == 0 }

// Generated returns an iterator over the images that were generated. The caller must check Complete first.
func (r *Report) Generated() iter.Seq[Image] {
	return func(yield func(Image) bool) {
		for _, i := range r.Images {
			if i.Origin == Generated && !yield(i) {
				return
			}
		}
	}
}

// Problem is a part of the export that was not read. Err wraps a Fault.
type Problem struct {
	Path string // like Image.Path; "" for the source itself
	Err  error
}

// Error returns the path and the error.
func (p Problem) Error() string {
	if p.Path == "" {
		return p.Err.Error()
	}
	return p.Path + ": " + p.Err.Error()
}

// Unwrap returns p.Err.
func (p Problem) Unwrap() error { return p.Err }

// Fault is the kind of a Problem, as an error.
type Fault string

// Error returns a sentence without its period.
func (f Fault) Error() string { return string(f) }

// The kinds of problems.
const (
	ErrNotZip          Fault = "not a zip file"
	ErrTruncated       Fault = "the zip file is truncated: download it again"
	ErrName            Fault = "the name leads out of the export"
	ErrLink            Fault = "not a regular file, but a link or a device"
	ErrDuplicate       Fault = "a second file of the same name"
	ErrEncrypted       Fault = "the file is encrypted"
	ErrUnreadable      Fault = "the file cannot be read"
	ErrTooLarge        Fault = "larger than in any real export"
	ErrBomb            Fault = "compressed more than in any real export"
	ErrTooMany         Fault = "more files than in any real export"
	ErrMissing         Fault = "the file is missing"
	ErrMalformed       Fault = "the JSON is not of a known form"
	ErrNoConversations Fault = "no conversations.json or conversations-000.json: not an export of ChatGPT"
)
