package status_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/providers"
)

var update = flag.Bool("update", false, "write the golden files, and the table in docs/monitoring.md")

// scrape is what Prometheus makes of the page.
func scrape(t *testing.T, d status.Daemon) (page string, families map[string]*dto.MetricFamily) {
	t.Helper()
	code, page := serve(t, d, status.Options{Stale: func() time.Duration { return 90 * time.Minute }}).ask(t, false,
		"GET", "/metrics", "")
	if code != 200 {
		t.Fatalf("got %d %s", code, page)
	}
	p := expfmt.NewTextParser(model.UTF8Validation)
	families, err := p.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%v in\n%s", err, page)
	}
	return page, families
}

func TestPrometheusReadsTheMetricsAndItsLinterFindsNothing(t *testing.T) {
	page, families := scrape(t, full())
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	for _, of := range []string{"go_goroutines", "sweepd_build_info"} {
		if families[of] == nil {
			t.Errorf("no %s", of)
		}
	}
	var ours strings.Builder
	for line := range strings.Lines(page) {
		if strings.Contains(line, "sweepd_") {
			ours.WriteString(line)
		}
	}
	golden(t, "testdata/metrics.golden", ours.String())
}

// A series for each storage and reason, and none for a file.
func TestNothingMakesSeriesWithoutEnd(t *testing.T) {
	series := func(d status.Daemon) (n int) {
		_, families := scrape(t, d)
		for name, f := range families {
			if strings.HasPrefix(name, "sweepd_") {
				n += len(f.Metric)
			}
		}
		return n
	}
	d := full()
	before := series(d)
	for i := range 1000 {
		d.Storages[0].Refused[fmt.Sprint("file ", i)] = 1
		d.Storages[1].Err = fmt.Sprint("error ", i)
	}
	if after := series(d); after != before {
		t.Errorf("%d series became %d", before, after)
	}
	refused := refusals(t, d, "pictures")
	if refused["other"] != 1004 || refused["changed"] != 3 {
		t.Errorf("refused: %v", refused)
	}
}

func TestEachGuardIsAReasonOfItsOwn(t *testing.T) {
	refused := refusals(t, full(), "pictures")
	for _, g := range providers.AllGuards() {
		if _, ok := refused["protected:"+string(g)]; !ok {
			t.Errorf("what %s holds is not told apart", g)
		}
	}
}

// refusals returns the samples of sweepd_files_refused_total for a storage, by reason.
func refusals(t *testing.T, d status.Daemon, storage string) map[string]float64 {
	t.Helper()
	_, families := scrape(t, d)
	all := map[string]float64{}
	for _, m := range families["sweepd_files_refused_total"].GetMetric() {
		labels := map[string]string{}
		for _, l := range m.Label {
			labels[l.GetName()] = l.GetValue()
		}
		if labels["storage"] == storage {
			all[labels["reason"]] = m.Counter.GetValue()
		}
	}
	return all
}

func TestAStorageWithAnyNameIsCounted(t *testing.T) {
	_, families := scrape(t, status.Daemon{
		Storages: []status.Storage{{Name: "\xff\"\n{", State: status.Idle, Seen: 7}},
	})
	m := families["sweepd_files_seen"].GetMetric()
	if len(m) != 1 || m[0].Label[0].GetValue() != "\uFFFD\"\n{" || m[0].Gauge.GetValue() != 7 {
		t.Errorf("got %v", m)
	}
}

// The table in docs/monitoring.md is made from the page that is served.
func TestThePageNamesEachMetric(t *testing.T) {
	const doc = "../../docs/monitoring.md"
	_, families := scrape(t, full())
	var rows []string
	for name, f := range families {
		if !strings.HasPrefix(name, "sweepd_") {
			continue
		}
		var labels []string
		for _, l := range f.Metric[0].Label {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		slices.Sort(labels)
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |\n", name, strings.ToLower(f.GetType().String()),
			strings.Join(labels, ", "), f.GetHelp()))
	}
	slices.Sort(rows)
	src, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "| meaning |\n|---|---|---|---|\n", "\n<!-- end of the metrics -->"
	before, rest, ok := strings.Cut(string(src), begin)
	is, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no table of metrics", doc)
	}
	want := strings.Join(rows, "")
	if *update {
		if err := os.WriteFile(doc, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, is); diff != "" {
		t.Errorf("run with -update (-want +is)\n%s", diff)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run with -update (-want +got)\n%s", diff)
	}
}

// A changed policy holds every deletion without a pause, so that an alarm on a pause alone would miss it.
func TestAChangedPolicyIsAMetricOfItsOwn(t *testing.T) {
	for held, want := range map[bool]float64{false: 0, true: 1} {
		d := full()
		if held {
			d.Held = language.Messagef("the policy file was changed")
		}
		_, families := scrape(t, d)
		for name, want := range map[string]float64{"sweepd_policy_changed": want, "sweepd_paused": 0} {
			if got := families[name].GetMetric()[0].GetGauge().GetValue(); got != want {
				t.Errorf("%t: %s is %v, want %v", held, name, got, want)
			}
		}
	}
}
