package event

import (
	"log/slog"
	"slices"
)

// Kinds returns all kinds of events, in the order of the documentation. To add one: write the call with its attribute
// event, add its Kind here with a fresh MessageID, and run the tests of this package, which name what is missing in
// docs/monitoring.md.
func Kinds() []Kind {
	return slices.Concat(ofService(), ofRecord(), ofPolicy(), ofStorages(), ofRuns(), ofNotifications(), ofCalls())
}

// ofService returns the events of the service itself.
func ofService() []Kind {
	return []Kind{
		{
			Name: "service_started", MessageID: "5bb138148b0b4b11848b2eee0040d327",
			Message: "the service has started",
			Levels:  []slog.Level{slog.LevelInfo},
			Fields:  []string{"version", "file", "policy", "mode", "storages", "rules"},
			Do:      "Nothing. `policy` is the hash of the policy, `file` its path.",
		},
		{
			Name: "service_failed", MessageID: "ec992ff0dc35479298b76677ce58a28e",
			Message: "the service has stopped because of an error",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"err", "hint", "status"},
			Do:      "Follow `hint`. Exit status 3, a refusal for safety, is not started again by systemd.",
		},
		{
			Name: "manager_unreachable", MessageID: "415ede4d65614f819e690fcfdbab78a2",
			Message: "cannot notify the service manager",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"err"},
			Do:      "Check `NOTIFY_SOCKET` and the sandbox of the unit. systemd may consider the service hung.",
		},
		{
			Name: "status_stopped", MessageID: "6974183688b142d4bf82886b0c7b86c7",
			Message: "the status server has stopped",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"err"},
			Do:      "`sweepd status`, `/metrics` and `/healthz` do not answer any more: restart the service.",
		},
		{
			Name: "review_stopped", MessageID: "5e0c1f3fb2f94a0f9d0c8b6a7d3e4f21",
			Message: "the review page has stopped",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"err"},
			Do:      "The review page does not answer any more: restart the service.",
		},
		{
			Name: "review_refused", MessageID: "0d0b0f5a9c3e4a7c8f0a6a2b9f4f7c31",
			Message: "somebody entered a wrong password for the review page",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"from"},
			Do:      "If it was not you: close the port to `from`, or choose a longer password.",
		},
	}
}

// ofRecord returns the events of the record and the clock.
func ofRecord() []Kind {
	return []Kind{
		{
			Name: "record_lost", MessageID: "99705fba6d0c49cb84eb0c1ae3f1c8a9",
			Message: "the record is not reliable; nothing is deleted, and the service stops",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"err", "hint"},
			Do:      "Follow `hint`: `sweepd history --verify`, then restore the record or start a new one.",
		},
		{
			Name: "record_unreadable", MessageID: "af643de1c494437da4a0a3f48d433153",
			Message: "the record cannot be read",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"err", "hint"},
			Do:      "Follow `hint`. systemd restarts the service if it lasts.",
		},
		{
			Name: "clock_doubted", MessageID: "aaf43f69a65049d7a0ac90a74fee2959",
			Message: "the clock is not reliable; no age is computed, and files that depend on one are kept",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"err", "hint"},
			Do:      "Set the clock: `timedatectl`. If it is right: `sweepd resume --clock`.",
		},
	}
}

// ofPolicy returns the events of the policy.
func ofPolicy() []Kind {
	return []Kind{
		{
			Name: "policy_reloaded", MessageID: "bada457b438841f6a25e8f25f47479f1",
			Message: "a changed policy is in force",
			Levels:  []slog.Level{slog.LevelInfo},
			Fields:  []string{"file", "policy", "mode", "storages", "rules"},
			Do:      "Nothing. `sweepd plan` shows the effect.",
		},
		{
			Name: "policy_refused", MessageID: "491eeffd94a4474f8eda24ebc9fadc4e",
			Message: "the policy was not loaded",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"file", "err", "hint"},
			Do: "Mend the place in `err`, `FILE:LINE:COLUMN`; `sweepd check` shows all mistakes. Nothing is " +
				"deleted while the file differs from the policy in force.",
		},
		{
			Name: "policy_unwatched", MessageID: "8f2ed11dca034435bc0272039ed24ce6",
			Message: "cannot watch the policy file; it is polled",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"err"},
			Do:      "Nothing. A change is noticed within a minute.",
		},
		{
			Name: "policy_lingers", MessageID: "3b5d5a90733b40f4b0df673263e50bf5",
			Message: "a storage finishes operations that it started under the previous policy, and starts no more",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"storage"},
			Do:      "Nothing, unless it lasts: `sweepd status` shows whether the storage is stuck.",
		},
	}
}

// ofStorages returns the events of one storage.
func ofStorages() []Kind {
	return []Kind{
		{
			Name: "storage_unavailable", MessageID: "fd3214391351437ba6fbc07f364167ee",
			Message: "a storage is not swept until this is fixed",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"storage", "err", "hint"},
			Do:      "Follow `hint`; `sweepd doctor STORAGE` checks it. The service tries again by itself.",
		},
		{
			Name: "account_left", MessageID: "6f0e4a8b1c7d4e0f9a35d2c86b7194e3",
			Message: "an account is no longer selected, and no longer swept",
			Levels:  []slog.Level{slog.LevelInfo},
			Fields:  []string{"storage"},
			Do:      "Nothing, if it left the organization or the group. Its record stays, and `undo` works.",
		},
		{
			Name: "account_unmatched", MessageID: "2d6f1c0b9a7e4f5d8c31b4e07a965f12",
			Message: "the policy names an address that no selected account has",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"storage", "why"},
			Do:      "If the address is misspelt, correct it in the policy: a rule for it has no effect.",
		},
		{
			Name: "storage_recovered", MessageID: "eb1410e9048244908a143ac8e6896190",
			Message: "a storage is scanned again",
			Levels:  []slog.Level{slog.LevelInfo},
			Fields:  []string{"storage"},
			Do:      "Nothing. It ends `storage_unavailable` and `sign_in_ended`.",
		},
		{
			Name: "sign_in_ended", MessageID: "981c9520038a4a2f84567c35f8fbc3cc",
			Message: "an account needs a new sign-in",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"storage", "err", "hint"},
			Do:      "`sweepd login STORAGE`",
		},
		{
			Name: "purge_unavailable", MessageID: "2eaaa8f7897144c8810a7ed29a28982f",
			Message: "purging is disabled: the sign-in does not allow it",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"storage"},
			Do:      "`sweepd login STORAGE` and allow all access, or remove the purge from `trash:` in the policy.",
		},
		{
			Name: "token_unsaved", MessageID: "e2701cce55344ea098768ca6fa0af36d",
			Message: "the new access token could not be kept",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"storage", "err"},
			Do:      "Check that the service can write its state directory. It goes on with the old sign-in.",
		},
		{
			Name: "recovery_failed", MessageID: "ee6b4a99c6904e0faad8f523841dd5f0",
			Message: "cannot complete interrupted operations now",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"storage", "err", "hint"},
			Do:      "Follow `hint`. The record of the operations stays open, and is completed later.",
		},
		{
			Name: "lease_unreleased", MessageID: "679ca0bc3dd6499da1b08c16cf054052",
			Message: "a lease could not be released",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"err"},
			Do:      "Check the disk of the record. The lease ends with the process.",
		},
		{
			Name: "fleet_unreachable", MessageID: "a73d14e3b10a429b8956b27ec8d9cac5",
			Message: "the database of the fleet does not answer; nothing is deleted until it does",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"err"},
			Do:      "Check the database and the network. The worker goes on when it answers.",
		},
		{
			Name: "trash_unknown", MessageID: "df48079fefc74902b569129a5cfb7439",
			Message: "whether a file has left the trash is not known",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"storage", "err"},
			Do:      "Nothing; the next sweep looks again.",
		},
	}
}

// ofRuns returns the events of runs and digests.
func ofRuns() []Kind {
	return []Kind{
		{
			Name: "run_ended", MessageID: "29149f71f67940f4aa3438f016edacf2",
			Message: "a run has ended",
			Levels:  []slog.Level{slog.LevelInfo, slog.LevelWarn},
			Fields:  figures(),
			Do: "If it is a warning, something failed: `sweepd history RUN` shows what, and why. `sweepd " +
				"undo RUN` restores the files.",
		},
		{
			Name: "run_held", MessageID: "9a8c0dea1bd5445e89c6567a969febbc",
			Message: "files are kept although the policy selects them for deletion",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  figures(),
			Do:      "Follow `hint`: review with `sweepd plan`, then apply the plan or raise `limits:`.",
		},
		{
			Name: "run_unreadable", MessageID: "9ee6899a2a7e4d25b4bbe44b1c3d23fa",
			Message: "cannot read the result of a run",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"run", "err", "hint"},
			Do:      "`sweepd history --verify` checks the record.",
		},
		{
			Name: "run_unrecorded", MessageID: "d7ca0ba85c2b48498bb4b106f8fb4e0c",
			Message: "a run could not be recorded",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"storage", "err", "hint"},
			Do:      "Follow `hint`: check the disk of the record.",
		},
		{
			Name: "digest", MessageID: "42d0dcc5666e4e0d91d0145b892f670a",
			Message: "these deletions are coming",
			Levels:  []slog.Level{slog.LevelInfo},
			Fields:  []string{"result"},
			Do:      "Nothing. `sweepd plan` lists the files; `sweepd keep FILE` keeps one.",
		},
		{
			Name: "digest_unrecorded", MessageID: "a8fd13967e104a95aa28175e5a91ca3d",
			Message: "the digest was not sent, because sending it could not be recorded",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"err", "hint"},
			Do:      "Follow `hint`: check the disk of the record.",
		},
		{
			Name: "digest_lost", MessageID: "b726ee24e118461697b327998a7559f6",
			Message: "a digest may not have been sent to all; it is not sent again",
			Levels:  []slog.Level{slog.LevelError},
			Fields:  []string{"at", "worker"},
			Do:      "`sweepd plan` lists the files. The next digest is sent at its time.",
		},
	}
}

// ofNotifications returns the events of notifications.
func ofNotifications() []Kind {
	return []Kind{
		{
			Name: "notification_sent", MessageID: "fc39b720a788426db0113a64f363faca",
			Message: "a notification was sent",
			Levels:  []slog.Level{slog.LevelDebug},
			Fields:  []string{"sink", "about", "tries"},
			Do:      "Nothing.",
		},
		{
			Name: "notification_delayed", MessageID: "5f6478907a8b47beab836e0524426692",
			Message: "a notification could not be sent yet",
			Levels:  []slog.Level{slog.LevelWarn, slog.LevelDebug},
			Fields:  []string{"sink", "about", "tries", "err"},
			Do:      "Nothing, unless it lasts: `sweepd notify test`.",
		},
		{
			Name: "notification_dropped", MessageID: "6b1e7f9b0720486bb5a3f595b22ef319",
			Message: "a notification was not sent",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"sink", "about", "subject", "why", "missing", "err"},
			Do:      "`sweepd notify test` checks the receivers. The record has the event.",
		},
		{
			Name: "notification_unsent", MessageID: "779ecd31bee44c848b8178a4f8b6680f",
			Message: "some notifications were not sent before the end",
			Levels:  []slog.Level{slog.LevelWarn},
			Fields:  []string{"err"},
			Do:      "`sweepd notify test` checks the receivers. The record has the events.",
		},
	}
}

// ofCalls returns the events of calls of a cloud.
func ofCalls() []Kind {
	return []Kind{
		{
			Name: "cloud_call", MessageID: "5144e42478f74b32ae45c247617d4489",
			Message: "cloud call",
			Levels:  []slog.Level{slog.LevelDebug},
			Fields:  []string{"call", "took", "status", "request_id", "err", "storage"},
			Do:      "Nothing; for debugging (`--verbose`).",
		},
	}
}

// figures returns the fields of a run. sweeper.Summary.LogValue and report.Run.LogValue write them.
func figures() []string {
	return []string{
		"kind", "result", "storage", "partial", "run", "seen", "images", "matched", "held", "review", "trashed",
		"restored", "purged", "marked", "gone", "refused", "failed", "bytes", "freed", "errors", "duration_ms",
		"err", "hint",
	}
}
