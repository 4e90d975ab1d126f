package guards

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

func TestWhatIsInALibraryIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.write("x/plain/y/a.png", "bytes")
	b.heldBy(b.path("x/plain/y/a.png"))
	for i, m := range providers.LibraryMarkers() {
		top := string(rune('a'+i)) + "/top"
		b.write(top+"/a.png", "bytes")
		b.write(top+"/img/a.png", "bytes")
		write(t, b.path(top+"/"+m.Name), "")
		b.says(b.heldBy(b.path(top+"/a.png"), providers.GuardLibrary), m.Of+" (\""+b.path(top)+"\")")
		b.heldBy(b.path(top+"/img/a.png"), providers.GuardLibrary)
	}
	for _, f := range providers.LibraryFolders() {
		b.write("my"+f.Name+"/originals/0/a.png", "bytes")
		b.says(b.heldBy(b.path("my"+f.Name+"/originals/0/a.png"), providers.GuardLibrary), f.Of)
	}
	b.heldBy(b.path("a.png"))
}

func TestAFolderIsAVaultToo(t *testing.T) {
	b := newBox(t)
	b.write("vault/.obsidian/app.json", "{}")
	b.write("vault/a.png", "bytes")
	b.write("beside/a.png", "bytes")
	b.heldBy(b.path("vault/a.png"), providers.GuardLibrary)
	b.heldBy(b.path("beside/a.png"))
}

// A vault that is a root, or contains one, was named on purpose.
func TestALibraryThatTheRootIsOrIsInDoesNotHold(t *testing.T) {
	b := newBox(t)
	write(t, filepath.Join(b.top, ".obsidian/app.json"), "{}")
	b.write("digikam4.db", "")
	b.write("img/a.png", "bytes")
	b.write("a.png", "bytes")
	b.heldBy(b.path("img/a.png"))
	b.heldBy(b.path("a.png"))
	b.write("img/.immich", "")
	b.heldBy(b.path("img/a.png"), providers.GuardLibrary)
}

func TestAPictureOfWhichAPhotoProgramNotedSomethingIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("a?.png", "bytes")
	b.write("b.png.xmp", "of another picture")
	b.heldBy(b.path("a?.png"))
	for _, name := range providers.Sidecars("a?.png") {
		write(t, b.path(name), "")
		b.says(b.heldBy(b.path("a?.png"), providers.GuardLibrary), name)
		must(t, os.Remove(b.path(name)))
	}
	b.heldBy(b.path("a?.png"))
}

// attribute sets an extended attribute.
func (b *box) attribute(path, name, value string) {
	b.Helper()
	if err := unix.Setxattr(path, name, []byte(value), 0); err == unix.ENOTSUP {
		lacking(b.T, "the file system of the temporary files has no extended attributes")
	} else {
		must(b.T, err)
	}
}

func TestAStarOrATagHolds(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	for _, c := range []struct {
		name, value string
		holds       bool
	}{
		{"user.xdg.tags", "holiday,ann", true},
		{"user.xdg.tags", "", false},
		{"user.xdg.tags", " , ", false},
		{"user.xdg.tags", string(make([]byte, 3000)) + "x", true},
		{"user.baloo.rating", "10", true},
		{"user.baloo.rating", "2\x00", true},
		{"user.baloo.rating", "0", false},
		{"user.baloo.rating", "unreadable", true},
		{"user.xdg.comment", "from a download", false},
		{"user.xdg.origin.url", "https://example.org", false},
	} {
		b.attribute(b.path("a.png"), c.name, c.value)
		if c.holds {
			b.says(b.heldBy(b.path("a.png"), providers.GuardTagged), c.name)
		} else {
			b.heldBy(b.path("a.png"))
		}
		must(t, unix.Removexattr(b.path("a.png"), c.name))
	}
}

func TestAPlaceholderIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("empty.png", "")
	b.heldBy(b.path("empty.png"))
	b.write("small.png", "")
	must(t, os.Truncate(b.path("small.png"), sparseFrom))
	b.heldBy(b.path("small.png"))
	b.write("large.png", "")
	must(t, os.Truncate(b.path("large.png"), 1<<20))
	b.heldBy(b.path("large.png"), providers.GuardPlaceholder)
	b.write("here.png", "bytes")
	for _, c := range []struct {
		name, value string
		holds       bool
	}{
		{"user.nextcloud.hydrate_exec", "nextcloud\x00", true},
		{"user.openvfs.state", "virtual", true},
		{"user.openvfs.state", "dehydrated", true},
		{"user.openvfs.state", "hydrated", false},
		{"user.openvfs.fileid", "00000012", false},
		{"user.com.dropbox.attributes", "synced, and here", false},
	} {
		b.attribute(b.path("here.png"), c.name, c.value)
		if c.holds {
			b.says(b.heldBy(b.path("here.png"), providers.GuardPlaceholder), c.name)
		} else {
			b.heldBy(b.path("here.png"))
		}
		must(t, unix.Removexattr(b.path("here.png"), c.name))
	}
}

// A file whose attributes cannot be read may have some.
func TestAttributesThatCannotBeReadHold(t *testing.T) {
	p := &disk.Pinned{FD: -1}
	if tagged(p).IsZero() || elsewhere(p).IsZero() {
		t.Error("nothing could be read, and nothing is held")
	}
	p.Folder, p.Name = -1, "a.png"
	q := question{
		guards: newBox(
			t,
		).d.guards, root: roots.New("/nowhere", "/nowhere", false), file: p, path: "/nowhere/a.png", rel: "a.png",
	}
	if q.underWay().IsZero() || q.inLibrary().IsZero() {
		t.Error("the folder could not be looked into, and nothing is held")
	}
}
