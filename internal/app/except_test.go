package app

import (
	"slices"
	"testing"

	"github.com/sweepd/sweepd/policy"
)

// A person whose account is left out may be named by any address of the account. One that names no account is said, as
// it may be misspelt.
func TestAnAccountIsLeftOutByAnyOfItsAddresses(t *testing.T) {
	r := &Roll{Members: map[string][]string{}, ids: map[string]string{}}
	err := r.add("acme", policy.Storage{
		Type: policy.Workspace, Except: []string{"Ann.Old@a.example", "bae@a.example", "carl@a.example"},
	}, []user{
		{address: "ann@a.example", aliases: []string{"a@a.example", "ann.old@a.example"}},
		{address: "bea@a.example"},
		{address: "carl@a.example"},
	})
	if got, want := r.Members["acme"], []string{"acme/bea@a.example"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("swept are %q, %v; want %q", got, err, want)
	}
	if len(r.Absent) != 1 || r.Absent[0].Storage != "acme/bae@a.example" {
		t.Errorf("named as not swept are %v, want the address of nobody", r.Absent)
	}
}
