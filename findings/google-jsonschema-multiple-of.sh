#!/bin/sh
# github.com/google/jsonschema-go v0.4.3, package jsonschema
#
# Expected: "A numeric instance is valid only if division by this keyword's value results in an integer" (JSON Schema
# 2020-12, Validation, 6.2.1): 19.99 is valid against {"multipleOf": 0.01}, and 0.3 against {"multipleOf": 0.1}.
# github.com/santhosh-tekuri/jsonschema/v6 accepts both.
# Behaviour: Validate refuses both: it divides as float64 and requires a remainder of exactly 0. Of the 100 amounts from
# 0.01 to 1.00 it refuses 10 and accepts the others. The message prints a fraction that is nowhere in the document.
# Workaround: integers of the smallest unit, or a validator that calculates with decimal numbers.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.4.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	other "github.com/santhosh-tekuri/jsonschema/v6"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// validate gives the answers of the package and of the other validator.
func validate(schema, document string) (seen, expected error) {
	var parsed jsonschema.Schema
	check(json.Unmarshal([]byte(schema), &parsed))
	resolved, err := parsed.Resolve(nil)
	check(err)
	var value any
	check(json.Unmarshal([]byte(document), &value))

	compiler := other.NewCompiler()
	text, err := other.UnmarshalJSON(strings.NewReader(schema))
	check(err)
	check(compiler.AddResource("schema.json", text))
	compiled, err := compiler.Compile("schema.json")
	check(err)
	number, err := other.UnmarshalJSON(strings.NewReader(document))
	check(err)
	return resolved.Validate(value), compiled.Validate(number)
}

func main() {
	for _, c := range [][2]string{{`{"multipleOf": 0.01}`, "19.99"}, {`{"multipleOf": 0.1}`, "0.3"}} {
		seen, expected := validate(c[0], c[1])
		fmt.Printf("%s of %s: expected valid (santhosh-tekuri: %v), seen: %v\n", c[1], c[0], expected, seen)
	}
	refused, others := 0, 0
	for cents := 1; cents <= 100; cents++ {
		seen, expected := validate(`{"multipleOf": 0.01}`, fmt.Sprintf("%d.%02d", cents/100, cents%100))
		if seen != nil {
			refused++
		}
		if expected != nil {
			others++
		}
	}
	fmt.Printf("refused of the amounts from 0.01 to 1.00: expected 0 (santhosh-tekuri: %d), seen %d\n", others, refused)
	if others != 0 {
		fmt.Println("error: the other validator refuses amounts as well")
		os.Exit(2)
	}
	if refused > 0 {
		fmt.Println("behaviour: multiples of a decimal fraction are refused")
		return
	}
	fmt.Println("changed: all are valid")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/google/jsonschema-go@$version" &&
	go get github.com/santhosh-tekuri/jsonschema/v6@v6.0.3 && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/google/jsonschema-go $version, $(go env GOVERSION)"
./finding
