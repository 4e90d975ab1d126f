package app

import (
	"cmp"
	"errors"
	"io/fs"
	"strings"

	"sweepd/internal/cloud/cloudhttp"
	"sweepd/internal/cloud/oauth"
	"sweepd/internal/event"
	"sweepd/internal/status"
	"sweepd/journal"
	"sweepd/policy/policyfile"
	"sweepd/providers"
	"sweepd/sweeper"
)

// ProblemOf returns the problem that an error of a storage is, with what mends it. storage is "" for an error of the
// service itself.
func ProblemOf(storage string, err error) *status.Problem {
	cause := causeOf(err)
	p := &status.Problem{Cause: cause, Hint: sentence(cause, storage, err)}
	switch cause {
	case status.CauseRecord, status.CauseFull, status.CausePolicy, status.CauseClock, status.CausePaused:
	default:
		p.Storage = storage
	}
	return p
}

// PolicyProblem returns the problem that a policy cannot be loaded.
func PolicyProblem(err error) *status.Problem {
	p := &status.Problem{Cause: status.CausePolicy, Hint: "correct " + event.Line(err) + "; to check it: sweepd check"}
	if !has[*policyfile.Error](err) {
		p.Hint = "the policy cannot be loaded: " + event.Line(err) + ": " + cmp.Or(hintFor("", err), "sweepd check")
	}
	return p
}

// causeOf returns the class of an error.
func causeOf(err error) status.Cause {
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case is(status.ErrSilent):
		return status.CauseSilent
	case is(providers.ErrFull):
		return status.CauseFull
	case journal.Unreliable(err):
		return status.CauseRecord
	case has[*policyfile.Error](err):
		return status.CausePolicy
	case has[*sweeper.ClockError](err):
		return status.CauseClock
	case needsSignIn(err):
		return status.CauseSignIn
	case is(sweeper.ErrPaused):
		return status.CausePaused
	case has[*sweeper.LimitError](err), has[*sweeper.SurgeError](err):
		return status.CauseLimits
	}
	return status.CauseStorage
}

// has reports whether an error of type E is in err.
func has[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// needsSignIn reports whether the user has to sign in again, or has to change something else about the sign-in: no
// other try succeeds until then.
func needsSignIn(err error) bool {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	return has[*oauth.Error](err) || ok && fault.Kind == cloudhttp.Unauthorized
}

// sentence returns the problem and what mends it, on one line.
func sentence(cause status.Cause, storage string, err error) string {
	text := event.Line(err)
	switch cause {
	case status.CauseSilent:
		return "the service does not respond: check whether its process or its disk has stopped; to continue a " +
			"stopped process: kill -CONT PID"
	case status.CauseFull:
		return text + ": free up space, e.g. with sweepd trash purge --apply"
	case status.CauseRecord:
		return text + ": to check the record: sweepd history --verify; nothing is deleted without it"
	case status.CausePolicy:
		return PolicyProblem(err).Hint
	case status.CauseClock:
		return text + ": set it, see timedatectl; or, if it is right: sweepd resume --clock"
	case status.CauseSignIn:
		return cmp.Or(storage, "an account") + signInHint(storage, err)
	case status.CausePaused:
		return text + ": sweepd resume"
	case status.CauseLimits:
		return cmp.Or(storage, "the sweep") + ": " + text + ": " + limitsHint(err)
	}
	text = cmp.Or(storage, "the service") + ": " + text
	if hint := hintFor(storage, err); hint != "" {
		return text + ": " + hint
	}
	return text
}

// signInHint returns how to sign in again, as a clause that follows the storage.
func signInHint(storage string, err error) string {
	hint := strings.TrimPrefix(hintFor(storage, err), "sign in again: ")
	if strings.HasPrefix(hint, "sweepd login ") {
		return " needs a new sign-in: " + hint
	}
	return " cannot be signed in to: " + event.Line(err) + ": " + hint
}

// limitsHint returns how to allow a plan that was refused as a whole.
func limitsHint(err error) string {
	if has[*sweeper.SurgeError](err) {
		return "to approve it: sweepd plan -o plan.json, then sweepd apply plan.json"
	}
	return "to review it: sweepd plan; to allow it: raise limits: in the policy"
}

// hintOf returns the hint of a *UsageError, or else Hint.
func hintOf(err error) string {
	if usage, ok := errors.AsType[*UsageError](err); ok {
		return usage.Hint
	}
	return Hint(err)
}

// hintFor returns the hint for an error of the storage; "" if there is none.
func hintFor(storage string, err error) string {
	hint := hintOf(err)
	switch {
	case hint == "" && storage != "":
		hint = "sweepd doctor STORAGE"
	case hint == "" && errors.Is(err, fs.ErrPermission):
		hint = "check that you own the file"
	}
	return strings.ReplaceAll(joinLines(hint), "STORAGE", cmp.Or(storage, "STORAGE"))
}

func joinLines(text string) string { return event.Line(errors.New(text)) }

// FolderProblem returns the problem that a root of a storage was not listed completely. why is the reason by the scan.
func FolderProblem(storage, root, why string) *status.Problem {
	unseen, advice := Unseen(root)
	text, hint := unseen.String(), advice.String()
	if unseen.IsZero() {
		text, hint = why, "sweepd doctor "+storage
	}
	return &status.Problem{
		Cause: status.CauseFolder, Storage: storage, Hint: storage + ": " + joinLines(text) + ": " + joinLines(hint),
	}
}
