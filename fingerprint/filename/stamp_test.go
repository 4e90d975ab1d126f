package filename

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLatestTimeOfAName(t *testing.T) {
	m := New()
	for name, want := range map[string]string{
		"ChatGPT Image Apr 2, 2026, 10_32_11 AM.png":                        "2026-04-02T10:32:11Z",
		"ChatGPT Image Apr 2, 2026, 12_32_11 AM (3).png":                    "2026-04-02T00:32:11Z",
		"ChatGPT Image Sep 12, 2025 at 08_35_11 PM.png":                     "2025-09-12T20:35:11Z",
		"ChatGPT Image 30 Sept 2026, 14_30_31.png":                          "2026-09-30T14:30:31Z",
		"ChatGPT-Bild 26. Sept. 2026, 19_08_37-2.png":                       "2026-09-26T19:08:37Z",
		"Imagem do ChatGPT 28 de mai. de 2026, 07_11_19.png":                "2026-05-28T19:11:19Z", // or "p.m."
		"ChatGPT Image 12_09_2025, 18_41_39.png":                            "2025-12-09T18:41:39Z", // or in September
		"ChatGPT Image 2025-04-02 10_32_11.png":                             "2025-04-02T10:32:11Z",
		"ChatGPT Image 23_51_53 17 thg 3, 2026.png":                         "2026-03-17T23:51:53Z",
		"ChatGPT Image 28 ก.ค. 2569 21_07_11.png":                           "2026-12-28T21:07:11Z",
		"ChatGPT Image 2025年11月24日 下午11_33_25.png":                          "2025-11-24T23:33:25Z",
		"ChatGPT Image 1 lis 2025, 20_00_00.png":                            "2025-11-01T20:00:00Z", // or in October
		"DALL·E 2024-05-14 13.30.04 - A harbour, 2031-01-01.webp":           "2024-05-14T13:30:04Z",
		"20250903_1617_Cyber_simple_compose_01k47jzkxqee89es89k19181gw.png": "2025-09-03T16:17:59Z",
	} {
		got, ok := m.Latest(name)
		if s := got.Format(time.RFC3339); !ok || s != want {
			t.Errorf("%q: %s, %v, want %s", name, s, ok, want)
		}
	}
	for _, name := range []string{
		"holiday.png", "ChatGPT Image.png", "file_00000000875861f990b4e5fffbcbb32e.png",
		"ChatGPT Image 31 Feb 2026, 10_32_11.png",
	} {
		if got, ok := m.Latest(name); ok {
			t.Errorf("%q: %s, want none", name, got)
		}
	}
}

// A name must never pass for older than it is: that would take a picture's own name from it.
func TestLatestTimeIsNeverBeforeTheTrueOneInAnyLanguage(t *testing.T) {
	m, dir := New(), shared(t)
	truth := []string{"2025-04-02T10:32:11Z", "2026-09-28T21:07:05Z", "2025-12-05T00:03:09Z"}
	days := map[int]int{} // by how many days later
	all := 0
	for i, line := range lines(t, filepath.Join(dir, "locales.tsv")) {
		if strings.Contains(beyond, " "+line[0]+" ") {
			continue
		}
		want, err := time.Parse(time.RFC3339, truth[i%3])
		if err != nil {
			t.Fatal(err)
		}
		got, ok := m.Latest("ChatGPT Image " + line[1] + ".png")
		switch {
		case !ok:
			t.Errorf("%s: %q is not understood", line[0], line[1])
		case got.Before(want):
			t.Errorf("%s: %q: %s, want not before %s", line[0], line[1], got.Format(time.RFC3339), truth[i%3])
		}
		all++
		days[int(got.Sub(want).Hours()/24)]++
	}
	if days[0]*10 < all*8 {
		t.Errorf("%d of %d dates are understood to the day", days[0], all)
	}
	t.Logf("of %d dates, by the days that they are taken for later: %v", all, days)
}
