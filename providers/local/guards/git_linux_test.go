package guards

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
)

// git runs Git in a folder below the box's top.
func (b *box) git(dir string, args ...string) {
	b.Helper()
	program, err := exec.LookPath("git")
	if err != nil {
		lacking(b.T, "there is no git")
	}
	cmd := exec.CommandContext(b.Context(), program, append([]string{
		"-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "protocol.file.allow=always", "-c",
		"init.defaultBranch=main",
	}, args...)...)
	cmd.Dir = filepath.Join(b.top, dir)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("git %q: %v: %s", args, err, out)
	}
}

// tracks makes the box a repository with one tracked and one other picture.
func (b *box) tracks(top string) {
	b.Helper()
	b.write("site/a.png", "tracked")
	b.write("site/b.png", "not tracked")
	b.git(top, "init", "--quiet")
	b.git(top, "add", b.path("site/a.png"))
}

func TestWhatGitTracksIsHeld(t *testing.T) {
	for name, top := range map[string]string{"below the root": "root/site", "the root": "root", "above the root": "."} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.tracks(top)
			b.says(b.heldBy(b.path("site/a.png"), providers.GuardGit),
				"Git tracks it (in \""+filepath.Join(b.top, top)+"\")")
			b.heldBy(b.path("site/b.png"))
		})
	}
}

func TestWhatGitTracksIsHeldBehindABindMount(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newBox(t)
	b.mounts = nil // the machine's own
	write(t, filepath.Join(b.top, "work/site/deep/a.png"), "tracked")
	write(t, filepath.Join(b.top, "work/site/b.png"), "not tracked")
	b.git("work", "init", "--quiet")
	b.git("work", "add", "site/deep/a.png")
	must(t, os.Mkdir(b.path("bound"), 0o700))
	must(t, unix.Mount(filepath.Join(b.top, "work/site"), b.path("bound"), "", unix.MS_BIND, ""))
	b.d = b.open([]string{b.path("bound")})
	b.says(b.heldBy(b.path("bound/deep/a.png"), providers.GuardGit),
		"Git tracks it (in \""+filepath.Join(b.top, "work")+"\")")
	b.heldBy(b.path("bound/b.png"))
	must(t, b.d.Close())
	must(t, unix.Unmount(b.path("bound"), 0))
}

func TestWhatGitTracksNoMoreIsNotHeld(t *testing.T) {
	b := newBox(t)
	b.tracks("root")
	b.heldBy(b.path("site/a.png"), providers.GuardGit)
	b.git("root", "rm", "--quiet", "--cached", "site/a.png")
	b.git("root", "add", "site/b.png")
	b.heldBy(b.path("site/a.png"))
	b.heldBy(b.path("site/b.png"), providers.GuardGit)
}

func TestARepositoryToWhichNothingWasAddedHoldsNothing(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.git("root", "init", "--quiet")
	b.heldBy(b.path("a.png"))
	must(t, os.Mkdir(b.path("empty"), 0o700))
	must(t, os.Mkdir(b.path("empty/.git"), 0o700))
	b.write("empty/b.png", "bytes")
	b.heldBy(b.path("empty/b.png"))
}

func TestWhatTheOuterRepositoryTracksIsHeldInAnInnerOne(t *testing.T) {
	b := newBox(t)
	b.tracks("root")
	b.git("root/site", "init", "--quiet")
	b.git("root/site", "add", "b.png")
	b.heldBy(b.path("site/a.png"), providers.GuardGit)
	b.heldBy(b.path("site/b.png"), providers.GuardGit)
}

func TestAWorktreeAndASubmoduleHaveTheirOwnIndex(t *testing.T) {
	b := newBox(t)
	b.tracks(".")
	b.git(".", "commit", "--quiet", "-m", "first")
	b.git(".", "worktree", "add", "--quiet", "root/tree")
	b.write("tree/new.png", "bytes")
	b.heldBy(b.path("tree/root/site/a.png"), providers.GuardGit)
	b.heldBy(b.path("tree/new.png"))

	must(t, os.Mkdir(filepath.Join(b.top, "other"), 0o700))
	write(t, filepath.Join(b.top, "other/c.png"), "tracked")
	b.git("other", "init", "--quiet")
	b.git("other", "add", ".")
	b.git("other", "commit", "--quiet", "-m", "first")
	b.git(".", "submodule", "--quiet", "add", "./other", "root/sub")
	b.write("sub/new.png", "bytes")
	b.heldBy(b.path("sub/c.png"), providers.GuardGit)
	b.heldBy(b.path("sub/new.png"))
}

func TestEveryVersionOfAnIndexIsRead(t *testing.T) {
	for _, version := range []string{"2", "3", "4"} {
		b := newBox(t)
		b.tracks("root")
		b.write("later.png", "bytes")
		b.git("root", "add", "--intent-to-add", "later.png") // which takes version 3
		b.git("root", "update-index", "--index-version", version)
		b.heldBy(b.path("site/a.png"), providers.GuardGit)
		b.heldBy(b.path("later.png"), providers.GuardGit)
		b.heldBy(b.path("site/b.png"))
	}
}

func TestAnotherSpellingOfATrackedPathIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("Bild/Ä.png", "bytes")
	b.git("root", "init", "--quiet")
	b.git("root", "add", ".")
	b.write("bild/A\u0308.PNG", "bytes")
	b.heldBy(b.path("bild/A\u0308.PNG"), providers.GuardGit)
	b.write("Bild/O.png", "bytes")
	b.heldBy(b.path("Bild/O.png"))
}

// Whatever keeps the index from being read, all files are held, those too that
// Git may not track.
func TestAnIndexThatCannotBeReadHoldsEverything(t *testing.T) {
	for name, spoil := range map[string]func(b *box, index string){
		"split":   func(b *box, _ string) { b.git("root", "update-index", "--split-index") },
		"cut off": func(b *box, index string) { must(b.T, os.Truncate(index, 40)) },
		"empty":   func(b *box, index string) { must(b.T, os.Truncate(index, 0)) },
		"changed": func(b *box, index string) {
			bytes, err := os.ReadFile(index)
			must(b.T, err)
			bytes[20] ^= 1
			must(b.T, os.WriteFile(index, bytes, 0o600))
		},
		"too large": func(b *box, index string) { must(b.T, os.Truncate(index, gitIndexLimit+1)) },
		"a link": func(b *box, index string) {
			must(b.T, os.Rename(index, index+".1"))
			must(b.T, os.Symlink("index.1", index))
		},
		"a folder": func(b *box, index string) {
			must(b.T, os.Remove(index))
			must(b.T, os.Mkdir(index, 0o700))
		},
		"sparse": func(b *box, _ string) {
			b.git("root", "commit", "--quiet", "-m", "first")
			b.git("root", "sparse-checkout", "set", "--cone", "--sparse-index", "nothing")
			b.write("site/b.png", "not tracked")
		},
		"SHA-256": func(b *box, index string) {
			must(b.T, os.Rename(filepath.Dir(index), b.path("old.git")))
			b.git("root", "init", "--quiet", "--object-format=sha256")
			b.git("root", "add", "site/a.png")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.tracks("root")
			spoil(b, b.path(".git/index"))
			b.says(b.heldBy(b.path("site/b.png"), providers.GuardGit), b.path(".git/index"))
			b.heldBy(b.path("site/b.png"), providers.GuardGit)
		})
	}
}

func TestARepositoryThatCannotBeFoundHoldsEverything(t *testing.T) {
	for name, put := range map[string]func(b *box, git string){
		"a link":         func(b *box, git string) { must(b.T, os.Symlink(".", git)) },
		"no place":       func(b *box, git string) { write(b.T, git, "a text") },
		"an empty place": func(b *box, git string) { write(b.T, git, "gitdir: \n") },
		"gone":           func(b *box, git string) { write(b.T, git, "gitdir: ../gone\n") },
		"too long":       func(b *box, git string) { write(b.T, git, "gitdir: "+strings.Repeat("x", 9000)) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.write("a.png", "bytes")
			put(b, b.path(".git"))
			b.says(b.heldBy(b.path("a.png"), providers.GuardGit), b.path(".git"))
		})
	}
}

// A panic of the decoder must not end the program.
func TestTheDecodersPanicIsAnError(t *testing.T) {
	if err := new(gitIndex).decode(panics{}); err == nil {
		t.Error("no error")
	}
}

type panics struct{}

func (panics) Read([]byte) (int, error) { panic("out of range") }
