package cloudsim_test

import (
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

func TestAFaultHitsTheRequestsThatItNames(t *testing.T) {
	c, s := serve(t, cloudsim.Options{})
	for _, tt := range []struct {
		f    cloudsim.Fault
		want string // x where a request to a, b, a, b, a, b is hit
	}{
		{cloudsim.Fault{}, "x....."},
		{cloudsim.Fault{Nth: 3}, "..x..."},
		{cloudsim.Fault{Call: "echo.b"}, ".x...."},
		{cloudsim.Fault{Call: "echo.b", Nth: 2, Times: 2}, "...x.x"},
		{cloudsim.Fault{Call: "echo.*", Nth: 5, Times: -1}, "....xx"},
		{cloudsim.Fault{Call: "other.*", Times: -1}, "......"},
	} {
		tt.f.Kind, tt.f.Status = cloudsim.Refuse, 503
		if err := c.SetFaults([]cloudsim.Fault{tt.f}); err != nil {
			t.Fatal(err)
		}
		got := ""
		for i := range 6 {
			if status, _ := get(t, s.Client(), "https://api.echo.example/"+string("ab"[i%2])); status == 503 {
				got += "x"
			} else {
				got += "."
			}
		}
		if got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.f, got, tt.want)
		}
	}
}

func TestFaultsAreReadStrictly(t *testing.T) {
	good := `[{"call": "drive.files.*", "nth": 2, "times": -1, "kind": "refuse", "status": 429, "text": "slow down",` +
		` "retry_after": "3"}, {"kind": "slow", "delay_ms": 10}]`
	if list, err := cloudsim.ReadFaults(strings.NewReader(good)); err != nil || len(list) != 2 || list[0].Times != -1 {
		t.Errorf("%+v, %v", list, err)
	}
	for _, bad := range []string{
		``, `{}`, `[{}]`, `[] []`, `[{"kind": "explode"}]`, `[{"kind": "refuse"}]`,
		`[{"kind": "refuse", "status": 200}]`, `[{"kind": "slow", "status": 500}]`,
		`[{"kind": "slow", "delay_ms": -1}]`, `[{"kind": "slow", "nht": 2}]`,
		`[{"kind": "slow", "call": "drive.*.list"}]`, `[{"kind": "slow", "times": -2}]`,
	} {
		if _, err := cloudsim.ReadFaults(strings.NewReader(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	c, _ := serve(t, cloudsim.Options{})
	if err := c.SetFaults([]cloudsim.Fault{{Kind: "explode"}}); err == nil {
		t.Error("SetFaults takes an unknown kind")
	}
}

func FuzzFaults(f *testing.F) {
	f.Add(`[{"kind": "refuse", "status": 429}]`)
	f.Fuzz(func(t *testing.T, s string) {
		list, err := cloudsim.ReadFaults(strings.NewReader(s))
		if err == nil {
			if c, _ := cloudsim.New(cloudsim.Options{}); c != nil {
				t.Error("a cloud without a clock")
			}
			for _, fault := range list {
				_ = fault.String()
			}
		}
	})
}
