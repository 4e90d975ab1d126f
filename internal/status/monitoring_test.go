package status_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/markdown"
)

const monitoring = "../../deploy/monitoring"

// promtool runs Prometheus' own tool in the folder of the alerts.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("promtool"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	cmd := exec.Command("promtool", args...)
	cmd.Dir = monitoring
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestEachAlertFiresWhereItShouldAndNoneOnAHealthyService(t *testing.T) {
	promtool(t, "check", "rules", "alerts.yml")
	promtool(t, "test", "rules", "alerts_test.yml")
}

// Prometheus takes the configuration that docs/monitoring.md shows.
func TestTheConfigurationOnThePageIsValid(t *testing.T) {
	page, err := markdown.Read("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range page.Blocks() {
		if !strings.HasPrefix(block.Text, "scrape_configs:") {
			continue
		}
		file := filepath.Join(t.TempDir(), "prometheus.yml")
		if err := os.WriteFile(file, []byte(block.Text), 0o600); err != nil {
			t.Fatal(err)
		}
		promtool(t, "check", "config", file)
		return
	}
	t.Error("the page shows no configuration")
}

// dashboard is the part of a dashboard of Grafana that asks Prometheus:
// https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
type dashboard struct {
	Panels []struct {
		ID      int
		Title   string
		Targets []struct{ Expr string }
	}
}

func TestTheDashboardAsksWhatPrometheusUnderstands(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(monitoring, "grafana.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(src, &d); err != nil {
		t.Fatal(err)
	}
	rules, n, ids := "groups:\n- name: dashboard\n  rules:\n", 0, map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("%s: its id %d is another panel's", p.Title, p.ID)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			n++
			rules += fmt.Sprintf("  - {record: 'dashboard:%d', expr: %q}\n", n,
				strings.ReplaceAll(target.Expr, "$storage", ".*"))
		}
	}
	if n < 10 {
		t.Fatalf("the dashboard asks %d questions, want at least 10", n)
	}
	file := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", file)
}

func TestAlertsAndDashboardNameMetricsThatThereAre(t *testing.T) {
	_, families := scrape(t, full())
	name := regexp.MustCompile(`\bsweepd_[a-z_]+`)
	for _, file := range []string{"alerts.yml", "alerts_test.yml", "grafana.json"} {
		src, err := os.ReadFile(filepath.Join(monitoring, file))
		if err != nil {
			t.Fatal(err)
		}
		found := name.FindAllString(string(src), -1)
		if len(found) == 0 {
			t.Errorf("%s names no metric", file)
		}
		for _, metric := range found {
			if families[metric] == nil {
				t.Errorf("%s names %s, and there is no such metric", file, metric)
			}
		}
	}
}
