package main

import (
	"os"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/sweepd/sweepd/internal/app"
)

// The files for several workers start sweepd as it can be started, with the variables that it reads.
func TestTheFilesForAFleetStartAWorker(t *testing.T) {
	t.Parallel()
	var compose struct {
		Services map[string]struct {
			Image       string
			Command     []string
			Environment map[string]string
			Volumes     []string
		}
		Volumes, Secrets map[string]any
	}
	var kubernetes struct {
		Kind string
		Spec struct {
			Replicas int
			Template struct {
				Spec struct {
					Containers []struct {
						Args          []string
						Env           []struct{ Name string }
						VolumeMounts  []struct{ Name, MountPath string } `yaml:"volumeMounts"`
						LivenessProbe struct {
							Exec struct{ Command []string }
						} `yaml:"livenessProbe"`
					}
					Volumes []struct{ Name string }
				}
			}
		}
	}
	for path, into := range map[string]any{
		"../../deploy/fleet/compose.yaml": &compose, "../../deploy/fleet/kubernetes.yaml": &kubernetes,
	} {
		text, err := os.ReadFile(path)
		if err == nil {
			err = yaml.Unmarshal(text, into)
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	worker, pod := compose.Services["worker"], kubernetes.Spec.Template.Spec
	if worker.Environment[app.DatabaseVariable] == "" || compose.Services["database"].Image == "" {
		t.Errorf("compose: got %+v", compose)
	}
	if kubernetes.Kind != "Deployment" || kubernetes.Spec.Replicas < 2 || len(pod.Containers) != 1 {
		t.Fatalf("kubernetes: got %+v", kubernetes)
	}
	box := pod.Containers[0]
	if !slices.ContainsFunc(box.Env, func(v struct{ Name string }) bool { return v.Name == app.DatabaseVariable }) {
		t.Errorf("kubernetes: no variable %s in %v", app.DatabaseVariable, box.Env)
	}
	for _, mount := range box.VolumeMounts {
		if !slices.Contains(pod.Volumes, struct{ Name string }{mount.Name}) {
			t.Errorf("kubernetes: there is no volume %q", mount.Name)
		}
	}
	for _, args := range [][]string{worker.Command, box.Args, box.LivenessProbe.Exec.Command[1:]} {
		cmd, rest, err := (&program{term: &terminal{}}).root().Find(args)
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err != nil || !cmd.Runnable() {
			t.Errorf("%q is no command: %v", args, err)
		}
	}
}
