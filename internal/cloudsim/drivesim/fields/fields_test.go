package fields_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/fields"
)

var schema = fields.Names(
	"kind, nextPageToken, files(id, name, owners(me, emailAddress), capabilities(canTrash), properties(*))",
)

const answer = `{"kind":"k","files":[{"id":"1","name":"a","owners":[{"me":true,"emailAddress":"x"}],` +
	`"properties":{"p":"q"}},{"id":"2"}]}`

func TestAMaskCutsAnAnswerDown(t *testing.T) {
	for mask, want := range map[string]string{
		`*`:                              answer,
		`kind`:                           `{"kind":"k"}`,
		`kind,nextPageToken`:             `{"kind":"k"}`,
		`files/id`:                       `{"files":[{"id":"1"},{"id":"2"}]}`,
		`files(id)`:                      `{"files":[{"id":"1"},{"id":"2"}]}`,
		`files(id),files/name`:           `{"files":[{"id":"1","name":"a"},{"id":"2"}]}`,
		`files(owners/me)`:               `{"files":[{"owners":[{"me":true}]},{}]}`,
		`files/owners(me)`:               `{"files":[{"owners":[{"me":true}]},{}]}`,
		`files/owners/*`:                 `{"files":[{"owners":[{"emailAddress":"x","me":true}]},{}]}`,
		`files(properties(p))`:           `{"files":[{"properties":{"p":"q"}},{}]}`,
		`files(id, owners( me )) , kind`: `{"files":[{"id":"1","owners":[{"me":true}]},{"id":"2"}],"kind":"k"}`,
		`files(*)`: `{"files":[{"id":"1","name":"a","owners":[{"emailAddress":"x","me":true}],` +
			`"properties":{"p":"q"}},{"id":"2"}]}`,
	} {
		m, err := fields.Parse(mask, schema)
		if err != nil {
			t.Errorf("%s: %v", mask, err)
			continue
		}
		var v, w any
		_ = json.Unmarshal([]byte(answer), &v)
		_ = json.Unmarshal([]byte(want), &w)
		got, _ := json.Marshal(m.Cut(v))
		if wanted, _ := json.Marshal(w); string(got) != string(wanted) {
			t.Errorf("%s: %s, want %s", mask, got, wanted)
		}
	}
}

func TestAMaskThatNamesWhatIsNotThereIsRefused(t *testing.T) {
	for _, mask := range []string{
		``, `id`, `files/size`, `files(id,size)`, `files(owners(you))`, `kind/id`, `kind(id)`, `files(`, `files(id`,
		`files(id))`, `files/`, `files()`, `,`, `kind,`, `kind,,files`, `(kind)`, `*/id`, `*(id)`, `Kind`,
		`kind files`, `files(id)name`,
		strings.Repeat("files(", 1000),
	} {
		if m, err := fields.Parse(mask, schema); err == nil {
			t.Errorf("%.40s is taken for %v", mask, m)
		}
	}
}

// The output of a mask is a part of the answer, and the same the second time.
func FuzzMask(f *testing.F) {
	for _, mask := range []string{`kind,files(id,owners/me)`, `*`, `files(properties(x))`} {
		f.Add(mask)
	}
	f.Fuzz(func(t *testing.T, mask string) {
		m, err := fields.Parse(mask, schema)
		if err != nil {
			return
		}
		var v any
		_ = json.Unmarshal([]byte(answer), &v)
		once, _ := json.Marshal(m.Cut(v))
		twice, _ := json.Marshal(m.Cut(m.Cut(v)))
		if string(once) != string(twice) || len(once) > len(answer) {
			t.Errorf("%q: %s, then %s", mask, once, twice)
		}
	})
}
