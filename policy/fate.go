package policy

import "time"

// Fate is what a policy does with one file.
type Fate struct {
	Swept    bool      // the file is in a storage of the policy
	Decision Decision  // keep without a rule if it is not
	Goes     time.Time // when the file goes to the trash at the earliest; zero: no time lets it go
}

// Turn returns how the fate changes to another one; "" if it does not.
func (f Fate) Turn(after Fate) Turn {
	was, is := f.Decision.Action, after.Decision.Action
	switch {
	case was == is && (is != Hold || f.Goes.Equal(after.Goes)):
		return ""
	case was == is:
		return TurnTime
	}
	return map[Action]Turn{Trash: TurnGo, Hold: TurnWait, Review: TurnReview, Keep: TurnStay}[is]
}

// Turn is how the fate of a file changes.
type Turn string

// The turns, in the order of a list.
const (
	TurnGo     Turn = "go"     // it is due, and was not
	TurnWait   Turn = "wait"   // it is held, and was not
	TurnTime   Turn = "time"   // it is held as before, to another time
	TurnReview Turn = "review" // it is up for review, and was not
	TurnStay   Turn = "stay"   // it is kept, and was not
)

// Turns returns all turns in the order of a list.
func Turns() []Turn { return []Turn{TurnGo, TurnWait, TurnTime, TurnReview, TurnStay} }
