package language

// explained is an error whose text is a Message.
type explained struct {
	error
	text Message
}

// Error returns the English text.
func (e explained) Error() string { return e.text.String() }

// Unwrap returns the error that it explains.
func (e explained) Unwrap() error { return e.error }

// Explain returns an error that wraps err and has another text, which is the whole text of the error.
func Explain(err error, text Message) error { return explained{err, text} }

// Explanation returns the text of an error that Explain has returned. The text of any other error is English in all
// languages; nil has no text.
func Explanation(err error) Message {
	switch e := err.(type) {
	case nil:
		return Message{}
	case explained:
		return e.text
	}
	return Verbatim(err.Error())
}
