package systemd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	_ "unsafe" // for journalSocket

	"github.com/google/go-cmp/cmp"
)

// journalSocket is the address to which the library sends, which has no setting: a stand-in for journald listens
// elsewhere. The test in internal/testing/systemdtest shows that the real one accepts the records.
//
//go:linkname journalSocket github.com/coreos/go-systemd/v22/journal.journalSocket
var journalSocket string

// journald listens as journald does.
func journald(t *testing.T) *net.UnixConn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "socket")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	was := journalSocket
	journalSocket = path
	t.Cleanup(func() { journalSocket = was; c.Close() })
	return c
}

// fields parses one datagram of journald's protocol
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/), from a file if it was too large.
func fields(t *testing.T, c *net.UnixConn) map[string]string {
	t.Helper()
	buf, rights := make([]byte, 1<<20), make([]byte, 64)
	n, r, _, _, err := c.ReadMsgUnix(buf, rights)
	if err != nil {
		t.Fatal(err)
	}
	data := buf[:n]
	if r > 0 {
		data = sent(t, rights[:r])
	}
	got := map[string]string{}
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		name, value, plain := strings.Cut(string(line), "=")
		if !plain {
			size := binary.LittleEndian.Uint64(rest)
			value, rest = string(rest[8:8+size]), rest[8+size+1:]
		}
		got[name], data = value, rest
	}
	return got
}

// sent is what is in the file whose descriptor came along.
func sent(t *testing.T, rights []byte) []byte {
	t.Helper()
	ms, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		t.Fatal(err)
	}
	fds, err := syscall.ParseUnixRights(&ms[0])
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fds[0]), "record")
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// events are the options of a handler with one event.
var events = HandlerOptions{
	EventKey: "event",
	MessageID: func(event string) string {
		if event == "known" {
			return "id of known"
		}
		return ""
	},
	Replace: func(_ []string, a slog.Attr) slog.Attr {
		if err, ok := a.Value.Any().(error); ok {
			return slog.String(a.Key, strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		return a
	},
}

func TestRecordsOfALogger(t *testing.T) {
	c := journald(t)
	log := slog.New(NewHandler(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}), events))
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		say  func()
		want map[string]string
	}{
		{
			func() {
				log.Info("a run has ended", "", slog.GroupValue(slog.Int("run", 7), slog.Int("failed", 0)),
					"more", slog.GroupValue(slog.Int("held", 2), slog.Bool("partial", false)))
			},
			map[string]string{
				"MESSAGE": "a run has ended run=7 more.held=2", "PRIORITY": "6", "SWEEPD_RUN": "7",
				"SWEEPD_FAILED": "0", "SWEEPD_MORE_HELD": "2", "SWEEPD_MORE_PARTIAL": "false",
			},
		},
		{
			func() { log.With("storage", "home").WithGroup("try").Warn("slow", "took", 3*time.Second, "at", at) },
			map[string]string{
				"MESSAGE": "slow storage=home try.took=3s try.at=2026-11-01T12:00:00.000Z", "PRIORITY": "4",
				"SWEEPD_STORAGE": "home", "SWEEPD_TRY_TOOK": "3s", "SWEEPD_TRY_AT": "2026-11-01T12:00:00Z",
			},
		},
		{
			func() {
				log.Error("sweep", "err", errors.New("a\nb\x1b"), "event", "known", "", "lost", slog.Group("", "in", 1))
			},
			map[string]string{
				"MESSAGE": `sweep err="a; b\x1b" ""=lost in=1`, "PRIORITY": "3", "MESSAGE_ID": "id of known",
				"SWEEPD_EVENT": "known", "SWEEPD_ERR": "a; b\x1b", "SWEEPD_IN": "1",
			},
		},
		{
			func() { log.WithGroup("").Debug("quiet", "weird key-é", true) },
			map[string]string{"MESSAGE": `quiet "weird key-é"=true`, "PRIORITY": "7", "SWEEPD_WEIRD_KEY__": "true"},
		},
	} {
		tt.say()
		tt.want["SYSLOG_IDENTIFIER"] = "sweepd"
		if diff := cmp.Diff(tt.want, fields(t, c)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// Attributes of one logger are not shared with others derived from the same one.
func TestLoggersDoNotShareAttributes(t *testing.T) {
	c := journald(t)
	all := slog.New(NewHandler(slog.DiscardHandler, events)).With("a", 1)
	_ = all.With("b", 2)
	_ = all.Handler().WithAttrs([]slog.Attr{slog.Int("c", 3)}).Handle(t.Context(), slog.Record{Message: "x"})
	_ = all.Handler().Handle(t.Context(), slog.Record{Message: "y"})
	if got := fields(t, c); got["SWEEPD_A"] != "1" || got["SWEEPD_C"] != "3" || got["SWEEPD_B"] != "" {
		t.Errorf("the first: %v", got)
	}
	if got := fields(t, c); got["SWEEPD_A"] != "1" || got["SWEEPD_C"] != "" {
		t.Errorf("the second: %v", got)
	}
}

func TestARecordAsALogHasIt(t *testing.T) {
	c := journald(t)
	long := strings.Repeat("x", 70)
	if err := send(slog.LevelInfo, "2 files went to the trash\nrun 7", map[string]string{
		"SWEEPD_RUN": "7", "_TRUSTED": "no", "9": "digit", "": "none", long: "cut",
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{
		"MESSAGE": "2 files went to the trash\nrun 7", "PRIORITY": "6",
		"SYSLOG_IDENTIFIER": "sweepd", "SWEEPD_RUN": "7", "SWEEPD_TRUSTED": "no", "SWEEPD_9": "digit",
		"SWEEPD_": "none", strings.ToUpper(long[:64]): "cut",
	}, fields(t, c)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A record that does not fit in a datagram is sent as the descriptor of a file.
func TestARecordThatIsLarge(t *testing.T) {
	c := journald(t)
	want := strings.Repeat("0123456789", 100_000)
	if err := send(slog.LevelInfo, want, nil); err != nil {
		t.Fatal(err)
	}
	if got := fields(t, c); got["MESSAGE"] != want {
		t.Errorf("%d bytes came", len(got["MESSAGE"]))
	}
}

// A record goes to the fallback if journald is gone.
func TestJournaldIsGone(t *testing.T) {
	journald(t).Close()
	var said bytes.Buffer
	slog.New(NewHandler(slog.NewTextHandler(&said, nil), events)).With("storage", "home").Warn("slow", "n", 1)
	if !strings.Contains(said.String(), "msg=slow storage=home n=1") {
		t.Errorf("said %q", said.String())
	}
}

func TestTheLevelIsTheFallbacks(t *testing.T) {
	c := journald(t)
	log := slog.New(NewHandler(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelWarn}), events))
	log.Info("not of interest")
	log.Warn("of interest")
	if got := fields(t, c)["MESSAGE"]; got != "of interest" {
		t.Errorf("recorded %q", got)
	}
}

// Standard error is journald's own stream only if JOURNAL_STREAM names its device and inode.
func TestWhoReadsStandardError(t *testing.T) {
	var st syscall.Stat_t
	if err := syscall.Fstat(2, &st); err != nil {
		t.Fatal(err)
	}
	for _, stream := range []string{"", "1:2", "nonsense"} {
		t.Setenv("JOURNAL_STREAM", stream)
		if JournalReads() {
			t.Errorf("JOURNAL_STREAM=%q: journald reads it", stream)
		}
	}
	t.Setenv("JOURNAL_STREAM", stream(st))
	if !JournalReads() {
		t.Error("journald reads standard error, and it is not known")
	}
}

func stream(st syscall.Stat_t) string { return fmt.Sprintf("%d:%d", st.Dev, st.Ino) }
