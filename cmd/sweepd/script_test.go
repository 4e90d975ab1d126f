package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/internal/testing/e2e"
	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// The scripts in testdata/script are the manual by example: each is one user's session, run by the real program in a
// process of its own.
func TestScripts(t *testing.T) {
	commands := map[string]func(*testscript.TestScript, bool, []string){
		"picture": cmdPicture, "painted": cmdPainted, "scene": cmdScene, "quiet": cmdQuiet, "same": cmdSame,
		"until": cmdUntil, "raw": cmdRaw, "exits": cmdExits, "frozen": cmdFrozen, "takeout": cmdTakeOut,
		"disk": cmdDisk, "fill": cmdFill,
		"google": cmdGoogle, "dropbox": cmdDropbox, "pasting": cmdPasting, "daemon": cmdDaemon, "hook": cmdHook,
		"expand": cmdExpand, "events": cmdEvents, "leap": cmdLeap, "clone": cmdClone,
		"certificate": cmdCertificate, "zipped": cmdZipped, "embedded": cmdEmbedded,
		"database": cmdDatabase(t),
	}
	maps.Copy(commands, newClouds().commands())
	maps.Copy(commands, newOrganizations().commands())
	testscript.Run(t, testscript.Params{
		Files:               scripts(t),
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds:                commands,
		Condition:           condition,
	})
}

// scripts returns the paths of the scripts that this run takes: all of them, or with -short a part.
func scripts(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(all) == 0 {
		t.Fatal("no scripts", err)
	}
	return rotation.Part(t, all)
}

func TestMain(m *testing.M) {
	testscript.Main(shipped{m}, map[string]func(){
		"sweepd":         main,
		"sweepd-browser": browser,
		"sweepd-losefs":  serveLosefs,
		"xdg-open":       opener,
	})
}

// shipped runs the tests with the program that SWEEPD_BINARY names, if it names one, in place of the tests themselves
// as sweepd. It takes two thirds of the processor time, because it starts faster: scripts do so a thousand times.
type shipped struct{ *testing.M }

func (m shipped) Run() int {
	if binary := os.Getenv(e2e.BinaryVariable); binary != "" {
		link, err := exec.LookPath("sweepd") // in the folder that testscript.Main made
		if err == nil {
			err = errors.Join(os.Remove(link), os.Symlink(binary, link))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.M.Run()
}

// setUp gives each script a home of its own, with a Downloads folder.
func setUp(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	env.Setenv("HOME", home)
	env.Setenv("TZ", "UTC")
	env.Setenv("GORACE", os.Getenv("GORACE"))
	for _, name := range []string{
		"XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "STATE_DIRECTORY",
		"RUNTIME_DIRECTORY", "SWEEPD_POLICY", "NO_COLOR", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE",
	} {
		env.Setenv(name, "")
	}
	env.Setenv("OURS", "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png")
	return os.MkdirAll(filepath.Join(home, "Downloads"), 0o700)
}

// picture FILE [COLOUR]: writes the smallest PNG, a hundred days old.
func cmdPicture(ts *testscript.TestScript, _ bool, args []string) {
	colour := 0
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		colour = n
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, smallPicture(byte(colour)), 0o600))
	cmdQuiet(ts, false, args[:1])
}

// painted FILE: writes a picture that can be shown, a hundred days old.
func cmdPainted(ts *testscript.TestScript, _ bool, args []string) {
	var out bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for i := range img.Pix {
		img.Pix[i] = byte(i/7) | byte(i%4/3)*255
	}
	ts.Check(png.Encode(&out, img))
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, out.Bytes(), 0o600))
	cmdQuiet(ts, false, args[:1])
}

// scene FILE SEED WIDTH HEIGHT: a picture with enough detail to be compared by what it looks like, a PNG or a JPEG.
func cmdScene(ts *testscript.TestScript, _ bool, args []string) {
	var n [3]int
	for i := range n {
		var err error
		n[i], err = strconv.Atoi(args[i+1])
		ts.Check(err)
	}
	content := c2patest.ScenePNG(uint64(n[0]), n[1], n[2])
	if filepath.Ext(args[0]) == ".jpg" {
		content = c2patest.SceneJPEG(uint64(n[0]), n[1], n[2])
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, content, 0o600))
	cmdQuiet(ts, false, args[:1])
}

// certificate NAME DURATION: writes NAME.crt, which is valid so much longer, and NAME.key; sets PORT to a free port.
func cmdCertificate(ts *testscript.TestScript, _ bool, args []string) {
	valid, err := time.ParseDuration(args[1])
	ts.Check(err)
	name := ts.MkAbs(args[0])
	ts.Check(e2e.Certificate(name+".crt", name+".key", time.Now(), time.Now().Add(valid), "nas.example.org"))
	if ts.Getenv("PORT") == "" {
		ts.Setenv("PORT", freePort(ts))
	}
}

// freePort returns a port at which nothing listens.
func freePort(ts interface{ Check(error) }) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Check(l.Close())
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	return port
}

// quiet FILE: the file was last written a hundred days ago.
func cmdQuiet(ts *testscript.TestScript, _ bool, args []string) {
	then := time.Now().AddDate(0, 0, -100)
	for _, arg := range args {
		ts.Check(os.Chtimes(ts.MkAbs(arg), then, then))
	}
}

// same FILE FILE: the bytes are equal.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	a, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	if bytes.Equal(a, b) == neg {
		ts.Fatalf("%s and %s: equal is %v", args[0], args[1], !neg)
	}
}

// takeout FILE: moves the one file in the home trash there, as another program
// does that restores files.
func cmdTakeOut(ts *testscript.TestScript, _ bool, args []string) {
	bin := ts.MkAbs("home/.local/share/Trash")
	entries, err := os.ReadDir(filepath.Join(bin, "files"))
	ts.Check(err)
	if len(entries) != 1 {
		ts.Fatalf("the trash holds %d files, want 1", len(entries))
	}
	name := entries[0].Name()
	ts.Check(os.Rename(filepath.Join(bin, "files", name), ts.MkAbs(args[0])))
	ts.Check(os.Remove(filepath.Join(bin, "info", name+".trashinfo")))
}

// until TEXT COMMAND...: runs the command again and again until it prints the
// text, as long as something real, like a second, has to pass for that.
func cmdUntil(ts *testscript.TestScript, _ bool, args []string) {
	for range 2000 {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
		time.Sleep(50 * time.Millisecond) // leaves the processor to what it waits for
	}
	ts.Fatalf("%q never prints %q", args[1:], args[0])
}

// exits STATUS COMMAND...: runs the command, which ends with that exit status.
func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%q ended with exit status %d, want %d", args[1:], got, want)
	}
}

// frozen FOLDER: nothing may be made in the folder, or leave it, until ! frozen.
func cmdFrozen(ts *testscript.TestScript, neg bool, args []string) {
	folder := ts.MkAbs(args[0])
	thaw := func() error { return os.Chmod(folder, 0o700) }
	freeze := func() error { return os.Chmod(folder, 0o500) }
	if os.Geteuid() == 0 { // modes do not bind root
		thaw = exec.Command("chattr", "-i", folder).Run
		freeze = exec.Command("chattr", "+i", folder).Run
	}
	if neg {
		ts.Check(thaw())
		return
	}
	ts.Check(freeze())
	ts.Defer(func() { _ = exec.Command("chattr", "-i", folder).Run() })
}

// condition: [root] reports whether the test may mount. In CI, where no test may be skipped, it is true.
func condition(what string) (bool, error) {
	if what != "root" {
		return false, fmt.Errorf("there is no condition %q", what)
	}
	return os.Geteuid() == 0 || os.Getenv("CI") == "true", nil
}

// disk FOLDER: mounts a small disk of its own there, an ext4 file system.
func cmdDisk(ts *testscript.TestScript, _ bool, args []string) {
	folder := ts.MkAbs(args[0])
	image := folder + ".img"
	ts.Check(os.MkdirAll(folder, 0o700))
	ts.Check(os.WriteFile(image, nil, 0o600))
	ts.Check(os.Truncate(image, 64<<20))
	for _, command := range [][]string{{"mkfs.ext4", "-q", "-m", "0", image}, {"mount", "-o", "loop", image, folder}} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			ts.Fatalf("%q: %v: %s", command, err, out)
		}
	}
	ts.Defer(func() { _ = exec.Command("umount", "-l", folder).Run() })
}

// fill FILE: writes to the file until its disk has no byte left.
func cmdFill(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	ts.Check(err)
	defer f.Close()
	for b := make([]byte, 1<<20); len(b) > 0; {
		if _, err := f.Write(b); errors.Is(err, syscall.ENOSPC) {
			b = b[:len(b)/2]
		} else {
			ts.Check(err)
		}
	}
	ts.Check(f.Sync())
}

// zipped FILE FOLDER: packs the files in the folder as an office program does.
func cmdZipped(ts *testscript.TestScript, _ bool, args []string) {
	out, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	w := zip.NewWriter(out)
	ts.Check(w.AddFS(os.DirFS(ts.MkAbs(args[1]))))
	ts.Check(errors.Join(w.Close(), out.Close()))
}

// embedded FILE PICTURE: writes a web page with the picture in it, or a PDF with the pixels of the PNG.
func cmdEmbedded(ts *testscript.TestScript, _ bool, args []string) {
	picture := []byte(ts.ReadFile(args[1]))
	document := `<img src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(picture) + `">`
	if filepath.Ext(args[0]) == ".pdf" {
		var pixels []byte
		for rest := picture[8:]; len(rest) >= 12; {
			n := binary.BigEndian.Uint32(rest)
			if string(rest[4:8]) == "IDAT" {
				pixels = append(pixels, rest[8:8+n]...)
			}
			rest = rest[12+n:]
		}
		parms := map[bool]string{true: "/DecodeParms << /Predictor 15 >>"}[len(pixels) > 100]
		document = fmt.Sprintf("%%PDF-1.7\n7 0 obj\n<< /Subtype /Image /Filter /FlateDecode %s /Length %d >>\n"+
			"stream\n%s\nendstream\nendobj\n", parms, len(pixels), pixels)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(document), 0o600))
}

// raw FILE: writes a picture under a name that is given as a Go string, for
// names that a script cannot hold.
func cmdRaw(ts *testscript.TestScript, _ bool, args []string) {
	name, err := strconv.Unquote(`"` + args[0] + `"`)
	ts.Check(err)
	cmdPicture(ts, false, append([]string{name}, args[1:]...))
}

// smallPicture is the smallest PNG, in one of 256 variants.
func smallPicture(variant byte) []byte { return e2e.Picture(variant) }

func TestEveryVerbHasAScript(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, s := range scripts {
		text, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
	}
	for _, cmd := range (&program{term: &terminal{}}).root().Commands() {
		if name := cmd.Name(); !strings.Contains(all, "sweepd "+name) {
			t.Errorf("no script runs sweepd %s", name)
		}
	}
}
