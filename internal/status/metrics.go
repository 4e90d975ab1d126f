package status

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metric is one line of docs/monitoring.md. Names follow https://prometheus.io/docs/practices/naming/. No label's
// value comes from a file, so the number of series depends only on the number of storages in the policy. each
// calls emit once for every series, with the values of labels in order.
type metric struct {
	name   string
	kind   prometheus.ValueType
	help   string
	labels []string
	each   func(p page, emit func(value float64, labels ...string))
}

// page is the data of one scrape.
type page struct {
	Daemon
	now   time.Time
	stale time.Duration
}

// reasons returns the reasons against a deletion, as in docs/json.md. Any other reason counts as "other", so that no
// text from outside becomes a series.
func reasons() []string {
	return []string{
		"changed", "busy", "gone", "exists", "paused", "outside", "not_due", "clock", "unsupported",
		"taken_over",
		"protected", "protected:open", "protected:partial", "protected:placeholder", "protected:hard_linked",
		"protected:other_owner", "protected:git", "protected:mentioned", "protected:library", "protected:tagged",
		"protected:shared", "protected:locked",
	}
}

// The kinds of a metric. A counter begins at 0 with the service, and its name ends in _total.
const (
	gauge   = prometheus.GaugeValue
	counter = prometheus.CounterValue
)

// metrics returns the daemon's own metrics. A test compares them with docs/monitoring.md.
func metrics() []metric {
	return []metric{
		{
			"sweepd_build_info", gauge, "The running version; always 1.",
			[]string{"version"},
			func(p page, emit func(float64, ...string)) {
				emit(1, p.Version)
			},
		},
		{
			"sweepd_start_timestamp_seconds", gauge, "When the daemon started.", nil,
			func(p page, emit func(float64, ...string)) {
				moment(p.Since, emit)
			},
		},
		{
			"sweepd_enforcing", gauge, "1 when the daemon may delete by itself, 0 when it only reports.", nil,
			func(p page, emit func(float64, ...string)) {
				emit(truth(p.Mode == "enforce"))
			},
		},
		{
			"sweepd_paused", gauge, "1 while the user has paused all deletion.", nil,
			func(p page, emit func(float64, ...string)) {
				emit(truth(!p.Paused.IsZero()))
			},
		},
		{
			"sweepd_policy_changed", gauge,
			"1 while nothing is deleted because the policy file is not the policy in force.", nil,
			func(p page, emit func(float64, ...string)) {
				emit(truth(!p.Held.IsZero()))
			},
		},
		{
			"sweepd_storage_healthy", gauge, "1 when /healthz reports no problem with the storage.",
			[]string{"storage"},
			func(p page, emit func(float64, ...string)) {
				for _, s := range p.Storages {
					emit(truth(sick(p.Daemon, s, p.now, p.stale) == ""), s.Name)
				}
			},
		},
		{
			"sweepd_storage_state", gauge, "1 for the state that the storage is in, 0 for the others.",
			[]string{"storage", "state"},
			func(p page, emit func(float64, ...string)) {
				for _, s := range p.Storages {
					for _, state := range states() {
						emit(truth(s.State == state), s.Name, state)
					}
				}
			},
		},
		times("sweepd_state_timestamp_seconds", "When the storage entered its state.",
			func(s Storage) time.Time { return s.StateSince }),
		times("sweepd_last_good_scan_timestamp_seconds", "The end of the last scan that saw the whole storage.",
			func(s Storage) time.Time { return s.LastGood }),
		times("sweepd_last_run_timestamp_seconds", "The last sweep.", func(s Storage) time.Time { return s.LastRun }),
		times("sweepd_next_run_timestamp_seconds", "When the next sweep is due.",
			func(s Storage) time.Time { return s.NextRun }),
		figures("sweepd_files_seen", gauge, "Files of any kind that the last scan saw.",
			func(s Storage) int64 { return s.Seen }),
		figures("sweepd_images", gauge, "Images that the last scan saw.", func(s Storage) int64 { return s.Images }),
		figures("sweepd_files_matched", gauge, "Images that may be generated, by the last scan.",
			func(s Storage) int64 { return s.Matched }),
		figures("sweepd_files_due", gauge, "Files that are due for deletion now.",
			func(s Storage) int64 { return s.Due }),
		figures("sweepd_files_held", gauge, "Files that are held, by a grace period or a guard.",
			func(s Storage) int64 { return s.Held }),
		figures("sweepd_files_review", gauge, "Files that are up for review.",
			func(s Storage) int64 { return s.Review }),
		figures("sweepd_files_trashed_total", counter, "Files moved to the trash.",
			func(s Storage) int64 { return s.Trashed }),
		figures("sweepd_files_purged_total", counter, "Files deleted permanently.",
			func(s Storage) int64 { return s.Purged }),
		figures("sweepd_files_restored_total", counter, "Files put back.", func(s Storage) int64 { return s.Restored }),
		figures("sweepd_files_failed_total", counter, "Files that could not be moved or read.",
			func(s Storage) int64 { return s.Failed }),
		{
			"sweepd_files_refused_total", counter, "Files that were due but refused, by reason.",
			[]string{"storage", "reason"},
			func(p page, emit func(float64, ...string)) {
				for _, s := range p.Storages {
					refused(s, emit)
				}
			},
		},
		figures("sweepd_moved_bytes_total", counter, "Size of the files trashed, purged or restored.",
			func(s Storage) int64 { return s.Bytes }),
		figures("sweepd_freed_bytes_total", counter, "Space that purges freed, as the storage reports it.",
			func(s Storage) int64 { return s.Freed }),
		figures("sweepd_calls_total", counter, "Requests sent to the storage's service, including repeats.",
			func(s Storage) int64 { return s.Calls }),
		figures("sweepd_read_bytes_total", counter, "Bytes read from the storage.",
			func(s Storage) int64 { return s.BytesRead }),
	}
}

// times returns a metric with a time for each storage for which it is known.
func times(name, help string, of func(Storage) time.Time) metric {
	return metric{name, gauge, help, []string{"storage"}, func(p page, emit func(float64, ...string)) {
		for _, s := range p.Storages {
			moment(of(s), emit, s.Name)
		}
	}}
}

// figures returns a metric with a number for each storage.
func figures(name string, kind prometheus.ValueType, help string, of func(Storage) int64) metric {
	return metric{name, kind, help, []string{"storage"}, func(p page, emit func(float64, ...string)) {
		for _, s := range p.Storages {
			emit(float64(of(s)), s.Name)
		}
	}}
}

// refused emits a series for each reason, also for those that have not occurred: the increase of a series that begins
// with 1 is never seen.
func refused(s Storage, emit func(float64, ...string)) {
	other := int64(0)
	for _, n := range s.Refused {
		other += n
	}
	for _, why := range reasons() {
		emit(float64(s.Refused[why]), s.Name, why)
		other -= s.Refused[why]
	}
	emit(float64(other), s.Name, "other")
}

// moment emits a time in seconds since 1970; nothing if it is not known.
func moment(t time.Time, emit func(float64, ...string), labels ...string) {
	if !t.IsZero() {
		emit(float64(t.UnixMilli())/1000, labels...)
	}
}

// truth returns a boolean as Prometheus has it.
func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// collector collects the metrics of one State.
type collector struct {
	page  func() page
	all   []metric
	descs []*prometheus.Desc // of all, in the same order
}

// registry returns a registry of its own, with the metrics of the daemon, its process and Go. Other code could add to
// the global one.
func registry(get func() page) *prometheus.Registry {
	c := &collector{page: get, all: metrics()}
	for _, m := range c.all {
		c.descs = append(c.descs, prometheus.NewDesc(m.name, m.help, m.labels, nil))
	}
	r := prometheus.NewRegistry()
	r.MustRegister(c, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	p := c.page()
	for i, m := range c.all {
		m.each(p, func(v float64, labels ...string) {
			to <- sample(c.descs[i], m.kind, v, labels)
		})
	}
}

// sample returns one value. Labels are converted to UTF-8, as a policy may name its storages otherwise.
func sample(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels []string) prometheus.Metric {
	for i, l := range labels {
		labels[i] = strings.ToValidUTF8(l, "\uFFFD")
	}
	m, err := prometheus.NewConstMetric(d, kind, v, labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(d, err)
	}
	return m
}
