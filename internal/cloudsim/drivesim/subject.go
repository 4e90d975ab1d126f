package drivesim

import (
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/query"
)

// Compile-time check: queries are matched against views.
var _ query.Subject = (*view)(nil)

// Text implements query.Subject.
func (v view) Text(term string) string {
	switch term {
	case "name":
		return v.f.name
	case "mimeType":
		return v.f.mime
	case "shortcutDetails.targetId":
		return v.f.extra().target
	}
	for _, p := range v.f.sharedWith() {
		if p.who == nil {
			return "anyoneWithLink"
		}
	}
	return "limited"
}

// Flag implements query.Subject.
func (v view) Flag(term string) bool {
	switch term {
	case "trashed":
		return v.f.trashed()
	case "starred":
		return v.f.starredBy(v.a)
	}
	return v.f.owner != v.a && v.f.drive == nil // sharedWithMe
}

// Time implements query.Subject.
func (v view) Time(term string) (time.Time, bool) {
	switch term {
	case "createdTime":
		return v.f.created, true
	case "modifiedTime":
		return v.f.modified, true
	case "viewedByMeTime":
		t := v.f.extra().viewed
		return t, !t.IsZero()
	}
	return v.f.created, v.f.owner != v.a && v.f.drive == nil // sharedWithMeTime
}

// Holds implements query.Subject.
func (v view) Holds(term, value string) bool {
	if term == "parents" {
		if value == "root" {
			value = v.a.root.id
		}
		return slices.ContainsFunc(v.f.parents(), func(p *file) bool { return p.id == value })
	}
	who := v.a
	if value != "me" {
		if who = v.d.accountOf(value); who == nil {
			return false
		}
	}
	switch r := v.f.roleOf(who); term {
	case "owners":
		return r == owner
	case "writers":
		return r >= writer
	default:
		return r >= reader
	}
}

// Property implements query.Subject.
func (v view) Property(term, key string) (string, bool) {
	x := v.f.extra()
	m := x.props
	if term == "appProperties" {
		m = x.appProps[v.client]
	}
	s, ok := m[key]
	return s, ok
}
