#!/bin/sh
# github.com/nicholas-fedor/shoutrrr v0.13.2, pkg/services/push/ntfy
#
# Expected: a sender is created once and used for many messages, as shoutrrr.CreateSender suggests; each message has the
# title that is passed with it in types.Params.
# Behaviour: every message after the first has the first one's title. ntfy's sendAPI calls Add on the headers of its
# JSON client, a map that lives as long as the service, so the header Title gains a second value at the second message;
# the client sends only the first value. Priority, Tags, Click and the other optional headers behave in the same way. No
# error is reported.
# Workaround: create the sender anew for each message.
#
# Needs go and the Go module proxy; the messages go to a server on loopback.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.13.2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

func main() {
	var titles []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		titles = append(titles, r.Header.Get("Title"))
		fmt.Printf("received: Title %q, text %q\n", r.Header["Title"], text)
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	sender, err := shoutrrr.CreateSender("ntfy://" + strings.TrimPrefix(server.URL, "http://") + "/topic?scheme=http")
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	for _, title := range []string{"3 pictures are in the trash", "ALARM: the disk fails"} {
		fmt.Printf("sent:     Title %q\n", title)
		for _, err := range sender.Send("text of "+title, &types.Params{"title": title}) {
			if err != nil {
				fmt.Println("error:", err)
				os.Exit(2)
			}
		}
	}
	if len(titles) != 2 {
		fmt.Println("error: messages received:", len(titles))
		os.Exit(2)
	}
	if titles[0] == "3 pictures are in the trash" && titles[1] == titles[0] {
		fmt.Println("behaviour: the second message has the first one's title")
		return
	}
	fmt.Println("changed: the second message has a title of its own")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/nicholas-fedor/shoutrrr@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:  github.com/nicholas-fedor/shoutrrr $version, $(go env GOVERSION)"
./finding
