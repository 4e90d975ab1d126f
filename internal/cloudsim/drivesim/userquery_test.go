package drivesim

import "testing"

// A query that is accepted is of known fields, and matches without a panic, whatever it is.
func FuzzUserQuery(f *testing.F) {
	for _, q := range []string{
		`name:'a b' email:c*`, `'O\'Neil' isAdmin=true`, "orgUnitPath=/ x", "a*", "name=*", "name:*",
	} {
		f.Add(q)
	}
	a := &Account{name: "Bea Zimmer", email: "bea@acme.example", unit: "/Sales"}
	f.Fuzz(func(t *testing.T, query string) {
		all, err := parseUsers(query)
		if err != nil {
			return
		}
		for _, c := range all {
			if c.check() != nil {
				t.Errorf("%q is accepted with %+v", query, c)
			}
			c.matches(a)
		}
	})
}
