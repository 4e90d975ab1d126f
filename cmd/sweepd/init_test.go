package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// asker is the program in a home with the folders that tests name.
func asker(t testing.TB) *program {
	t.Helper()
	home := t.TempDir()
	for _, dir := range []string{"Downloads", "Pictures", "My \"best\", & ünïcode"} {
		if err := os.Mkdir(filepath.Join(home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(home, "google.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return &program{getenv: func(name string) string { return map[string]string{"HOME": home}[name] }}
}

// Every combination of answers makes a policy with the answers, which has no caution but those about the clouds' own
// trash.
func TestEveryCombinationOfAnswersIsAPolicyThatSaysSo(t *testing.T) {
	t.Parallel()
	p := asker(t)
	levels := map[string]fingerprint.Confidence{
		"proven": fingerprint.Proven,
		"strong": fingerprint.Strong,
		"likely": fingerprint.Likely,
	}
	times := map[string]time.Duration{
		"0": 0, "off": 0, "7d": 7 * day, "2w": 14 * day, "36h": 36 * time.Hour, "30d": 30 * day,
	}
	modes := map[string]policy.Mode{"report": policy.Report, "enforce": policy.Enforce}
	n := 0
	for _, folders := range [][]string{
		nil, {"~/Downloads"}, {"~/Downloads", "~/Pictures"}, {"~/My \"best\", & ünïcode"},
	} {
		for _, drive := range []string{"", "~/google.json"} {
			for _, box := range []string{"", "abcd1234efgh567", "123456789012345"} {
				for careful := range levels {
					for _, grace := range []string{"0", "7d", "36h"} {
						for _, trash := range []string{"off", "2w", "30d"} {
							for mode := range modes {
								a := answers{folders, drive, box, careful, grace, trash, mode, ""}
								if a.nowhere() {
									continue
								}
								n++
								if err := p.fits(a); err != nil {
									t.Fatalf("%+v: %v", a, err)
								}
								pol, err := parsed(a, p.home())
								if err != nil {
									t.Fatalf("%+v: %v", a, err)
								}
								saysSo(t, p, a, pol)
								mine := pol.Rules[1]
								if mine.Do != policy.Trash || mine.Grace != times[grace] ||
									pol.Trash != (policy.TrashAges{Ours: times[trash]}) || pol.Mode != modes[mode] {
									t.Errorf("%+v: got %+v, %+v, %v", a, mine, pol.Trash, pol.Mode)
								}
								for level := fingerprint.None; level <= fingerprint.Proven; level++ {
									f := policy.Facts{Verdict: fingerprint.Verdict{Confidence: level}}
									f.Entry.Path = "/somewhere/a.png"
									d := pol.Decide(f, time.Unix(1e9, 0))
									if want := level >= levels[careful]; (d.Rule == "mine") != want {
										t.Errorf("%+v: %v is decided by %q", a, level, d.Rule)
									}
								}
							}
						}
					}
				}
			}
		}
	}
	if n != (4*2*3-1)*3*3*3*2 {
		t.Errorf("%d combinations were tried", n)
	}
}

// parsed returns the policy of the answers.
func parsed(a answers, home string) (*policy.Policy, error) {
	text, err := a.policy()
	if err != nil {
		return nil, err
	}
	return policyfile.Parse("policy.yaml", text, policyfile.ParseOptions{Home: home})
}

// saysSo checks the places, and the cautions.
func saysSo(t *testing.T, p *program, a answers, pol *policy.Policy) {
	t.Helper()
	want := map[string]policy.Storage{}
	if len(a.Folders) > 0 {
		roots := []string{}
		for _, folder := range a.Folders {
			roots = append(roots, p.expand(folder))
		}
		want["home"] = policy.Storage{Type: policy.Local, Roots: roots}
	}
	cautions := 0
	if a.Drive != "" {
		want["drive"] = policy.Storage{Type: policy.GDrive, Client: p.expand(a.Drive)}
		if a.Trash == "30d" { // by then Drive has deleted it
			cautions++
		}
	}
	if a.Dropbox != "" {
		want["box"] = policy.Storage{Type: policy.Dropbox, AppKey: a.Dropbox}
	}
	same := func(got, want policy.Storage) bool {
		return got.Type == want.Type && (got.Remote() || slices.Equal(got.Roots, want.Roots)) &&
			got.Client == want.Client && got.AppKey == want.AppKey
	}
	if !maps.EqualFunc(pol.Storages, want, same) {
		t.Errorf("%+v: got %+v, want %+v", a, pol.Storages, want)
	}
	if got := pol.Cautions(); len(got) != cautions {
		t.Errorf("%+v: got %q, want %d cautions", a, got, cautions)
	}
}

func FuzzFolder(f *testing.F) {
	p := asker(f)
	for _, name := range []string{
		"Downloads", "a: b", "#x", "a\"b", "a\\b", "a\nb", "\xff", "{}", "*", "a, b", "\u2028", "~", "&<>", "tab\t",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		folder := filepath.Join(p.home(), "Pictures", name)
		if !fs.ValidPath(name) && strings.Contains(name, "..") || os.MkdirAll(folder, 0o700) != nil {
			return // no name of a folder
		}
		a := answers{[]string{tilde(folder, p.home())}, "", "", "proven", "7d", "off", "report", ""}
		if p.fits(a) != nil {
			return // nothing is written then
		}
		pol, err := parsed(a, p.home())
		if err != nil || len(pol.Storages) != 1 || !slices.Equal(pol.Storages["home"].Roots, []string{folder}) {
			t.Errorf("%q: got %+v, %v", folder, pol, err)
		}
	})
}

func TestTheFoldersOfADesktop(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[string]string{
		"XDG_DOWNLOAD_DIR=\"$HOME/Downloads\"\nXDG_PICTURES_DIR=\"/data/pictures\"\n": {
			"DOWNLOAD": "/home/ann/Downloads",
			"PICTURES": "/data/pictures",
		},
		"# XDG_DOWNLOAD_DIR=\"$HOME/Downloads\"\n": {},
		`XDG_PICTURES_DIR="$HOME/"`:                {},
		`XDG_PICTURES_DIR="$HOME/a \"b\" \$c"`: {
			"PICTURES": `/home/ann/a "b" $c`,
		},
		`XDG_PICTURES_DIR="$HOME/Bilder" # mine`: {},
		`XDG_PICTURES_DIR="relative"`:            {},
		"":                                       {},
	} {
		if got := userDirs(text, "/home/ann"); !maps.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func FuzzUserDirs(f *testing.F) {
	f.Add("XDG_DOWNLOAD_DIR=\"$HOME/Down\\\"loads\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		for key, dir := range userDirs(text, "/home/ann") {
			if key == "" || !filepath.IsAbs(dir) || dir == "/home/ann" || strings.Contains(dir, "\n") {
				t.Errorf("%s is %q", key, dir)
			}
		}
	})
}

func TestANewFileIsWholeAndNobodyElsesAndTakesNoOthersPlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a", "policy.yaml")
	if err := writeNew(file, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if err := writeNew(file, []byte("another")); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a second: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	fi, err := os.Stat(file)
	if err != nil || fi.Mode() != 0o600 {
		t.Errorf("got %v, %v", fi, err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "mine" {
		t.Errorf("got %q, %v", got, err)
	}
}
