package gdrive_test

import (
	"testing"

	"sweepd/internal/google"
	"sweepd/providers/gdrive"
	"sweepd/providers/providertest"
)

func TestDriveKeepsEveryPromise(t *testing.T) {
	for name, change := range map[string]func(*gdrive.Options){
		"with paths":    func(o *gdrive.Options) { o.Paths = true },
		"without paths": func(*gdrive.Options) {},
		"trash only":    func(o *gdrive.Options) { o.Use = google.Trash },
		"read only":     func(o *gdrive.Options) { o.Use = google.Look },
	} {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, func(t *testing.T) providertest.Harness {
				w := newWorld(t)
				change(&w.options)
				return harness{w}
			})
		})
	}
}
