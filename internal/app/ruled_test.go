package app

import (
	"errors"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/policy"
)

// meaning returns the roll of a fleet with three users under a policy whose rules name these storages.
func meaning(st policy.Storage, written ...string) *Roll {
	r := &Roll{Members: map[string][]string{}, Errs: map[string]error{}, ids: map[string]string{}}
	users := []user{
		{address: "ann@a.example", aliases: []string{"Ann.Old@a.example"}},
		{address: "bea@a.example"},
		{address: "carl@a.example", aliases: []string{"c@a.example"}},
	}
	p := &policy.Policy{Rules: []policy.Rule{
		{Name: "keep", Do: policy.Keep, When: policy.Condition{
			Any: []policy.Condition{{Storage: []string{"acme"}}, {Storage: written}},
		}},
		{Name: "other", Do: policy.Trash, When: policy.Condition{
			Not: &policy.Condition{Storage: []string{"other/ann.old@a.example"}},
		}},
	}}
	if err := r.add("acme", st, users); err != nil {
		r.Errs["acme"] = err
	}
	r.meant("acme", st, ruled(p, "acme"), users)
	return r
}

func TestAnAccountThatARuleNamesByAnotherAddressIsNotSwept(t *testing.T) {
	r := meaning(policy.Storage{Type: policy.DropboxTeam, Everyone: true},
		"acme/ann.old@a.example", "acme/bea@a.example")
	same := slices.Equal(r.Members["acme"], []string{"acme/bea@a.example", "acme/carl@a.example"})
	if _, ok := errors.AsType[*UsageError](r.Errs["acme/ann@a.example"]); !ok || !same || len(r.Errs) != 1 {
		t.Errorf("swept are %q, with the errors %v", r.Members, r.Errs)
	}
}

func TestAnAccountThatIsLeftOutIsNoProblemOfARule(t *testing.T) {
	r := meaning(policy.Storage{Type: policy.Workspace, Except: []string{"ann@a.example"}}, "acme/ann.old@a.example")
	if len(r.Members["acme"]) != 2 || len(r.Errs)+len(r.Absent) != 0 {
		t.Errorf("swept are %q, with the errors %v, %v", r.Members, r.Errs, r.Absent)
	}
}

func TestARuleForNobodyIsReported(t *testing.T) {
	r := meaning(policy.Storage{Type: policy.Workspace, Except: []string{"x@a.example"}}, "acme/bae@a.example")
	if len(r.Members["acme"]) != 3 || len(r.Errs) != 0 || len(r.Absent) != 2 ||
		r.Absent[0].Storage != "acme/bae@a.example" {
		t.Errorf("swept are %q, with the errors %v, %v", r.Members, r.Errs, r.Absent)
	}
}

// No directory is read for users that the policy lists, so the address may be that of one of them.
func TestARuleForNobodyStopsAFleetWhoseUsersAreListed(t *testing.T) {
	listed := []string{"ann@a.example", "bea@a.example", "carl@a.example"}
	r := meaning(policy.Storage{Type: policy.Workspace, Users: listed}, "acme/bae@a.example")
	if _, ok := errors.AsType[*UsageError](r.Errs["acme"]); !ok || len(r.Members) != 0 {
		t.Errorf("swept are %q, with the errors %v", r.Members, r.Errs)
	}
}
