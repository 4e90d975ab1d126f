#!/bin/sh
# github.com/coreos/go-systemd/v22 v22.7.0, package unit
#
# Expected: UnitNameUnescape "unescapes a string as `systemd-escape --unescape` would" and UnitNamePathUnescape does the
# same for a path (doc comments in unit/escape.go), so both return the input of UnitNameEscape and UnitNamePathEscape.
# Behaviour: an escaped byte of 0x80 or more stays as it is, as the four characters \xc3. The code parses the two
# hexadecimal digits with strconv.ParseInt(digits, 16, 8), whose range ends at 0x7f, and leaves the text unchanged if
# that fails. No error is reported: the path of a mount unit whose name has a letter beyond ASCII names another file. A
# tab is escaped as \x9, with one digit, while systemd-escape writes \x09; the next character is then read as the second
# digit.
# Workaround: unescape with strconv.ParseUint, or call systemd-escape.
#
# Needs go and the Go module proxy; if systemd-escape is installed, the script calls it too.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v22.7.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/coreos/go-systemd/v22/unit"
)

func main() {
	const path, tabbed = "/home/zoë/Bilder", "a\tb"
	escaped := unit.UnitNamePathEscape(path)
	back := unit.UnitNamePathUnescape(escaped)
	fmt.Printf("path:        %s\n", path)
	fmt.Printf("escaped:     %s\n", escaped)
	fmt.Printf("expected:    %s\n", path)
	fmt.Printf("seen:        %s\n", back)
	short := unit.UnitNameEscape(tabbed)
	wrong := unit.UnitNameUnescape(short)
	fmt.Printf("a, tab, b:   escaped %s, expected a\\x09b\n", short)
	fmt.Printf("             unescaped %q, expected %q\n", wrong, tabbed)
	if _, err := exec.LookPath("systemd-escape"); err == nil {
		out, err := exec.Command("systemd-escape", "--unescape", "--path", escaped).Output()
		if err != nil {
			fmt.Println("error: systemd-escape:", err)
			os.Exit(2)
		}
		tab, err := exec.Command("systemd-escape", tabbed).Output()
		if err != nil {
			fmt.Println("error: systemd-escape:", err)
			os.Exit(2)
		}
		fmt.Printf("systemd-escape: %s and %s\n", strings.TrimSpace(string(out)), strings.TrimSpace(string(tab)))
	}
	if back == `/home/zo\xc3\xab/Bilder` && short == `a\x9b` && wrong != tabbed {
		fmt.Println("behaviour: an escaped byte of 0x80 or more stays escaped, a tab is escaped with one digit")
		return
	}
	fmt.Println("changed: the path or the tab comes back")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/coreos/go-systemd/v22@$version" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:     github.com/coreos/go-systemd/v22 $version, $(go env GOVERSION)"
./finding
