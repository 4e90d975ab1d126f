package main

import (
	"bufio"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/internal/event"
	"github.com/sweepd/sweepd/journal"
)

// events FILE EVENT...: each line of the file is an event in JSON, as it is listed, and these are among them.
func cmdEvents(ts *testscript.TestScript, _ bool, args []string) {
	seen := map[string]bool{}
	for lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[0]))); lines.Scan(); {
		name, err := eventOf(lines.Bytes())
		if err != "" {
			ts.Fatalf("%s\n%s", err, lines.Text())
		}
		seen[name] = true
	}
	for _, want := range args[1:] {
		if !seen[want] {
			ts.Fatalf("no event %s in\n%s", want, ts.ReadFile(args[0]))
		}
	}
}

// eventOf returns the event of a line, or why it is none.
func eventOf(line []byte) (name, wrong string) {
	var all map[string]any
	if err := json.Unmarshal(line, &all); err != nil {
		return "", err.Error()
	}
	name, _ = all[event.Key].(string)
	kinds := event.Kinds()
	i := slices.IndexFunc(kinds, func(k event.Kind) bool { return k.Name == name })
	if i < 0 {
		return name, "it has no event that is listed"
	}
	for key, value := range all {
		text, _ := value.(string)
		switch {
		case strings.Contains(text, "\n"):
			return name, key + " has more than one line"
		case key == "msg" && text != kinds[i].Message:
			return name, "the message is not that of the event"
		case key == "time" || key == "level" || key == "msg" || key == event.Key:
		case !slices.Contains(kinds[i].Fields, key):
			return name, key + " is not a field of the event"
		}
	}
	if _, err := time.Parse(time.RFC3339Nano, all["time"].(string)); err != nil {
		return name, err.Error()
	}
	return name, ""
}

// leap: the clock of this machine is two days behind, by the record.
func cmdLeap(ts *testscript.TestScript, _ bool, _ []string) {
	j, err := journal.Open(context.Background(), ts.MkAbs("home/.local/state/sweepd/journal.db"),
		journal.Options{Now: time.Now})
	ts.Check(err)
	ts.Check(j.SetClocks(context.Background(), journal.Clock{Wall: time.Now().AddDate(0, 0, 2)}, journal.Clock{}))
	ts.Check(j.Close())
}
