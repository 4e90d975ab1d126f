#!/bin/sh
# google.golang.org/api v0.311.0
#
# Expected: NullFields names the fields to send as null; "It is an error if a field in this list has a non-empty value"
# (doc.go, NullFields). A key of a map is named as "Properties.key".
# Behaviour: the error is returned for a field, but not for a key of a map. With Properties {"state": "keep"} and
# NullFields ["Properties.state"], the request contains {"properties": {"state": null}}. The value is dropped; Drive
# clears "entries with null values" (drive.File, Properties). No error is reported.
# Workaround: delete the key from the map before it is named in NullFields, or never name a key that has a value.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.311.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"google.golang.org/api/drive/v3"
)

func main() {
	_, err := json.Marshal(&drive.File{Name: "a.png", NullFields: []string{"Name"}})
	fmt.Println("Name and NullFields Name: expected an error, seen:", err)
	if err == nil {
		fmt.Println("changed: a field may have a value and be null")
		os.Exit(1)
	}
	file := &drive.File{Properties: map[string]string{"state": "keep"}, NullFields: []string{"Properties.state"}}
	text, err := json.Marshal(file)
	fmt.Printf("Properties %v and NullFields %v: expected an error, seen: %v\n", file.Properties, file.NullFields, err)
	fmt.Printf("the request: %s\n", text)
	if err == nil && string(text) == `{"properties":{"state":null}}` {
		fmt.Println("behaviour: the value of a key that is also in NullFields is dropped without an error")
		return
	}
	fmt.Println("changed: an error, or another request")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "google.golang.org/api/drive/v3@$version" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: google.golang.org/api $version, $(go env GOVERSION)"
./finding
