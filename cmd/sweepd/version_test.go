package main

import (
	"runtime/debug"
	"testing"
)

func TestTheVersionNamesTheRevisionAndItsDate(t *testing.T) {
	t.Parallel()
	vcs := []debug.BuildSetting{
		{Key: "-ldflags", Value: "-s -w"},
		{Key: "vcs", Value: "git"},
		{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
		{Key: "vcs.time", Value: "2026-11-29T14:50:59Z"},
		{Key: "vcs.modified", Value: "false"},
	}
	for want, b := range map[string]debug.BuildInfo{
		"v0.1.0 (0123456789ab, 2026-11-29T14:50:59Z), go1.26.0": {
			GoVersion: "go1.26.0", Main: debug.Module{Version: "v0.1.0"}, Settings: vcs,
		},
		"v0.1.0+dirty (0123456789ab, 2026-11-29T14:50:59Z), go1.26.0": {
			GoVersion: "go1.26.0", Main: debug.Module{Version: "v0.1.0+dirty"}, Settings: vcs,
		},
		"devel (no revision was recorded), go1.26.0": {GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"}},
		"devel (no revision was recorded)":           {},
		"devel (short)": {Settings: []debug.BuildSetting{{
			Key:   "vcs.revision",
			Value: "short",
		}}},
	} {
		if got := versionOf(&b); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
