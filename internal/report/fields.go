package report

import (
	"strconv"
	"strings"

	"sweepd/policy"
)

// Fields returns the run as the fields of a log record, without names.
func (r Run) Fields() map[string]string {
	sum := &r.Summary
	fields := map[string]string{
		"SWEEPD_KIND":    r.Kind,
		"SWEEPD_STORAGE": strings.Join(sum.Storages, ","),
		"SWEEPD_PARTIAL": strconv.FormatBool(sum.Partial),
	}
	if r.ID != 0 {
		fields["SWEEPD_RUN"] = strconv.FormatInt(r.ID, 10)
	}
	for name, n := range map[string]int64{
		"SEEN": sum.Seen, "MATCHED": sum.Matched, "HELD": sum.ByAction[string(policy.Hold)],
		"TRASHED": sum.Trashed, "PURGED": sum.Purged, "RESTORED": sum.Restored, "GONE": sum.Gone,
		"REFUSED": sum.Refused, "FAILED": sum.Failed, "BYTES": sum.Bytes, "FREED": sum.Freed,
		"DURATION_MS": sum.Duration.Milliseconds(),
	} {
		fields["SWEEPD_"+name] = strconv.FormatInt(n, 10)
	}
	return fields
}
