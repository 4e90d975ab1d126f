package cloudfake

// Kind is what a fault does.
type Kind string

// The kinds. All but Refuse leave the status to the service.
const (
	// Refuse answers with Status and Reason as the service words it, or with
	// Text in place of that.
	Refuse Kind = "refuse"
	// CloseBefore closes the connection without having done anything.
	CloseBefore Kind = "close-before"
	// CloseAfter closes the connection after the work was done: the answer is lost.
	CloseAfter Kind = "close-after"
	// Truncate sends the answer's headers and half of its body.
	Truncate Kind = "truncate"
	// Slow sends half of the body, waits for Delay, and sends the rest.
	Slow Kind = "slow"
	// Alter sends an answer of the same length with another byte in its middle.
	Alter Kind = "alter"
	// ChangeBefore gives the file other bytes just before the request is served.
	ChangeBefore Kind = "change-before"
	// ChangeAfter gives the file other bytes just after the request was served.
	ChangeAfter Kind = "change-after"
	// MoveBefore moves the file to another folder just before the request is served.
	MoveBefore Kind = "move-before"
	// Incomplete says in a listing's answer that it may lack something, and
	// leaves half of its page out.
	Incomplete Kind = "incomplete"
	// EmptyPage answers a listing with no entries and a next page.
	EmptyPage Kind = "empty-page"
	// Unfinished accepts an emptying of the trash and never does it.
	Unfinished Kind = "unfinished"
)

func (k Kind) known() bool {
	switch k {
	case Refuse, CloseBefore, CloseAfter, Truncate, Slow, Alter, ChangeBefore, ChangeAfter, MoveBefore, Incomplete, EmptyPage, Unfinished:
		return true
	}
	return false
}
