package main

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
)

// browse opens an address in the user's browser and does not wait for it. Other users can see the address in the list
// of processes, so it has nothing secret in it. It returns an error if no browser can be started; the caller then
// prints the address. A browser that starts and shows nothing is not noticed, so callers print the address in any case.
// The browser outlives ctx and the program.
func (p *program) browse(ctx context.Context, address string) error {
	args := map[string][]string{
		"darwin":  {"open"},
		"windows": {"rundll32", "url.dll,FileProtocolHandler"},
	}[runtime.GOOS]
	if args == nil {
		if p.getenv("DISPLAY") == "" && p.getenv("WAYLAND_DISPLAY") == "" && p.getenv("BROWSER") == "" {
			return errors.New("there is no display")
		}
		args = []string{"xdg-open"} // freedesktop.org; it honors BROWSER
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), args[0], append(args[1:], address)...)
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
