// Command bench measures two builds of sweepd in turn, and a floor or another program beside them.
//
//	bench [-n RUNS] [-dir DIR] [-picture FILE] BEFORE NOW [ROW...]
//	bench tree mixed|tiny DIR
//	bench floor stat|head DIR
//
// Each run is a whole process, of which the kernel's own account is taken. A machine that others use too has no quiet
// minute; so the figures to quote are the ratios of runs that followed one another. bench/run builds the two programs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 3 && args[0] == "tree" {
		return makeTree(args[1], args[2])
	}
	if len(args) == 3 && args[0] == "floor" {
		return floor(args[1], args[2])
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	n := flags.Int("n", 9, "runs of each program")
	dir := flags.String("dir", "", "the folder for the trees of files, which are kept")
	picture := flags.String("picture", "", "a picture with a verified credential, for the row copies")
	list := flags.Bool("list", false, "list the rows")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *list {
		for _, r := range rows {
			fmt.Printf("%-12s %s\n", r.name, r.about)
		}
		return nil
	}
	if flags.NArg() < 2 || *n < 1 {
		return errors.New("two programs are needed: BEFORE NOW")
	}
	if *dir == "" {
		return errors.New("-dir is needed")
	}
	b := &bench{runs: *n, dir: *dir, picture: *picture}
	for i, program := range []*string{&b.before, &b.now} {
		var err error
		if *program, err = filepath.Abs(flags.Arg(i)); err != nil {
			return err
		}
	}
	fmt.Println(header)
	for _, r := range rows {
		if named := flags.Args()[2:]; len(named) > 0 && !slices.Contains(named, r.name) {
			continue
		}
		if r.picture && b.picture == "" {
			fmt.Fprintln(os.Stderr, "left out, because it needs -picture:", r.name)
			continue
		}
		if err := b.measure(r); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}
