package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// bench measures rows.
type bench struct {
	runs        int    // of each program
	dir         string // of the trees
	before, now string // the programs
	picture     string // a picture with a credential, for the row copies; "": there is none
}

// sweepd returns a command of the build, with a record of its own in t.dir.
func (t trial) sweepd(args ...string) *exec.Cmd {
	return t.in(exec.Command(t.program, args...))
}

// in sets the environment of a program that has t.dir as its home.
func (t trial) in(cmd *exec.Cmd) *exec.Cmd {
	home := t.dir + ".home"
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_DATA_HOME=" + home + "/share",
		"STATE_DIRECTORY=" + home + "/state", "LC_ALL=C.UTF-8",
	}
	return cmd
}

// floor returns a command that measures a floor of the row's tree.
func (t trial) floor(kind string) *exec.Cmd { return exec.Command(self(), "floor", kind, t.tree) }

// self returns the path of this program.
func self() string { return "/proc/self/exe" }

// figures are what one run took.
type figures struct {
	wall, cpu float64 // seconds
	memory    float64 // the most that was resident, in MB
}

// measure runs the row's programs in turn and prints its line.
func (b *bench) measure(r row) error {
	tree, err := b.tree(r.tree)
	if err != nil {
		return err
	}
	kinds := 2
	if r.peer != nil {
		kinds = 3
	}
	got := make([][]figures, kinds)
	for range b.runs {
		for kind := range kinds {
			t := trial{program: []string{b.before, b.now, b.now}[kind], tree: tree, picture: b.picture}
			f, err := t.run(r, kind == 2)
			if err != nil {
				return err
			}
			got[kind] = append(got[kind], f)
		}
	}
	fmt.Println(line(r, got))
	return nil
}

// run prepares and runs one program in a folder of its own.
func (t trial) run(r row, peer bool) (f figures, err error) {
	parent, err := os.MkdirTemp("", "sweepd-bench-*")
	if err != nil {
		return f, err
	}
	// The project has no recursive remove of its own.
	defer func() { err = errors.Join(err, exec.Command("rm", "-rf", parent).Run()) }()
	t.dir = filepath.Join(parent, "dir")
	for _, dir := range []string{t.dir, t.dir + ".home"} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return f, err
		}
	}
	if r.prepare != nil {
		if err := r.prepare(t); err != nil {
			return f, fmt.Errorf("prepare: %w", err)
		}
	}
	cmd := r.command(t)
	if peer {
		cmd = r.peer(t)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return f, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, &said)
	}
	used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	f.wall = time.Since(began).Seconds()
	f.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	// A new process begins with the most that this one had: so trees of files are made by a process of their own.
	f.memory = float64(used.Maxrss) / 1000
	if r.check != nil {
		err = r.check(t)
	}
	return f, err
}

// tree returns the folder with the tree of that kind and makes it unless it is there.
func (b *bench) tree(kind string) (string, error) {
	if kind == "" {
		return "", nil
	}
	dir := filepath.Join(b.dir, kind)
	cmd := exec.Command(self(), "tree", kind, dir)
	cmd.Stderr = os.Stderr
	return dir, cmd.Run()
}

const header = `Medians of the runs: wall time, processor time, memory. The ratios are of runs that followed one
another: median (least to most).

| row | before | now | now : before, wall; processor | floor or peer | now : floor, wall; processor |
|---|---:|---:|---:|---:|---:|`

// line returns the line of a row. got has the figures of the runs before, now and, if there is one, of the peer.
func line(r row, got [][]figures) string {
	cells := []string{r.name, median(got[0]), median(got[1]), ratios(got[1], got[0])}
	if len(got) > 2 {
		cells = append(cells, median(got[2]), ratios(got[1], got[2]))
	} else {
		cells = append(cells, "", "")
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

// median returns the medians of the figures.
func median(all []figures) string {
	wall, _, _ := spread(all, func(i int) float64 { return all[i].wall })
	cpu, _, _ := spread(all, func(i int) float64 { return all[i].cpu })
	memory, _, _ := spread(all, func(i int) float64 { return all[i].memory })
	return fmt.Sprintf("%.3f s; %.3f s; %.0f MB", wall, cpu, memory)
}

// ratios returns the ratios of a to b, run by run.
func ratios(a, b []figures) string {
	wall, low, high := spread(a, func(i int) float64 { return a[i].wall / b[i].wall })
	cpu, least, most := spread(a, func(i int) float64 { return a[i].cpu / b[i].cpu })
	return fmt.Sprintf("%.2f (%.2f to %.2f); %.2f (%.2f to %.2f)", wall, low, high, cpu, least, most)
}

// spread returns the median, the least and the most of what of returns for the runs.
func spread(all []figures, of func(i int) float64) (middle, least, most float64) {
	var values []float64
	for i := range all {
		values = append(values, of(i))
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2, values[0], values[n-1]
}
