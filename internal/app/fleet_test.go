package app

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/policy"
)

// called returns the roll of two fleets of one type that select these users; a fleet without users fails.
func called(users map[string][]string) *Roll {
	r := &Roll{Members: map[string][]string{}, Errs: map[string]error{}, ids: map[string]string{}}
	st := policy.Storage{Type: policy.Workspace, Except: []string{"ceo@a.example"}}
	for fleet, addresses := range users {
		var all []user
		for _, address := range addresses {
			all = append(all, user{address: address})
		}
		if err := r.add(fleet, st, all); err != nil {
			r.Errs[fleet] = err
		}
	}
	r.apart(slices.Sorted(maps.Keys(users)))
	return r
}

func TestAnAccountThatTwoFleetsSelectIsSweptByNeither(t *testing.T) {
	r := called(map[string][]string{
		"art":   {"Bea@a.example", "bea@a.example", "dan@a.example", "ceo@a.example"},
		"sales": {"bea@a.example", "eve@a.example"},
	})
	if !slices.Equal(r.Members["art"], []string{"art/dan@a.example"}) ||
		!slices.Equal(r.Members["sales"], []string{"sales/eve@a.example"}) {
		t.Errorf("swept are %q", r.Members)
	}
	for _, name := range []string{"art/bea@a.example", "sales/bea@a.example"} {
		if _, ok := errors.AsType[*UsageError](r.Errs[name]); !ok {
			t.Errorf("%s: %v", name, r.Errs[name])
		}
	}
}

// Of a fleet that cannot be read nothing is known, also not whether it selects an account of another one.
func TestAFleetThatNamesNobodyStopsTheOthersOfItsType(t *testing.T) {
	r := called(map[string][]string{"art": {"bea@a.example"}, "sales": {"ceo@a.example"}, "rest": {"dan@a.example"}})
	if len(r.Members) != 0 || r.Errs["art"] == nil || r.Errs["sales"] == nil || r.Errs["rest"] == nil {
		t.Errorf("swept are %q, %v", r.Members, r.Errs)
	}
}
