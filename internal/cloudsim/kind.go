package cloudsim

// Kind is the effect of a fault.
type Kind string

// The kinds. All but Refuse leave the status to the service.
const (
	// Refuse answers with Status and Reason in the service's form, or with Text instead.
	Refuse Kind = "refuse"
	// CloseBefore closes the connection before the request is served.
	CloseBefore Kind = "close-before"
	// CloseAfter closes the connection after the request was served: the answer is lost.
	CloseAfter Kind = "close-after"
	// Truncate sends the answer's headers and half of its body.
	Truncate Kind = "truncate"
	// Slow sends half of the body, waits for Delay, and sends the rest.
	Slow Kind = "slow"
	// Alter changes one byte in the middle of the answer; its length stays the same.
	Alter Kind = "alter"
	// ChangeBefore gives the file other bytes just before the request is served.
	ChangeBefore Kind = "change-before"
	// ChangeAfter gives the file other bytes just after the request was served.
	ChangeAfter Kind = "change-after"
	// MoveBefore moves the file to another folder just before the request is served.
	MoveBefore Kind = "move-before"
	// Incomplete marks a listing's answer as possibly incomplete, and omits half of its page.
	Incomplete Kind = "incomplete"
	// EmptyPage answers a listing with no entries and a next page.
	EmptyPage Kind = "empty-page"
	// Unfinished accepts a request to empty the trash and never does it.
	Unfinished Kind = "unfinished"
)

// known reports whether k is one of the constants above. A list of faults with any other kind is refused as a
// whole: a misspelled kind would otherwise be a fault that is never injected.
func (k Kind) known() bool {
	switch k {
	case Refuse, CloseBefore, CloseAfter, Truncate, Slow, Alter, ChangeBefore, ChangeAfter, MoveBefore,
		Incomplete, EmptyPage, Unfinished:
		return true
	}
	return false
}
