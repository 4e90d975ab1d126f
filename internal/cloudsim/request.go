package cloudsim

import (
	"context"
	"encoding/json"
)

// requestKey is the key of a context for its *request.
type requestKey struct{}

// request is one request under way.
type request struct {
	n       int64
	call    Call
	service Service
	fault   *Fault // the injected fault, or nil
}

// requestOf returns the request that ctx belongs to; nil for an action of a person.
func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

// Injected reports whether a fault of that kind was injected into the request that ctx belongs to. A service asks for
// the kinds that only it can carry out: Incomplete, EmptyPage, Unfinished.
func Injected(ctx context.Context, kind Kind) bool {
	r := requestOf(ctx)
	return r != nil && r.fault != nil && r.fault.Kind == kind
}

// Mutation records a change of one file. ctx is that of the request that changes it; any other context means that a
// person did it elsewhere. before and after are marshalled at once; nil if there is no file.
func (c *Cloud) Mutation(ctx context.Context, provider, account, op, file string, before, after any) {
	rec := Record{
		Kind: KindMutation, Time: c.Now(), Provider: provider, Account: account, Op: op, File: file,
		Before: marshal(before), After: marshal(after),
	}
	if r := requestOf(ctx); r != nil {
		rec.N, rec.Call = r.n, r.call.Method
	}
	c.audit.add(rec)
}

// marshal returns v as JSON, or nil for nil. A value that has no JSON is recorded as a text with the error: a
// mutation is never left out of the record.
func marshal(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	out, err := json.Marshal(v)
	if err != nil {
		out, _ = json.Marshal("cannot be described: " + err.Error())
	}
	return out
}
