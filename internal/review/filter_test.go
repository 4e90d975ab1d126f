package review

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// some is a picture with one place.
func some(storage, path string, level fingerprint.Confidence, action policy.Action, rule string, days int) *picture {
	return &picture{path, []sweeper.Found{{
		Storage: storage, Entry: providers.Entry{
			Path: path, Ref: providers.Ref(path), Size: int64(days), Modified: noon.AddDate(0, 0, -days),
		},
		Verdict: fingerprint.Verdict{Confidence: level}, Decision: policy.Decision{Action: action, Rule: rule},
	}}}
}

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func TestAFilterChoosesAndSorts(t *testing.T) {
	t.Parallel()
	l := &listing{pictures: []*picture{
		some("home", "/d/Cat.png", fingerprint.Proven, policy.Trash, "mine", 40),
		some("home", "/d/dog.png", fingerprint.Likely, policy.Review, "look", 3),
		some("drive", "/e/cow.png", fingerprint.Strong, policy.Keep, "", 400),
		some("box", "/f/fox.png", fingerprint.Strong, policy.Hold, "mine", 1),
	}}
	for query, want := range map[string][]string{
		"":                                 {"/d/Cat.png", "/f/fox.png", "/d/dog.png", "/e/cow.png"},
		"show=review":                      {"/d/dog.png"},
		"storage=drive":                    {"/e/cow.png"},
		"folder=" + folderID("home", "/d"): {"/d/Cat.png", "/d/dog.png"},
		"confidence=strong":                {"/d/Cat.png", "/f/fox.png", "/e/cow.png"},
		"confidence=nonsense&days=x":       {"/d/Cat.png", "/f/fox.png", "/d/dog.png", "/e/cow.png"},
		"rule=mine":                        {"/d/Cat.png", "/f/fox.png"},
		"rule=-":                           {"/e/cow.png"},
		"days=30":                          {"/d/Cat.png", "/e/cow.png"},
		"q=cAT":                            {"/d/Cat.png"},
		"sort=newest":                      {"/f/fox.png", "/d/dog.png", "/d/Cat.png", "/e/cow.png"},
		"sort=oldest&days=30":              {"/e/cow.png", "/d/Cat.png"},
		"sort=largest":                     {"/e/cow.png", "/d/Cat.png", "/d/dog.png", "/f/fox.png"},
		"sort=folder":                      {"/f/fox.png", "/e/cow.png", "/d/Cat.png", "/d/dog.png"},
		"sort=confidence":                  {"/d/Cat.png", "/e/cow.png", "/f/fox.png", "/d/dog.png"},
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		f := parseFilter(q)
		var got []string
		for _, p := range f.of(l, noon) {
			got = append(got, p.id)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
		again, err := url.ParseQuery(string(f.encoded()))
		if err != nil || parseFilter(again) != f {
			t.Errorf("%q does not survive its address %q", query, f.encoded())
		}
	}
}
