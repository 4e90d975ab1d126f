#!/bin/sh
# github.com/coreos/go-systemd/v22 v22.7.0
#
# Expected: DeserializeOptions "parses a systemd unit file into a list of UnitOptions". A comment after a line that ends
# in a backslash "is ignored, so the continued line is concatenated with whatever follows the comment block"
# (systemd.syntax(7), which has the first file below as its example). systemd-analyze reads it this way.
# Behaviour: the comment is taken for the rest of the value, and the value ends there. The line after it is read as an
# option: the manual's example is refused, and if that line has the form of an option, it becomes one without an error.
# Workaround: remove the lines that begin with # or ; before the unit is parsed.
#
# Needs go and the Go module proxy, apt-get, dpkg and the Debian 12 archive; systemd-analyze 252 reads a unit as well.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v22.7.0
systemd=252.39-1~deb12u2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > manual.conf <<'UNIT'
[Section C]
KeyThree=value 3\
# this line is ignored
; this line is ignored too
       value 3 continued
UNIT
cat > example.service <<'UNIT'
[Service]
ExecStart=/nonexistent/program \
# --verbose
--folder=/nonexistent
UNIT
cat > reference.service <<'UNIT'
[Service]
ExecStart=\
# /nonexistent/first
/nonexistent/program
UNIT
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/coreos/go-systemd/v22/unit"
)

// options gives the options of a file as name=value, or the error.
func options(path string) string {
	file, err := os.Open(path)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	defer file.Close()
	parsed, err := unit.DeserializeOptions(file)
	if err != nil {
		return "error: " + err.Error()
	}
	all := ""
	for _, option := range parsed {
		all += fmt.Sprintf("[%s=%s]", option.Name, option.Value)
	}
	return all
}

func main() {
	manual, example := options("manual.conf"), options("example.service")
	fmt.Printf("manual.conf\n  expected [KeyThree=value 3 value 3 continued]\n  seen     %q\n", manual)
	fmt.Println("example.service\n  expected [ExecStart=/nonexistent/program --folder=/nonexistent]")
	fmt.Printf("  seen     %q\n", example)
	if manual == "error: unexpected newline encountered while parsing option name" &&
		example == "[ExecStart=/nonexistent/program \\\n# --verbose][--folder=/nonexistent]" {
		fmt.Println("behaviour: a comment ends the value, and the line after it is another option")
		return
	}
	fmt.Println("changed: the comment is read otherwise")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/coreos/go-systemd/v22@$version" && go build -o finding . &&
	apt-get download "systemd=$systemd" "libsystemd-shared=$systemd" &&
	for package in *.deb; do dpkg-deb -x "$package" root; done ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/coreos/go-systemd/v22 $version, $(go env GOVERSION), systemd $systemd"
LD_LIBRARY_PATH=$(dirname "$(find "$dir/root" -name 'libsystemd-shared-*.so')")
export LD_LIBRARY_PATH
root/usr/bin/systemd-analyze verify --man=no ./reference.service >reference 2>&1 || true
echo "systemd-analyze on reference.service: $(cat reference)"
if ! grep -q 'Command /nonexistent/program is not executable' reference; then
	echo "error: systemd reads the comment otherwise"
	exit 2
fi
./finding
