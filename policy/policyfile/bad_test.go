package policyfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryMistakeIsRefusedInWordsThatHelp(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 80 {
		t.Fatalf("got %d bad files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := Parse("policy.yaml", src, ParseOptions{Home: home})
			if err == nil {
				t.Fatalf("got a policy, want an error:\n%s", p)
			}
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("got a %T, want an *Error in it", err)
			}
			if e.File != "policy.yaml" || e.Line < 1 || e.Column < 1 || e.Message == "" {
				t.Errorf("got %+v, want a place and a message", e)
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", err.Error()+"\n")
		})
	}
}
