package review

import (
	"cmp"
	"html/template"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// card is a picture in a template. All texts are in the user's language and safe for a page, except State, which the
// style sheet and the script use.
type card struct {
	ID, Name                 string
	State, StateText         string // State is the policy's action
	Why, Evidence            string // sentences
	Confidence               string
	Due, Rule, Size, Changed string
	Places                   []string     // the first maxPlaces
	More                     string       // the number of further places; "" if there are none
	Keep, Approve, Undo      bool         // what can be done with it
	Query                    template.URL // of the list that it is in
}

// maxPlaces is the number of places on a card.
const maxPlaces = 3

// stateText returns the title of the pictures with an action, as on the contact sheet of a scan.
func (s *Server) stateText(a policy.Action) string {
	for _, g := range report.Groups() {
		if g.Key == string(a) {
			return s.in.Text(g.Title)
		}
	}
	return string(a)
}

// card returns the card of a picture. Facts and reasons are those of the place that goes first, with the guards of all;
// the buttons offer what at least one place allows.
func (s *Server) card(l *listing, p *picture, f filter) card {
	at := p.places[0]
	c := card{
		ID: p.id, Name: report.Plain(at.Entry.Name()),
		State: string(p.state()), StateText: s.stateText(p.state()),
		Why:        report.Sentence(s.plain(report.AndHeld(report.Because(at), p.places).In(s.in))),
		Evidence:   report.Sentence(s.plain(at.Verdict.Brief().In(s.in))),
		Confidence: at.Verdict.Confidence.String(), Due: report.When(at.Decision).In(s.in),
		Rule: report.Plain(cmp.Or(at.Decision.Rule, s.in.Sprintf("none"))), Size: language.Size(at.Entry.Size).In(s.in),
		Changed: stamp(at.Entry.Modified), Query: f.encoded(),
	}
	for _, place := range p.places {
		d := place.Decision
		kept := d.Action == policy.Keep && d.ReasonCode == policy.ReasonOverride
		if len(c.Places) < maxPlaces {
			c.Places = append(c.Places, s.place(l, place.Storage, place.Entry.Path))
		}
		c.Keep = c.Keep || !kept && !d.Mandatory
		c.Approve = c.Approve || approvable(place)
		c.Undo = c.Undo || kept || d.Approved
	}
	if more := len(p.places) - maxPlaces; more > 0 {
		c.More = language.Number(more).In(s.in)
	}
	return c
}

// approvable reports whether there is something to approve: a rule wants the file gone, or wants the user to decide.
func approvable(f sweeper.Found) bool {
	return f.Decision.Action == policy.Hold || f.Decision.Action == policy.Review
}

// stamp returns a time in the zone of this machine, to the minute; "?" if it is not known.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return t.Local().Format("2006-01-02 15:04")
}

// choice is one value of a list to choose from.
type choice struct {
	Value, Text string
	On          bool
}

// choices are the lists of the filter.
type choices struct {
	Storages, Folders, Confidences, Rules, Ages, Sorts []choice
	Text, Show, Reason                                 string
}

// choices returns the lists of the filter for a list of pictures, with the values of f chosen. Storages, folders and
// rules are those that occur.
func (s *Server) choices(l *listing, f filter) choices {
	c := choices{Text: f.text, Show: f.show, Reason: f.reason}
	for _, name := range l.storages {
		c.Storages = append(c.Storages, choice{name, report.Plain(name), name == f.storage})
	}
	for _, at := range l.folders {
		value := folderID(at.storage, at.dir)
		c.Folders = append(c.Folders, choice{value, s.place(l, at.storage, at.dir), value == f.folder})
	}
	for level := fingerprint.Likely; level <= fingerprint.Proven; level++ {
		c.Confidences = append(c.Confidences, choice{level.String(), level.String(), level == f.confidence})
	}
	for _, name := range l.rules {
		value, text := name, report.Plain(name)
		if name == "" {
			value, text = noRule, s.in.Sprintf("none")
		}
		c.Rules = append(c.Rules, choice{value, text, value == f.rule})
	}
	for _, age := range []struct {
		value string
		days  int
	}{{"7", 7}, {"30", 30}, {"90", 90}, {"365", 365}} {
		text := language.Count(int64(age.days), "day").In(s.in)
		c.Ages = append(c.Ages, choice{age.value, text, age.days == f.days})
	}
	for _, order := range []choice{
		{"due", s.in.Sprintf("next due first"), false},
		{"newest", s.in.Sprintf("newest first"), false},
		{"oldest", s.in.Sprintf("oldest first"), false},
		{"largest", s.in.Sprintf("largest first"), false},
		{"folder", s.in.Sprintf("by folder"), false},
		{"confidence", s.in.Sprintf("surest first"), false},
	} {
		order.On = order.Value == f.sort
		c.Sorts = append(c.Sorts, order)
	}
	return c
}

// tile is the number of pictures with one state.
type tile struct {
	Key, Text, Count, Size string
	Query                  template.URL
	On                     bool
}

// tiles returns a tile for each state of which there are pictures, and one for all of them.
func (s *Server) tiles(l *listing, f filter) (all []tile) {
	amounts := l.amounts()
	var sum amount
	add := func(key, text string, a amount) {
		to := f
		to.show, to.reason = key, ""
		all = append(all, tile{
			key, text, language.Count(a.pictures, "picture").In(s.in), language.Size(a.bytes).In(s.in),
			to.encoded(), f.show == key,
		})
	}
	for _, state := range states() {
		a := amounts[state]
		sum.pictures, sum.bytes = sum.pictures+a.pictures, sum.bytes+a.bytes
		if a.pictures > 0 || f.show == string(state) {
			add(string(state), s.stateText(state), a)
		}
	}
	add("", s.in.Sprintf("All"), sum)
	return all
}
