package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// whole returns a policy with a value in nearly every field.
func whole() *Policy {
	star, edited := false, false
	return &Policy{
		Storages: map[string]Storage{
			"home": {
				Type: Local, Roots: []string{"/a b", "/c\xff"}, Exclude: []string{"old/**"}, NoPurge: true,
				AllowBroadRoot: true, CrossMounts: true, Ask: AskOpenAI,
			},
			"drive": {
				Type:         GDrive,
				Roots:        []string{"/"},
				Client:       "/c.json",
				Account:      "a@b.c",
				SharedDrives: []string{"T"},
			},
			"robot": {Type: GDrive, Roots: []string{"/"}, ServiceAccount: "/k.json", Impersonate: "a@b.c"},
			"box":   {Type: Dropbox, Roots: []string{"/"}, AppKey: "abcd", Member: "dbmid:A", TeamSpace: true},
		},
		Rules: []Rule{
			{Name: "keepers", Do: Keep, When: Condition{Path: []string{"/keep/"}}},
			{Name: "mine", Do: Trash, Grace: time.Hour, Ask: AskOpenAI, When: Condition{
				Confidence: fingerprint.Proven, Storage: []string{"home", "box"}, Path: []string{"**/ai/*"},
				Name: []string{"*.png"}, Product: []fingerprint.Product{fingerprint.Sora}, OlderThan: time.Hour,
				NewerThan: 2 * time.Hour, AgeBy: ByMade, LargerThan: 1, SmallerThan: 5e9, Width: Pixels{Op: ">=", N: 7},
				Height: Pixels{N: 8}, Evidence: []string{"c2pa"}, Starred: &star, Camera: []string{"*"},
				Property: []string{
					"a=b",
				}, Any: []Condition{{Name: []string{"a"}}, {}}, All: []Condition{{LargerThan: 2}},
				Not: &Condition{Path: []string{"/x"}}, Derived: &edited,
			}},
		},
		Trash:  TrashAges{Ours: time.Hour, Matching: 2 * time.Hour, Everything: 3 * time.Hour},
		Limits: Limits{Files: 500, Bytes: 5e9, Share: 0.125, Window: time.Hour, Surge: 10},
		Settle: time.Minute, ConfirmAfter: time.Hour,
		Protect: []providers.Guard{providers.GuardOpen, providers.GuardGit}, LastCopy: true,
		Mode: Enforce, Reload: Manual, Notify: []Notify{{To: Desktop}},
	}
}

// The encoding has nothing of the English of the policy in it.
func TestTheEncodingOfAPolicyIsOfItsValues(t *testing.T) {
	const want = `policy 2
storage "box" {
type "dropbox"
roots 1 "/"
app_key "abcd"
member "dbmid:A"
team_space true
}
storage "drive" {
type "gdrive"
roots 1 "/"
client "/c.json"
account "a@b.c"
shared_drives 1 "T"
}
storage "home" {
type "local"
roots 2 "/a b" "/c\xff"
exclude 1 "old/**"
no_purge true
allow_broad_root true
cross_mounts true
ask "openai"
}
storage "robot" {
type "gdrive"
roots 1 "/"
service_account "/k.json"
impersonate "a@b.c"
}
rule "keepers" {
do "keep"
path 1 "/keep/**"
}
rule "mine" {
do "trash"
grace 3600000000000
ask "openai"
confidence "proven"
storage 2 "home" "box"
path 1 "**/ai/*"
name 1 "*.png"
product 1 "sora"
older_than 3600000000000
newer_than 7200000000000
age_by "made"
larger_than 1
smaller_than 5000000000
width ">=" 7
height "" 8
evidence 1 "c2pa"
starred false
camera 1 "*"
property 1 "a=b"
any "" {
of "" {
name 1 "a"
}
of "" {
}
}
all "" {
of "" {
larger_than 2
}
}
not "" {
of "" {
path 2 "/x" "/x/**"
}
}
derived false
}
trash_ours 3600000000000
trash_matching 7200000000000
trash_everything 10800000000000
limit_files 500
limit_bytes 5000000000
limit_share 0.125
limit_window 3600000000000
limit_surge 10
settle 60000000000
confirm_after 3600000000000
protect 2 "open" "git"
last_copy true
`
	if diff := cmp.Diff(want, string(whole().encoding())); diff != "" {
		t.Errorf("saved plans are refused after a change of the encoding; -want +got:\n%s", diff)
	}
}
