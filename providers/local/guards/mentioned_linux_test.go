package guards

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
)

func TestWhatADocumentNamesIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("notes/a.md", "![](../img/My%20Picture.png)")
	b.write("img/my picture.PNG", "bytes")
	b.write("img/other.png", "bytes")
	b.says(b.heldBy(b.path("img/my picture.PNG"), providers.GuardMentioned),
		fmt.Sprintf("%q names it", b.path("notes/a.md")))
	b.heldBy(b.path("img/other.png"))
}

func TestADocumentOfAnotherRootCounts(t *testing.T) {
	b := newBox(t)
	other := filepath.Join(b.top, "other")
	b.write("inner/a.png", "bytes")
	b.write("inner/b.png", "bytes")
	b.write("inner/c.png", "bytes")
	b.write("outer.md", "a.png")
	write(t, filepath.Join(other, "other.md"), "b.png")
	b.d = b.open([]string{b.root, b.path("inner"), other})
	b.heldBy(b.path("inner/a.png"), providers.GuardMentioned)
	b.says(b.heldBy(b.path("inner/b.png"), providers.GuardMentioned), filepath.Join(other, "other.md"))
	b.heldBy(b.path("inner/c.png"))
}

// What cannot be read in another root holds nothing: it may be a disk that is not there.
func TestAnotherRootThatCannotBeReadHoldsNothing(t *testing.T) {
	b := newBox(t)
	other := filepath.Join(b.top, "other")
	b.write("a.png", "bytes")
	write(t, filepath.Join(other, "cut off.odt"), "PK\x03\x04 cut off")
	write(t, filepath.Join(other, "b.png"), "bytes")
	b.d = b.open([]string{b.root, other, filepath.Join(b.top, "missing")})
	b.heldBy(b.path("a.png"))
	b.heldBy(filepath.Join(other, "b.png"), providers.GuardMentioned)
}

func TestALinkedDocumentIsNotRead(t *testing.T) {
	b := newBox(t)
	write(t, filepath.Join(b.top, "away/a.md"), "a.png")
	must(t, os.Symlink(filepath.Join(b.top, "away/a.md"), b.path("a.md")))
	must(t, os.Symlink(filepath.Join(b.top, "away"), b.path("away")))
	must(t, unix.Mkfifo(b.path("fifo.md"), 0o600))
	must(t, os.Mkdir(b.path("folder.md"), 0o700))
	b.write("a.png", "bytes")
	b.heldBy(b.path("a.png"))
}

func TestANameWithoutAnExtensionIsLookedForByItsWords(t *testing.T) {
	b := newBox(t)
	b.write("chat.html", "<img src='DALL%C2%B7E%202024-11-19%2005.35.03'>")
	b.write("DALL·E 2024-11-19 05.35.03", "bytes")
	b.write("DALL·E 2024-11-20 05.35.03", "bytes")
	b.write("猫", "bytes")
	b.heldBy(b.path("DALL·E 2024-11-19 05.35.03"), providers.GuardMentioned)
	b.heldBy(b.path("DALL·E 2024-11-20 05.35.03"))
	b.heldBy(b.path("猫"), providers.GuardMentioned)
}

func TestDocumentsAreReadOnceForAllQuestions(t *testing.T) {
	now := noon
	b := newBox(t, func(o *Options) { o.Now = func() time.Time { return now } })
	for i := range 20 {
		b.write(fmt.Sprintf("d%d/a.md", i), fmt.Sprintf("picture %d.png", i))
	}
	b.write("picture 7.png", "bytes")
	b.write("picture 77.png", "bytes")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { b.heldBy(b.path("picture 7.png"), providers.GuardMentioned) })
	}
	group.Wait()
	first := b.d.guards.memory.shelf(b.d.roots[0]).read
	if first.files != 20 || first.index.Len() != 20 {
		t.Fatalf("%d documents were read, with %d mentions", first.files, first.index.Len())
	}
	b.write("d8/a.md", "picture 77.png")
	must(t, os.Rename(b.path("d7"), b.path("renamed")))
	b.heldBy(b.path("picture 77.png")) // within this run

	now = now.Add(readAgain + 1)
	b.heldBy(b.path("picture 77.png"), providers.GuardMentioned)
	b.says(b.heldBy(b.path("picture 7.png"), providers.GuardMentioned), b.path("renamed/a.md"))
	b.write("picture 8.png", "bytes")
	b.heldBy(b.path("picture 8.png")) // d8/a.md no longer names it
	if again := b.d.guards.memory.shelf(b.d.roots[0]).read; again == first || again.files != 1 {
		t.Errorf("%d documents were read again, want the one that was changed", again.files)
	}
}

func TestADocumentIsReadWhateverItsName(t *testing.T) {
	for _, name := range []string{
		"README", "Makefile", "Dockerfile", ".notes", "letter.rtf", "mail.eml", "page.gmi", "group.nfo", "cut.mlt",
		"cut.fcpxml",
		"cut.otio", "cut.kdenlive", "what.ever", "unending.extensionthatisverylong",
	} {
		b := newBox(t)
		b.write("a.png", "bytes")
		b.heldBy(b.path("a.png"))
		b.write("sub/"+name, "{\"image\": \"../a.png\"}")
		b.d = b.open(nil)
		b.says(b.heldBy(b.path("a.png"), providers.GuardMentioned), b.path("sub/"+name))
	}
}

// The content of an office document decides which links it has, not its name.
func TestAPictureThatAnOfficeDocumentLinksIsHeld(t *testing.T) {
	for name, parts := range map[string]map[string]string{
		"a.docx": {
			"word/_rels/document.xml.rels": `<Relationships><Relationship Id="1" Target="a.png" ` +
				`TargetMode="External"/></Relationships>`,
		},
		"a.odp":  {"content.xml": `<draw:image xlink:href="../a.png"/>`},
		"report": {"content.xml": `<draw:image xlink:href="../a.png"/>`},
	} {
		b := newBox(t)
		b.write("a.png", "bytes")
		b.write("image1.png", "bytes")
		var file bytes.Buffer
		w := zip.NewWriter(&file)
		for part, text := range parts {
			f, err := w.Create(part)
			must(t, err)
			_, err = f.Write([]byte(text))
			must(t, err)
		}
		f, err := w.Create("media/image1.png")
		must(t, err)
		_, err = f.Write([]byte("image1.png"))
		must(t, errors.Join(err, w.Close()))
		b.write("sub/"+name, file.String())
		b.says(b.heldBy(b.path("a.png"), providers.GuardMentioned), b.path("sub/"+name))
		b.heldBy(b.path("image1.png"))
	}
}

// A document that cannot be read may link any picture, so the guard names it.
func TestAnOfficeDocumentThatCannotBeReadHoldsEverything(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.write("sub/cut off.odt", "PK\x03\x04 cut off")
	b.says(b.heldBy(b.path("a.png"), providers.GuardMentioned), b.path("sub/cut off.odt"))
	must(t, os.Rename(b.path("sub/cut off.odt"), b.path("sub/cut off.zip")))
	b.d = b.open(nil)
	b.heldBy(b.path("a.png"))
}

func TestAResourceOfJoplinIsHeldByItsID(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef"
	b := newBox(t)
	b.write("notes/a.md", "![ChatGPT Image](:/0123456789ABCDEF0123456789abcdef)")
	b.write("resources/"+id+".png", "bytes")
	b.write("resources/"+id[1:]+"0.png", "bytes")
	b.says(b.heldBy(b.path("resources/"+id+".png"), providers.GuardMentioned), b.path("notes/a.md"))
	b.heldBy(b.path("resources/" + id[1:] + "0.png"))
}

func TestWhatIsNoTextIsNotRead(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.write("blob", "\x00\x01 a.png")
	b.write("movie.mp4", "a.png")
	b.heldBy(b.path("a.png"))
	if x := b.d.guards.memory.shelf(b.d.roots[0]).read; x.files != 0 {
		t.Errorf("%d files were read, want none", x.files)
	}
}

func TestASparseDocumentCostsNoMoreThanItHas(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.write("b.png", "bytes")
	b.write("huge.csv", "1,a.png\n")
	must(t, os.Truncate(b.path("huge.csv"), 50<<30))
	f, err := os.OpenFile(b.path("huge.csv"), os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt([]byte(" b.png\n"), 40<<30)
	must(t, errors.Join(err, f.Close()))
	b.heldBy(b.path("a.png"), providers.GuardMentioned)
	b.heldBy(b.path("b.png"), providers.GuardMentioned)
	if x := b.d.guards.memory.shelf(b.d.roots[0]).read; x.bytes > 1<<20 {
		t.Errorf("%d bytes were read of what has two blocks", x.bytes)
	}
}

func TestADocumentThatIsTooLargeHoldsEverything(t *testing.T) {
	r := &docBytes{ctx: t.Context(), fd: -1, n: docLimit + 1} // it has grown
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, errDocLimit) {
		t.Errorf("got %v, want errDocLimit", err)
	}
	for size, stored := range map[int64]int64{docLimit: docLimit + 512, 50 << 30: docLimit} {
		if err := (&docBytes{size: size, stored: stored}).fits(); err != nil {
			t.Errorf("%d bytes of %d: got %v", stored, size, err)
		}
	}
	if _, err := text(
		[]byte("a.md"), &docBytes{fd: -1, size: docLimit + 1, stored: docLimit + 512},
	); !errors.Is(err, errDocLimit) {
		t.Errorf("got %v, want errDocLimit", err)
	}
}

func TestAReadingThatTakesLongIsNotRepeatedAllTheTime(t *testing.T) {
	now := noon
	b := newBox(t, func(o *Options) { o.Now = func() time.Time { return now } })
	b.write("a.png", "bytes")
	b.heldBy(b.path("a.png"))
	read := b.d.guards.memory.shelf(b.d.roots[0]).read
	read.took = time.Second
	b.write("notes.md", "a.png")
	now = now.Add(readShare * time.Second)
	b.heldBy(b.path("a.png"))
	now = now.Add(1)
	b.heldBy(b.path("a.png"), providers.GuardMentioned)
	read = b.d.guards.memory.shelf(b.d.roots[0]).read
	read.took = time.Hour
	b.write("more.md", "b.png")
	b.write("b.png", "bytes")
	now = now.Add(readLatest)
	b.heldBy(b.path("b.png"))
	now = now.Add(1)
	b.heldBy(b.path("b.png"), providers.GuardMentioned)
}

func TestADocumentWithTwoNamesIsReadAgainUnderBoth(t *testing.T) {
	now := noon
	b := newBox(t, func(o *Options) { o.Now = func() time.Time { return now } })
	b.write("a.md", "a.png")
	must(t, os.Link(b.path("a.md"), b.path("b.md")))
	b.write("a.png", "bytes")
	for range 3 {
		b.heldBy(b.path("a.png"), providers.GuardMentioned)
		now = now.Add(readAgain + 1)
	}
	must(t, os.Remove(b.path("a.md")))
	b.says(b.heldBy(b.path("a.png"), providers.GuardMentioned), b.path("b.md"))
}

func TestReadingADocumentDoesNotSetItsAccessTime(t *testing.T) {
	b := newBox(t)
	b.write("a.md", "text")
	b.write("a.png", "bytes")
	long := noon.AddDate(-1, 0, 0)
	must(t, os.Chtimes(b.path("a.md"), long, noon))
	b.heldBy(b.path("a.png"))
	s, err := os.Stat(b.path("a.md"))
	must(t, err)
	if at := time.Unix(s.Sys().(*syscall.Stat_t).Atim.Unix()); !at.Equal(long) {
		t.Errorf("it was read at %v", at)
	}
}

// unreadableVariable makes the test below a process of its own that is not root.
const unreadableVariable = "SWEEPD_LOCAL_UNREADABLE"

// A document that could not be read may name any picture of its root.
func TestADocumentThatCannotBeReadHoldsEverything(t *testing.T) {
	top := os.Getenv(unreadableVariable)
	if top == "" && os.Geteuid() == 0 {
		top = t.TempDir()
		must(t, os.Chmod(top, 0o777))
		must(t, os.Chmod(filepath.Dir(top), 0o777)) // both are this test's own
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.gocoverdir=")
		cmd.Env = append(os.Environ(), unreadableVariable+"="+top)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return
	}
	if top == "" {
		top = t.TempDir()
	} else {
		must(t, syscall.Setuid(65534))
	}
	for _, name := range []string{"folder", "folder/a.md"} {
		b := newBoxIn(t, filepath.Join(top, filepath.Base(name)))
		b.write("folder/a.md", "nothing")
		b.write("a.png", "bytes")
		b.write("extensionless", "bytes")
		b.heldBy(b.path("a.png"))
		must(t, os.Chmod(b.path(name), 0))
		b.d = b.open(nil)
		b.says(b.heldBy(b.path("a.png"), providers.GuardMentioned), b.path(name))
		b.says(b.heldBy(b.path("extensionless"), providers.GuardMentioned), b.path(name))
		must(t, os.Chmod(b.path(name), 0o700))
		b.d = b.open(nil)
		b.heldBy(b.path("a.png"))
	}
}

func TestARootThatIsNotThereHoldsEverything(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	must(t, os.Rename(b.root, b.root+".away"))
	x := b.d.guards.readDocuments(t.Context(), b.d.roots[0], nil, false)
	if x.names("a.png", true).IsZero() {
		t.Error("nothing was read, and nothing is held")
	}
}
