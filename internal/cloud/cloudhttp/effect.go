package cloudhttp

import (
	"context"
	"net/http"
)

// effect is the consequence of sending a request twice.
type effect int

const (
	changes    effect = iota // a change might be made twice
	repeatable               // a second time changes nothing more
	reads                    // nothing changes at all
	once                     // it must be sent now or not at all
)

// effectKey is the context's key for an effect.
type effectKey struct{}

// Reading marks requests made with the returned context as changing nothing, regardless of their method: some
// services read by POST.
func Reading(ctx context.Context) context.Context {
	return context.WithValue(ctx, effectKey{}, reads)
}

// Repeatable marks requests made with the returned context as safe to send again if it is not known whether they were
// carried out: a second time changes nothing more. If they then fail, they may still have been carried out:
// ErrUnknownOutcome.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, effectKey{}, repeatable)
}

// Once marks requests made with the returned context to be sent only once, even if they were certainly refused: their
// precondition may no longer hold after a wait.
func Once(ctx context.Context) context.Context {
	return context.WithValue(ctx, effectKey{}, once)
}

// effectOf returns the effect of req: as it is marked, else by its method, of which GET and HEAD are safe (RFC 9110,
// section 9.2.1). By that RFC, DELETE and PUT are idempotent, but the file may change between two tries.
func effectOf(req *http.Request) effect {
	if e, ok := req.Context().Value(effectKey{}).(effect); ok {
		return e
	}
	if req.Method == http.MethodGet || req.Method == http.MethodHead || req.Method == "" {
		return reads
	}
	return changes
}
