//go:build linux

package xdgtrash

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sweepd/sweepd/internal/disk"
)

func TestInfosOfOtherProgramsAreRead(t *testing.T) {
	date := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ text, path string }{
		"gio":            {"[Trash Info]\nPath=/h/a%20b.png\nDeletionDate=2026-11-23T12:00:00\n", "/h/a b.png"},
		"raw bytes":      {"[Trash Info]\nPath=/h/\xff+ü.png\nDeletionDate=2026-11-23T12:00:00", "/h/\xff+ü.png"},
		"lower case":     {"[Trash Info]\nDeletionDate=2026-11-23T12:00:00\nPath=/h/%c3%bc\n", "/h/ü"},
		"first wins":     {"[Trash Info]\nPath=/1\nPath=/2\nDeletionDate=2026-11-23T12:00:00\nDeletionDate=x\n", "/1"},
		"another group":  {"[Trash Info]\nPath=/1\nDeletionDate=2026-11-23T12:00:00\n[Other]\nPath=/2\n", "/1"},
		"windows":        {"[Trash Info]\r\nPath=/1\r\nDeletionDate=2026-11-23T12:00:00\r\n", "/1"},
		"relative":       {"[Trash Info]\nPath=a/b%2Fc\nDeletionDate=2026-11-23T12:00:00\n", "a/b/c"},
		"equals in path": {"[Trash Info]\nPath=/a=b\nDeletionDate=2026-11-23T12:00:00\n", "/a=b"},
	} {
		path, deleted, err := ParseInfo([]byte(c.text), time.UTC)
		if err != nil || path != c.path || !deleted.Equal(date) {
			t.Errorf("%s: got %q, %v, %v; want %q, %v", name, path, deleted, err, c.path, date)
		}
	}
}

func TestInfosWithoutAPathAreRefusedAndBadDatesAreNone(t *testing.T) {
	for _, text := range []string{
		"", "Path=/a", "[Trash Info]", "[Trash Info]\nPath=", "[Trash Info]\nPath=..", "[Trash Info]\nPath=../a",
		"[Trash Info]\nPath=%2e%2e/a", "[Trash Info]\nPath=a/../../b", "[Trash Info]\nPath=.",
		"[Trash Info]\nPath=/", "[Trash Info]\nPath=/a/../b", "[Trash Info]\nPath=/a%",
		"[Trash Info]\nPath=/a%4", "[Trash Info]\nPath=/a%zz", "[Trash Info]\nPath=/a%+1",
		"[Trash Info]\nPath=/a%00",
	} {
		if path, _, err := ParseInfo([]byte(text), time.UTC); err == nil {
			t.Errorf("%q: got %q", text, path)
		}
	}
	for _, date := range []string{"", "yesterday", "2026-13-01T00:00:00", "2026-11-23"} {
		if _, deleted, err := ParseInfo([]byte("[Trash Info]\nPath=/a\nDeletionDate="+date), time.UTC); err != nil ||
			!deleted.IsZero() {
			t.Errorf("date %q: got %v, %v; want no date", date, deleted, err)
		}
	}
}

func TestEscapingIsWhatOtherProgramsWrite(t *testing.T) {
	if got, want := escape("/h/\xff\xfe\n+,%é~.png"), "/h/%FF%FE%0A%2B%2C%25%C3%A9~.png"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBinNamesFitAndKeepTheirEnding(t *testing.T) {
	key := strings.Repeat("k", keyLength)
	for _, base := range []string{
		"a.png", ".png", "a", "noext.", strings.Repeat("l", 251) + ".png", strings.Repeat("ü", 127) + "x",
		"." + strings.Repeat("e", 254), strings.Repeat("\xff", 255),
	} {
		got := binName(base, key)
		if len(got)+len(infoSuffix) > nameMax || !strings.Contains(got, "."+key) || strings.ContainsAny(got, "/") ||
			!isBinName(got) {
			t.Errorf("%q: got %q (%d bytes)", base, got, len(got))
		}
		if ext := filepath.Ext(base); len(ext) < 10 && !strings.HasSuffix(got, ext) {
			t.Errorf("%q: got %q, want the same ending", base, got)
		}
		if utf8.ValidString(base) && !utf8.ValidString(got) {
			t.Errorf("%q: got %q, cut within a letter", base, got)
		}
	}
	for _, name := range []string{"a.png", key, key + ".png", "a." + key[1:] + ".png", "a.b.c"} {
		if isBinName(name) {
			t.Errorf("%q is taken for one of ours", name)
		}
	}
}

func FuzzParseInfo(f *testing.F) {
	f.Add([]byte("[Trash Info]\nPath=/h/%FF%0A+.png\nDeletionDate=2026-11-23T12:00:00\n"))
	f.Add([]byte("[Trash Info]\r\nPath=/%\r\n[x]\nPath=/a"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path, deleted, err := ParseInfo(content, time.UTC)
		if err != nil {
			return
		}
		again, then, err := ParseInfo(FormatInfo(path, deleted), time.UTC)
		if err != nil || again != path || deleted.Year() > 0 && deleted.Year() < 10000 && !then.Equal(deleted) {
			t.Errorf("%q: read %q, %v; written and read again %q, %v, %v", content, path, deleted, again, then, err)
		}
	})
}

func FuzzParseReceipt(f *testing.F) {
	f.Add(NewReceipt("/h/Trash", "", "\xff.png", "/h/\n.png", disk.Identity{Ino: 7, Born: -1, Size: 3, Mtime: 9}))
	f.Add(`{"bin":"/a","name":"..","path":"/b","id":"1.1.1.1.0"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if short, plain := plainReceipt(text); plain {
			var decoded Receipt
			if err := json.Unmarshal([]byte(text), &decoded); err != nil || decoded != short {
				t.Fatalf("%q is read as %+v, and decoded as %+v, %v", text, short, decoded, err)
			}
		}
		p, id, err := ParseReceipt(text)
		if err != nil {
			return
		}
		if strings.Contains(p.Name, "/") || slices.Contains([]string{"", ".", ".."}, p.Name) ||
			filepath.Join("/bin", p.Name) != "/bin/"+p.Name {
			t.Errorf("%q: the name %q leads elsewhere", text, p.Name)
		}
		again, id2, err := ParseReceipt(NewReceipt(p.Bin, p.Disk, p.Name, p.Path, id))
		if err != nil || id2 != id || again.Bin != p.Bin || again.Name != p.Name || again.Path != p.Path ||
			again.Disk != p.Disk {
			t.Errorf("%q: read %+v, written and read again %+v, %v", text, p, again, err)
		}
	})
}

// A receipt in the form that NewReceipt writes is read without a decoder, unless a name of a disk is no plain text.
func TestAReceiptOfThisProgramNeedsNoDecoder(t *testing.T) {
	t.Parallel()
	id := disk.Identity{Ino: 7, Born: -1, Size: 3, Mtime: 9}
	for _, c := range []struct {
		receipt string
		plain   bool
	}{
		{NewReceipt("/h/Trash", "", "\"a\\\xff.png", "/h/\n.png", id), true},
		{NewReceipt("/m/.Trash-0", "00ff", "a.png", "/m/a.png", id), true},
		{strings.Replace(NewReceipt("/h/Trash", "", "a", "/h/a", id), "Trash", `\u0054rash`, 1), false},
		{strings.Replace(NewReceipt("/h/Trash", "", "a", "/h/a", id), "bin", "Bin", 1), false},
		{NewReceipt("/h/Trash", "", "a", "/h/a", id) + " ", false},
	} {
		if _, plain := plainReceipt(c.receipt); plain != c.plain {
			t.Errorf("%q: plain is %v, want %v", c.receipt, plain, c.plain)
		}
		if _, _, err := ParseReceipt(c.receipt); err != nil {
			t.Errorf("%q: %v", c.receipt, err)
		}
	}
}
