package report_test

import (
	"testing"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

func TestTheReasonThatDecidesComesFirst(t *testing.T) {
	t.Parallel()
	const name = "ChatGPT download name"
	git := []providers.Held{{Guard: providers.GuardGit, Why: language.Verbatim("Git tracks it")}}
	two := append(git[:1:1], providers.Held{Guard: providers.GuardTagged, Why: language.Verbatim("it has a star")})
	for _, c := range []struct {
		d    policy.Decision
		at   fingerprint.Confidence
		want string
	}{
		{policy.Decision{Action: policy.Trash, Rule: "mine", Reasons: because("it is old")}, fingerprint.Likely, name},
		{
			policy.Decision{
				Action: policy.Hold, Rule: "mine", Reasons: because("it is old", "Git tracks it"),
				Guards: git,
			},
			fingerprint.Likely, "held: Git tracks it; " + name,
		},
		{
			policy.Decision{
				Action: policy.Hold, Rule: "mine", Reasons: because("its grace is over", "Git tracks it", "it has "+
					"a star"),
				Guards: two,
			},
			fingerprint.Likely, "held: Git tracks it, it has a star; " + name,
		},
		{
			policy.Decision{Action: policy.Hold, Rule: "mine", Reasons: because("it is old", "its grace has not "+
				"started")},
			fingerprint.Likely, "held: its grace has not started; " + name,
		},
		{
			policy.Decision{
				Action: policy.Trash, Rule: "mine", Reasons: because("it is old", "you approved it"), Approved: true,
			},
			fingerprint.Likely, "you approved it; " + name,
		},
		{
			policy.Decision{
				Action: policy.Keep, ReasonCode: policy.ReasonOverride, Reasons: because("you kept it on 2026-11-29"),
			},
			fingerprint.Likely, "kept: you kept it on 2026-11-29; " + name,
		},
		{
			policy.Decision{Action: policy.Keep, ReasonCode: policy.ReasonNoRule, Reasons: because("no rule matches")},
			fingerprint.Strong, "kept: no rule matches; " + name,
		},
		{
			policy.Decision{Action: policy.Keep, ReasonCode: policy.ReasonNoRule, Reasons: because("no rule matches")},
			fingerprint.Likely, name,
		},
		{
			policy.Decision{
				Action: policy.Keep, Rule: "mine", ReasonCode: policy.ReasonRule,
				Reasons: because("it is old"),
			},
			fingerprint.Strong, name,
		},
	} {
		f := sweeper.Found{Decision: c.d, Verdict: fingerprint.Verdict{
			Confidence: c.at, MediaType: "image/png", Evidence: []fingerprint.Evidence{{Found: name}},
		}}
		if got := report.Why(f).String(); got != c.want {
			t.Errorf("%v: got %q, want %q", c.d, got, c.want)
		}
	}
}

func because(reasons ...string) (all []language.Message) {
	for _, r := range reasons {
		all = append(all, language.Verbatim(r))
	}
	return all
}
