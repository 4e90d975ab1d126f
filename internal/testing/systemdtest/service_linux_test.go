package systemdtest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/event"
)

// nsenter runs a command in the mount namespace of a process, as root.
func nsenter(pid string, args ...string) (string, error) {
	out, err := exec.Command("nsenter", append([]string{"-t", pid, "-m"}, args...)...).CombinedOutput()
	return string(out), err
}

// The rules of all policies here: a name is enough, and at once.
const rules = `
rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash}]
limits: {files: 10000, bytes: 10GB, share: 100%, surge: off}
settle: 0s
mode: enforce
schedule: {on_change: true}
`

const (
	shared       = "/srv/photos"
	sharedPolicy = "version: 1\nstorages: {photos: {type: local, roots: [/srv/photos]}}\n" + rules
	ownPolicy    = "version: 1\nstorages: {home: {type: local, roots: [~/Downloads]}}\n" + rules
)

// dropIn is what an administrator adds to the unit, and shorter times.
const dropIn = `[Service]
ReadWritePaths=/srv/photos
LoadCredential=hook:/etc/sweepd/hook
LoadCredential=review.crt:/etc/sweepd/review.crt
LoadCredential=review.key:/etc/sweepd/review.key
LoadCredential=review.password:/etc/sweepd/review.password
RestartSec=1s
WatchdogSec=4s
TimeoutStopSec=5s
`

// hook is a service that sweepd notifies, and that writes the message to the journal.
const (
	hookSocket  = "[Socket]\nListenStream=127.0.0.1:8099\nAccept=yes\n"
	hookService = `[Service]
StandardInput=socket
StandardError=journal
ExecStart=/bin/sh -c 'head -n 1 >&2; printf "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"'
`
)

// downloaded is what ChatGPT calls the nth image that is saved from it.
func downloaded(n int) string {
	return fmt.Sprintf("ChatGPT Image Apr 20, 2026, %02d_%02d_%02d AM.png", 1+n/3600, n/60%60, n%60)
}

// picture is an image like no other of here.
func picture(t *testing.T, n int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	img.Set(1, 1, color.RGBA{R: byte(n), G: byte(n >> 8), B: 1, A: 255})
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestService installs the package in a box as a person would, and has its services sweep there; see docs/systemd.md.
// It is one story: each part begins where the one before ended.
func TestService(t *testing.T) {
	setup := t.TempDir()
	publish(t, filepath.Join(setup, published))
	for path, text := range map[string][]byte{
		"etc/systemd/system/sweepd.service.d/local.conf": []byte(dropIn),
		"etc/systemd/system/page.socket":                 []byte(pageSocket),
		"etc/systemd/system/hook.socket":                 []byte(hookSocket),
		"etc/systemd/system/hook@.service":               []byte(hookService),
	} {
		path = filepath.Join(setup, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	type part struct {
		name string
		tell func(*story)
	}
	parts := []part{
		{"Refuse", (*story).refuse},
		{"Install", (*story).install},
		{"Sweep", (*story).sweep},
		{"Sandbox", (*story).sandbox},
		{"Reload", (*story).reload},
		{"Hang", (*story).hang},
		{"Kill", (*story).kill},
		{"Page", (*story).page},
		{"Stop", (*story).stop},
		{"Socket", (*story).socket},
		{"Session", (*story).session},
		{"Template", (*story).template},
		{"Upgrade", (*story).upgrade},
		{"Downgrade", (*story).downgrade},
		{"Remove", (*story).remove},
		{"Purge", (*story).purge},
	}
	if formats() {
		parts = append(parts, part{"Rpm", (*story).rpm})
	}
	b := boot(t, setup)
	for _, part := range parts {
		if !t.Run(part.name, func(t *testing.T) {
			b.T = t
			part.tell(&story{b})
		}) {
			b.T = t
			out, err := b.try("journalctl", "--no-pager", "--lines=60")
			t.Fatalf("the journal of the box ends with, %v:\n%s", err, out)
		}
	}
}

// story is a box in which a user does one step after another.
type story struct{ *box }

const unitCgroup = "system.slice/sweepd.service"

// user is the id of a user of the box.
func (s *story) user(name string) int {
	s.Helper()
	uid, err := strconv.Atoi(s.run("id", "-u", name))
	if err != nil {
		s.Fatal(err)
	}
	return uid
}

// service runs the program as the service's user does, on the service's state, and with its folder a mount, so that
// the bin in it is at the top of one.
func (s *story) service(args ...string) string {
	s.Helper()
	return s.run(append([]string{
		"systemd-run", "--quiet", "--wait", "--pipe", "--uid=sweepd", "-p", "StateDirectory=sweepd", "-p",
		"ReadWritePaths=" + shared, "sweepd",
	}, args...)...)
}

// bin is where the service moves what it deletes.
func (s *story) bin() string { return fmt.Sprintf("%s/.Trash-%d/files", shared, s.user("sweepd")) }

// contents are the bytes of a folder's files, but for folders in it.
func (s *story) contents(folder string) (all map[string]bool) {
	s.Helper()
	all = map[string]bool{}
	for _, name := range s.names(folder) {
		path := filepath.Join(s.root, folder, name)
		if fi, err := os.Lstat(path); err != nil {
			s.Fatal(err)
		} else if fi.Mode().IsRegular() {
			all[string(read(s.T, path))] = true
		}
	}
	return all
}

// has holds that a folder's files are exactly these pictures.
func (s *story) has(folder string, pictures ...int) {
	s.Helper()
	got := s.contents(folder)
	for _, n := range pictures {
		if !got[string(picture(s.T, n))] {
			s.Errorf("%s lacks picture %d", folder, n)
		}
	}
	if len(got) != len(pictures) {
		s.Errorf("%s has %d files, want %d", folder, len(got), len(pictures))
	}
}

func (s *story) install() {
	s.fetch(first, "sweepd")
	if state, _ := s.try("systemctl", "is-enabled", "sweepd.service"); state != "disabled" {
		s.Errorf("the service is %s without a person's word", state)
	}
	if state := s.show("sweepd.service", "ActiveState"); state != "inactive" {
		s.Errorf("the service is %s without a person's word", state)
	}
	fi, err := os.Stat(filepath.Join(s.root, "var/lib/sweepd"))
	if err != nil {
		s.Fatal(err)
	}
	if st := fi.Sys().(*syscall.Stat_t); fi.Mode().Perm() != 0o700 || int(st.Uid) != s.user("sweepd") {
		s.Errorf("the state is user %d's with mode %v", st.Uid, fi.Mode())
	}
	if out := s.run("journalctl", "--list-catalog"); !strings.Contains(out, event.MessageID("run_ended")) {
		s.Error("journalctl knows no message of sweepd")
	}
	if err := os.Mkdir(filepath.Join(s.root, shared), 0o755); err != nil {
		s.Fatal(err)
	}
	s.run("chown", "sweepd:", shared)
	s.write("/etc/sweepd/policy.yaml", sharedPolicy, 0, 0o644)
	s.write("/etc/sweepd/hook", "generic+http://127.0.0.1:8099/hook", 0, 0o600)
	s.furnish()
}

func (s *story) sweep() {
	s.run("systemctl", "enable", "--now", "sweepd.service") // waits for READY
	if state := s.show("sweepd.service", "ActiveState"); state != "active" {
		s.Fatalf("the service is %s", state)
	}
	if status := s.show("sweepd.service", "StatusText"); !strings.Contains(status, "mode enforce") {
		s.Errorf("its status is %q", status)
	}
	uid := s.user("sweepd")
	s.place(shared+"/holiday.png", bytes.NewReader(picture(s.T, 9999)), uid, 0o644)
	s.place(filepath.Join(shared, downloaded(0)), bytes.NewReader(picture(s.T, 0)), uid, 0o644)
	r := s.await(1, "_SYSTEMD_UNIT=sweepd.service", "MESSAGE_ID="+event.MessageID("run_ended"), "SWEEPD_TRASHED=1")
	for name, want := range map[string]string{
		"SYSLOG_IDENTIFIER": "sweepd", "PRIORITY": "6", "SWEEPD_STORAGE": "photos", "SWEEPD_EVENT": "run_ended",
		"SWEEPD_KIND": "apply", "SWEEPD_FAILED": "0",
	} {
		if r[name] != want {
			s.Errorf("the record's %s is %v, want %s", name, r[name], want)
		}
	}
	s.has(s.bin(), 0)
	s.has(shared, 9999)
	out := s.run("journalctl", "--no-pager", "-x", "MESSAGE_ID="+event.MessageID("run_ended"))
	if !strings.Contains(out, fmt.Sprintf("sweepd undo %v", r["SWEEPD_RUN"])) {
		s.Errorf("journalctl -x does not say how to bring it back:\n%s", out)
	}
}

// The service can change what a drop-in opened, and nothing else.
func (s *story) sandbox() {
	pid := strconv.Itoa(s.processes(unitCgroup)[0])
	touch := func(path string) error {
		_, err := nsenter(pid, "touch", path)
		return err
	}
	for _, path := range []string{"/etc/x", "/usr/bin/x", "/home/x", "/srv/x", "/root/x", "/var/x"} {
		if touch(path) == nil {
			s.Errorf("the service may write %s", path)
		}
	}
	for _, path := range []string{shared + "/x", "/var/lib/sweepd/x"} {
		if err := touch(path); err != nil {
			s.Errorf("the service may not write %s: %v", path, err)
		}
		if err := os.Remove(filepath.Join(s.root, path)); err != nil {
			s.Error(err)
		}
	}
}

func (s *story) reload() {
	s.run("systemctl", "start", "hook.socket")
	policy := filepath.Join(s.root, "etc/sweepd/policy.yaml")
	set := func(text string) {
		s.Helper()
		if err := os.WriteFile(policy, []byte(text), 0o644); err != nil {
			s.Fatal(err)
		}
	}
	before := s.show("sweepd.service", "MainPID")
	set(sharedPolicy + "notify: [{to: hook, on: [summary]}]\n") // the credential
	s.run("systemctl", "reload", "sweepd.service")
	s.await(1, "MESSAGE_ID="+event.MessageID("policy_reloaded"))

	set(sharedPolicy + "limit: {files: 1}\n")
	if out, err := s.try("systemctl", "reload", "sweepd.service"); err == nil {
		s.Errorf("a wrong policy was taken: %s", out)
	}
	r := s.await(1, "MESSAGE_ID="+event.MessageID("policy_refused"))
	if text, _ := r["MESSAGE"].(string); !strings.Contains(text, "limit") || strings.Contains(text, "\n") {
		s.Errorf("it does not say what is wrong, on one line: %q", text)
	}
	if hint := fmt.Sprint(r["SWEEPD_HINT"]); !strings.Contains(hint, "policy.yaml:") || r["PRIORITY"] != "3" {
		s.Errorf("its priority is %v, and it does not say where: %q", r["PRIORITY"], hint)
	}
	shown := s.run("journalctl", "--no-pager", "-u", "sweepd", "-p", "err", "-o", "cat", "--output-fields=SWEEPD_HINT")
	if !strings.Contains(shown, fmt.Sprint(r["SWEEPD_HINT"])) {
		s.Errorf("the query of docs/monitoring.md finds no hint:\n%s", shown)
	}
	if state, pid := s.show("sweepd.service", "ActiveState"),
		s.show("sweepd.service", "MainPID"); state != "active" || pid != before {
		s.Errorf("the service is %s as process %s, was %s", state, pid, before)
	}

	// Nothing is deleted by the old policy. A valid new one is read without a message.
	s.place(filepath.Join(shared, downloaded(1)), bytes.NewReader(picture(s.T, 1)), s.user("sweepd"), 0o644)
	s.has(s.bin(), 0)
	set(sharedPolicy + "notify: [{to: hook, on: [summary]}]\ntrash: {ours: 300d}\n")
	s.await(2, "MESSAGE_ID="+event.MessageID("policy_reloaded"))
	s.await(2, "_SYSTEMD_UNIT=sweepd.service", "MESSAGE_ID="+event.MessageID("run_ended"), "SWEEPD_TRASHED=1")
	s.has(s.bin(), 0, 1)
	s.await(1, "SYSLOG_IDENTIFIER=sh", "MESSAGE=POST /hook HTTP/1.1")
	set(sharedPolicy)
	s.run("systemctl", "reload", "sweepd.service")
}

// A service that hangs is aborted, leaves what it was at in the journal, and is started again.
func (s *story) hang() {
	starts := s.starts()
	s.signal(unitCgroup, syscall.SIGSTOP)
	s.await(starts+1, unitStarted, "UNIT=sweepd.service")
	if n := s.show("sweepd.service", "NRestarts"); n != "1" {
		s.Errorf("it was started again %s times", n)
	}
	out := s.run("journalctl", "--no-pager", "-u", "sweepd.service")
	for _, want := range []string{"Watchdog timeout", "SIGABRT: abort", "goroutine "} {
		if !strings.Contains(out, want) {
			s.Errorf("the journal has no %q", want)
		}
	}
}

// starts is how often systemd has started the unit.
func (s *story) starts() int {
	s.Helper()
	out := s.run("journalctl", "--no-pager", "-o", "cat", "--output-fields=UNIT", unitStarted, "UNIT=sweepd.service")
	return strings.Count(out+"\n", "sweepd.service\n")
}

// Killed in the middle of a sweep, the service that follows completes the record, and the sweep: every picture is in
// the bin, once and whole.
func (s *story) kill() {
	const many = 400
	s.run("systemctl", "stop", "sweepd.service")
	uid := s.user("sweepd")
	all := []int{0, 1}
	for n := 2; n < many; n++ {
		s.place(filepath.Join(shared, downloaded(n)), bytes.NewReader(picture(s.T, n)), uid, 0o644)
		all = append(all, n)
	}
	watch, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		s.Fatal(err)
	}
	defer unix.Close(watch)
	if _, err := unix.InotifyAddWatch(watch, filepath.Join(s.root, s.bin()), unix.IN_MOVED_TO); err != nil {
		s.Fatal(err)
	}
	starts := s.starts()
	s.run("systemctl", "start", "sweepd.service")
	if _, err := unix.Read(watch, make([]byte, 64<<10)); err != nil { // until the first is moved
		s.Fatal(err)
	}
	s.signal(unitCgroup, syscall.SIGKILL)
	if moved := len(s.names(s.bin())) - 2; moved < 1 || moved >= many-2 {
		s.Fatalf("killed after %d of %d", moved, many-2)
	} else {
		s.Logf("killed after %d of %d", moved, many-2)
	}
	s.await(starts+2, unitStarted, "UNIT=sweepd.service")
	s.await(1, "_PID="+s.show("sweepd.service", "MainPID"), "SWEEPD_EVENT=run_ended", "SWEEPD_KIND=apply")
	s.has(s.bin(), all...)
	s.has(shared, 9999)
	if out := s.service("status"); strings.Contains(out, "unfinished") {
		s.Errorf("the record is not complete:\n%s", out)
	}
}

// A service that is stopped ends by itself, within the five seconds of the drop-in, after which systemd would have
// killed it.
func (s *story) stop() {
	s.run("systemctl", "stop", "sweepd.service")
	if result, status := s.show("sweepd.service", "Result"),
		s.show("sweepd.service", "ExecMainStatus"); result != "success" || status != "0" {
		s.Errorf("it ended with %s, status %s", result, status)
	}
	s.service("undo", filepath.Join(shared, downloaded(0)))
	s.has(shared, 9999, 0)
}

// A client of the socket is answered, by a service that starts for it.
func (s *story) socket() {
	s.run("systemctl", "start", "sweepd.socket")
	get := func(path string) string {
		s.Helper()
		return s.run(
			"bash",
			"-c",
			`exec 3<>/dev/tcp/127.0.0.1/9464; printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:9464\r\n\r\n' "$0" >&3; `+
				`cat <&3`,
			path,
		)
	}
	if out := get("/healthz"); !strings.HasPrefix(out, "HTTP/1.0 200 ") {
		s.Errorf("its health is:\n%s", out)
	}
	if state := s.show("sweepd.service", "ActiveState"); state != "active" {
		s.Errorf("the service is %s", state)
	}
	if out := get("/metrics"); !strings.Contains(out, "\nsweepd_") {
		s.Errorf("its metrics are:\n%s", out)
	}
}

// sweepsHome checks that a unit sweeps the home of a user, into that home's bin.
func (s *story) sweepsHome(user string, uid, n int, match ...string) {
	s.Helper()
	s.place(filepath.Join("/home", user, "Downloads", downloaded(n)), bytes.NewReader(picture(s.T, n)), uid, 0o644)
	s.await(1, append(match, "MESSAGE_ID="+event.MessageID("run_ended"), "SWEEPD_TRASHED=1")...)
	s.has("/home/"+user+"/.local/share/Trash/files", n)
	s.has("/home/" + user + "/Downloads")
}

// person makes a user of the box with a policy.
func (s *story) person(user string) (uid int) {
	s.Helper()
	s.run("useradd", "--create-home", user)
	s.run("runuser", "-u", user, "--", "mkdir", "-p", "/home/"+user+"/Downloads",
		"/home/"+user+"/.config/sweepd", "/home/"+user+"/.ssh")
	uid = s.user(user)
	s.write("/home/"+user+"/.config/sweepd/policy.yaml", ownPolicy, uid, 0o600)
	s.write("/home/"+user+"/.ssh/key", "private", uid, 0o600)
	return uid
}

// A user's own service manager runs the user unit.
func (s *story) session() {
	if found, _ := filepath.Glob("/usr/lib/*/security/pam_systemd.so"); len(found) == 0 {
		lacking(s.T, "there is no libpam-systemd, so there are no sessions")
	}
	uid := s.person("mia")
	s.run("loginctl", "enable-linger", "mia")
	s.run("systemctl", "start", fmt.Sprintf("user@%d.service", uid))
	s.run(s.as("mia", uid, "systemctl", "--user", "enable", "--now", "sweepd.service")...)
	s.sweepsHome("mia", uid, 1, "_SYSTEMD_USER_UNIT=sweepd.service")
	if out := s.run(s.as("mia", uid, "sweepd", "status")...); !strings.Contains(out, "watching   listening") {
		s.Errorf("on her command line nothing is known of the service:\n%s", out)
	}
	s.run(s.as("mia", uid, "systemctl", "--user", "reload", "sweepd.service")...)
	cgroup := fmt.Sprintf("user.slice/user-%[1]d.slice/user@%[1]d.service/app.slice/sweepd.service", uid)
	pid := strconv.Itoa(s.processes(cgroup)[0])
	if out, err := nsenter(pid, "cat", "/home/mia/.ssh/key"); err == nil || strings.Contains(out, "private") {
		s.Errorf("her key can be read: %s", out)
	}
	if out, err := nsenter(pid, "touch", "/srv/x"); err == nil {
		s.Errorf("more than her home can be changed: %s", out)
	}
	s.run(s.as("mia", uid, "systemctl", "--user", "stop", "sweepd.service")...)
	s.run(s.as("mia", uid, "sweepd", "undo", "1")...) // what the service did, from outside of it
	s.has("/home/mia/Downloads", 1)
	s.run(s.as("mia", uid, "systemctl", "--user", "start", "sweepd.service")...) // for who removes the package
}

// The system's service manager runs the template for a user without a session.
func (s *story) template() {
	uid := s.person("noa")
	s.run("systemctl", "enable", "--now", "sweepd@noa.service")
	s.sweepsHome("noa", uid, 2, "_SYSTEMD_UNIT=sweepd@noa.service")
	s.run("systemctl", "reload", "sweepd@noa.service")
	if out := s.run("runuser", "-u", "noa", "--", "env", "HOME=/home/noa", "sweepd",
		"history"); !strings.Contains(out, "trashed 1") {
		s.Errorf("on the command line nothing is known of what the service did:\n%s", out)
	}
}

// An upgrade restarts what runs, and keeps the policy and the record.
func (s *story) upgrade() {
	before := s.show("sweepd.service", "MainPID") + s.show("sweepd@noa.service", "MainPID")
	policy, history := read(s.T, filepath.Join(s.root, "etc/sweepd/policy.yaml")), s.service("history", "1", "--json")
	s.fetch(second, "sweepd")
	if string(read(s.T, filepath.Join(s.root, "etc/sweepd/policy.yaml"))) != string(policy) {
		s.Error("the policy is another")
	}
	if after := s.service("history", "1", "--json"); after != history {
		s.Errorf("the record is another: it was\n%s\nand is\n%s", history, after)
	}
	s.service("history", "--verify")
	if state := s.show("sweepd.service", "ActiveState") + " " +
		s.show("sweepd@noa.service", "ActiveState"); state != "active active" {
		s.Errorf("after an upgrade they are %s", state)
	}
	if after := s.show("sweepd.service", "MainPID") + s.show("sweepd@noa.service", "MainPID"); after == before {
		s.Errorf("the old program still runs")
	}
}

// After its removal the package no longer sweeps, and its record stays.
func (s *story) remove() {
	s.run("dpkg", "--no-triggers", "--remove", "sweepd")
	if out, err := s.try("pgrep", "--list-full", "sweepd"); err == nil {
		s.Errorf("still running: %s", out)
	}
	if _, err := os.Stat(filepath.Join(s.root, "var/lib/sweepd/journal.db")); err != nil {
		s.Error(err)
	}
	if _, err := os.Stat(filepath.Join(s.root, "usr/bin/sweepd")); !os.IsNotExist(err) {
		s.Error("the program is still there")
	}
}

// A purge removes the service's record, and no file of a user or an administrator.
func (s *story) purge() {
	s.run("dpkg", "--no-triggers", "--purge", "sweepd")
	if left := s.names("/var/lib/sweepd"); left != nil {
		s.Errorf("of the state there is left: %q", left)
	}
	for _, path := range []string{"etc/sweepd/policy.yaml", "home/noa/.local/state/sweepd/journal.db"} {
		if _, err := os.Stat(filepath.Join(s.root, path)); err != nil {
			s.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(s.root, "var/lib/sweepd")); !os.IsNotExist(err) {
		s.Error("the state's folder is still there")
	}
	s.has("/home/noa/.local/share/Trash/files", 2)
}
