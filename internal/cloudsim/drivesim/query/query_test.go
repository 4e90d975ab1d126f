package query_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/query"
)

// item is a file to ask of.
type item map[string]any

func (i item) Text(term string) string { s, _ := i[term].(string); return s }
func (i item) Flag(term string) bool   { b, _ := i[term].(bool); return b }
func (i item) Time(term string) (time.Time, bool) {
	t, ok := i[term].(time.Time)
	return t, ok
}

func (i item) Holds(term, value string) bool {
	all, _ := i[term].([]string)
	return slices.Contains(all, value)
}

func (i item) Property(term, key string) (string, bool) {
	m, _ := i[term].(map[string]string)
	v, ok := m[key]
	return v, ok
}

var hello = item{
	"name": "HelloWorld it's_2 a\\b.png", "mimeType": "image/png", "starred": true, "trashed": false,
	"parents": []string{"p1"}, "owners": []string{"me"},
	"modifiedTime": time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), "appProperties": map[string]string{"sweepd": "v"},
	"visibility": "limited",
}

func TestAQueryMatchesWhatThePageSays(t *testing.T) {
	for q, want := range map[string]bool{
		``:                                                   true,
		`name contains 'Hello'`:                              true,
		`name contains 'World'`:                              false, // "prefix matching for a name term"
		`name contains 'hello 2'`:                            true,
		`name contains 's'`:                                  true,
		`name = 'helloworld it\'s_2 a\\b.PNG'`:               true,
		`name != 'other'`:                                    true,
		`mimeType contains 'image/'`:                         true,
		`mimeType contains 'png'`:                            false,
		`mimeType != 'image/png'`:                            false,
		`trashed = false`:                                    true,
		`trashed=false and starred=true`:                     true,
		`trashed != false`:                                   false,
		`not trashed = true`:                                 true,
		`not (trashed = false and starred = true)`:           false,
		`'p1' in parents`:                                    true,
		`'p2' in parents or 'me' in owners`:                  true,
		`('p2' in parents) or ('p3' in parents)`:             false,
		`(((starred = true)))`:                               true,
		`modifiedTime > '2026-06-01T11:59:59'`:               true,
		`modifiedTime > '2026-06-01T12:00:00'`:               false,
		`modifiedTime >= '2026-06-01T14:00:00+02:00'`:        true,
		`modifiedTime < '2026-06-01'`:                        false,
		`createdTime < '2030-01-01'`:                         false, // it has none
		`sharedWithMe`:                                       false,
		`not sharedWithMe and starred = true`:                true,
		`appProperties has { key='sweepd' and value='v' }`:   true,
		`appProperties has {key = 'sweepd' and value = 'w'}`: false,
		`properties has { key='sweepd' and value='v' }`:      false,
		`visibility = 'limited'`:                             true,
		`trashed=false and ('p1' in parents) and (mimeType='application/vnd.google-apps.folder' or ` +
			`mimeType='image/png')`: true,
	} {
		e, err := query.Parse(q)
		if err != nil {
			t.Errorf("%s: %v", q, err)
		} else if got := e.Match(hello); got != want {
			t.Errorf("%s: %v, want %v", q, got, want)
		}
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	for _, q := range []string{
		`explicitlyTrashed = true`, `fullText contains 'x'`, `title = 'x'`, `size > 3`, `md5Checksum = 'x'`,
		`labels in 'x'`, `NAME = 'x'`,
		`name`, `name =`, `name = x`, `name = "x"`, `name like 'x'`, `name > 'x'`, `name in 'x'`, `name == 'x'`,
		`name contains ''`, `name contains '--'`, `name = 'x`, `name = 'a\b'`, `name = 'a\`,
		`trashed`, `trashed = 'false'`, `trashed = maybe`, `trashed < true`, `trashed = false trashed = false`,
		`trashed = false and`, `and trashed = false`, `trashed = false && starred = true`,
		`trashed = false and starred = true or starred = false`, `(trashed = false`, `trashed = false)`,
		`()`, `not`, `!trashed`, `;`,
		`'me' in owner`, `'me' in trashed`, `me in owners`, `owners in 'me'`, `'me' owners`, `owners = 'me'`, `'me'`,
		`'me' in`, `'me' in 'owners'`,
		`modifiedTime > 'yesterday'`, `modifiedTime > 2026`, `modifiedTime contains '2026'`, `sharedWithMe 'x'`,
		`visibility = 'secret'`,
		`appProperties has 'x'`, `appProperties has { key='a' }`, `appProperties = 'x'`,
		`appProperties has { value='a' and key='b' }`,
		strings.Repeat("(", 1000) + `trashed = false` + strings.Repeat(")", 1000),
		strings.Repeat("not ", 1000) + `trashed = false`,
	} {
		if e, err := query.Parse(q); err == nil {
			t.Errorf("%.80s is taken for %+v", q, e)
		}
	}
}

func TestWhatEveryMatchMustHoldIsKnown(t *testing.T) {
	for q, want := range map[string]string{
		`'p1' in parents`:                                         "p1",
		`trashed = false and ('p1' in parents)`:                   "p1",
		`'p1' in parents or 'p2' in parents`:                      "",
		`not 'p1' in parents`:                                     "",
		`starred = true and not 'p1' in parents`:                  "",
		`starred = true and (trashed = false and 'p' in parents)`: "p",
	} {
		e, _ := query.Parse(q)
		if got, ok := e.Required("parents"); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", q, got, want)
		}
	}
}

// A query that is taken means something: what it matches its negation does not.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{
		`name contains 'a' and not (trashed = true or 'x' in parents)`,
		`appProperties has { key='a' and value='\'' }`, `modifiedTime > '2026-06-01T00:00:00'`, `sharedWithMe`,
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		e, err := query.Parse(q)
		if err != nil || strings.TrimSpace(q) == "" {
			return
		}
		not, err := query.Parse("not (" + q + ")")
		if err != nil {
			return // one bracket too deep
		}
		if e.Match(hello) == not.Match(hello) {
			t.Errorf("%q and its negation agree", q)
		}
		if p, ok := e.Required("parents"); ok && e.Match(hello) && p != "p1" {
			t.Errorf("%q requires %q and matches without", q, p)
		}
	})
}
