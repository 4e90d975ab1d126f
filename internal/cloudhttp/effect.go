package cloudhttp

import (
	"context"
	"net/http"
)

// effect is what sending a request twice would come to.
type effect int

const (
	changes    effect = iota // something might be done twice
	repeatable               // twice is as good as once
	reads                    // nothing changes at all
	once                     // it must be sent now or not at all
)

// effectKey is the context's key for an effect.
type effectKey struct{}

// Reading marks requests made with the returned context as changing nothing,
// whatever their method: some services read by POST.
func Reading(ctx context.Context) context.Context {
	return context.WithValue(ctx, effectKey{}, reads)
}

// Repeatable marks requests made with the returned context as safe to send
// again when it is not known whether they were carried out: twice is as good as
// once. If they then fail, it may still be that they were carried out:
// ErrUnknownOutcome.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, effectKey{}, repeatable)
}

// Once has requests made with the returned context sent once only, be they
// refused for certain: what is true when they are sent may not be after a wait.
func Once(ctx context.Context) context.Context {
	return context.WithValue(ctx, effectKey{}, once)
}

// effectOf is the effect of req: as it is marked, else by its method, of which
// GET and HEAD are safe (RFC 9110, section 9.2.1). DELETE and PUT would be
// idempotent there, but between two tries the file may be another.
func effectOf(req *http.Request) effect {
	if e, ok := req.Context().Value(effectKey{}).(effect); ok {
		return e
	}
	if req.Method == http.MethodGet || req.Method == http.MethodHead || req.Method == "" {
		return reads
	}
	return changes
}
