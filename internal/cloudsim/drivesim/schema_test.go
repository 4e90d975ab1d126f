package drivesim

import (
	"slices"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim/discovery"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/fields"
)

func TestAMaskMayNameWhatTheDiscoveryDocumentHas(t *testing.T) {
	for doc, all := range map[*discovery.Document]map[string]fields.Schema{
		discovery.Load(t): schemas(), discovery.LoadDirectory(t): directorySchemas(),
	} {
		for name, schema := range all {
			compare(t, doc, name, doc.Schemas[name], schema)
		}
	}
}

func compare(t *testing.T, doc *discovery.Document, at string, p discovery.Property, s fields.Schema) {
	t.Helper()
	for p.Ref != "" || p.Items != nil {
		if p.Ref != "" {
			p = doc.Schemas[p.Ref]
		} else {
			p = *p.Items
		}
	}
	want := p.Properties
	if p.Additional != nil {
		want = map[string]discovery.Property{"*": *p.Additional}
	}
	var have, should []string
	for name := range s {
		have = append(have, name)
	}
	for name, below := range want {
		should = append(should, name)
		compare(t, doc, at+"."+name, below, s[name])
	}
	slices.Sort(have)
	slices.Sort(should)
	if !slices.Equal(have, should) {
		t.Errorf("%s has %v, want %v", at, have, should)
	}
}
