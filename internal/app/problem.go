package app

import (
	"cmp"
	"errors"
	"io/fs"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/event"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// ProblemOf returns the problem that an error of a storage is, with what mends it. storage is "" for an error of the
// service itself. A cause that concerns the whole machine, such as a full disk or a pause, has no storage, so that
// status.First shows it once.
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
	hint := language.Messagef("correct %s; to check it: sweepd check", event.Line(err))
	if !has[*policyfile.Error](err) {
		hint = language.Messagef("the policy cannot be loaded: %s: %s", event.Line(err),
			cmp.Or(hintFor("", err), "sweepd check"))
	}
	return &status.Problem{Cause: status.CausePolicy, Hint: hint}
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
	case has[*journal.ClockError](err):
		return status.CauseClock
	case needsSignIn(err):
		return status.CauseSignIn
	case is(journal.ErrUnreachable): // before a pause: whether there is one is not known then
		return status.CauseStorage
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
func sentence(cause status.Cause, storage string, err error) language.Message {
	text := event.Line(err)
	switch cause {
	case status.CauseSilent:
		return language.Messagef("the service does not respond: check whether its process or its disk has stopped; " +
			"to continue a stopped process: kill -CONT PID")
	case status.CauseFull:
		return language.Messagef("%s: free up space, e.g. with sweepd trash purge --apply", text)
	case status.CauseRecord:
		return language.Messagef("%s: to check the record: sweepd history --verify; nothing is deleted without it",
			text)
	case status.CausePolicy:
		return PolicyProblem(err).Hint
	case status.CauseClock:
		why := language.Verbatim(text)
		if doubt, ok := errors.AsType[*journal.ClockError](err); ok && doubt.Error() == text {
			why = doubt.Text()
		}
		return language.Messagef("%s: set it, see timedatectl; or, if it is right: sweepd resume --clock", why)
	case status.CauseSignIn:
		return signInHint(storage, err)
	case status.CausePaused:
		return language.Messagef("%s: sweepd resume", onLine(language.Explanation(err)))
	case status.CauseLimits:
		return language.Messagef("%s: %s: %s", orElse(storage, language.Messagef("the sweep")), text, limitsHint(err))
	}
	about := language.Messagef("%s: %s", orElse(storage, language.Messagef("the service")), text)
	if hint := hintFor(storage, err); hint != "" {
		return language.Messagef("%s: %s", about, hint)
	}
	return about
}

// orElse returns the name of a storage, or another text if it is "".
func orElse(storage string, otherwise language.Message) language.Message {
	if storage == "" {
		return otherwise
	}
	return language.Verbatim(storage)
}

// signInHint returns how to sign in again.
func signInHint(storage string, err error) language.Message {
	account := orElse(storage, language.Messagef("an account"))
	hint := strings.TrimPrefix(hintFor(storage, err), "sign in again: ")
	if strings.HasPrefix(hint, "sweepd login ") {
		return language.Messagef("%s needs a new sign-in: %s", account, hint)
	}
	return language.Messagef("%s cannot be signed in to: %s: %s", account, event.Line(err), hint)
}

// limitsHint returns how to allow a plan that was refused as a whole.
func limitsHint(err error) language.Message {
	if has[*sweeper.SurgeError](err) {
		return language.Messagef("to approve it: sweepd plan -o plan.json, then sweepd apply plan.json")
	}
	return language.Messagef("to review it: sweepd plan; to allow it: raise limits: in the policy")
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

// joinLines returns the text on one line, as the log has it.
func joinLines(text string) string { return event.Line(errors.New(text)) }

// onLine returns the text on one line, in English if a name in it has more.
func onLine(text language.Message) language.Message {
	if line := joinLines(text.String()); line != text.String() {
		return language.Verbatim(line)
	}
	return text
}

// FolderProblem returns the problem that a root of a storage was not listed completely. why is the reason by the scan.
func FolderProblem(storage, root, why string) *status.Problem {
	text, hint := Unseen(root)
	if text.IsZero() {
		text, hint = language.Verbatim(why), language.Verbatim("sweepd doctor "+storage)
	}
	return &status.Problem{
		Cause: status.CauseFolder, Storage: storage,
		Hint: language.Messagef("%s: %s: %s", storage, onLine(text), onLine(hint)),
	}
}
