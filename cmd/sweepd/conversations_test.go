package main

import (
	"context"
	"crypto/sha256"
	"os"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// learnt CONVERSATION TITLE DAY FILE...: a data export was learnt that has the files as pictures that ChatGPT made in
// that conversation on that day of August 2026.
func cmdLearnt(ts *testscript.TestScript, _ bool, args []string) {
	paths, err := app.FindPaths(ts.Getenv)
	ts.Check(err)
	j, err := journal.Open(context.Background(), paths.Journal(), journal.Options{Now: time.Now})
	ts.Check(err)
	day, err := strconv.Atoi(args[2])
	ts.Check(err)
	var pictures []known.Picture
	for _, name := range args[3:] {
		content, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		pictures = append(pictures, known.Picture{
			Origin: known.Generated, Size: int64(len(content)),
			Hashes:       providers.Hashes{SHA256: sha256.Sum256(content)},
			Conversation: args[0], Title: args[1], Made: time.Date(2026, 8, day, 12, 0, 0, 0, time.UTC),
		})
	}
	from := known.Source{Kind: known.Export, Path: ts.MkAbs(args[0]), Complete: true, Generated: len(pictures)}
	_, err = j.Learn(context.Background(), from, pictures)
	ts.Check(err)
	ts.Check(j.Close())
}
