#!/bin/sh
# github.com/invopop/jsonschema v0.14.0
#
# Expected: the package "can be used to generate JSON Schemas from Go types through reflection" (README) and reads the
# tags of encoding/json, so the output of encoding/json for a value is valid against the schema of the value's type.
# Behaviour: two types of field are described in a form that encoding/json never writes. A json.Number is written as a
# JSON number; the schema has "type": "string", after its kind in Go. The keys of a map[int]T may be negative ("-1");
# the schema has "patternProperties": {"^[0-9]+$": ...} and "additionalProperties": false. No error is reported.
# Workaround: write the schema of such a field by hand (JSONSchemaExtend, or a Mapper in the Reflector).
#
# Needs go and the Go module proxy; github.com/santhosh-tekuri/jsonschema/v6 validates the documents.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.14.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

type price struct {
	Amount json.Number `json:"amount"`
}

type shelf struct {
	Floors map[int]string `json:"floors"`
}

// refuses reports whether the schema of the value's type refuses the value's JSON.
func refuses(value any) bool {
	text, err := json.Marshal(value)
	check(err)
	schema, err := json.Marshal((&jsonschema.Reflector{Anonymous: true, ExpandedStruct: true}).Reflect(value))
	check(err)
	fmt.Printf("type:     %T\nJSON:     %s\nschema:   %s\n", value, text, schema)
	parsed, err := validator.UnmarshalJSON(bytes.NewReader(schema))
	check(err)
	compiler := validator.NewCompiler()
	check(compiler.AddResource("schema.json", parsed))
	compiled, err := compiler.Compile("schema.json")
	check(err)
	document, err := validator.UnmarshalJSON(bytes.NewReader(text))
	check(err)
	err = compiled.Validate(document)
	fmt.Printf("expected: valid\nseen:     %v\n", err)
	return err != nil
}

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func main() {
	if refuses(shelf{Floors: map[int]string{1: "first floor"}}) {
		fmt.Println("error: the schema refuses a map without negative keys as well")
		os.Exit(2)
	}
	number := refuses(price{Amount: "1.5"})
	keys := refuses(shelf{Floors: map[int]string{-1: "cellar"}})
	if number && keys {
		fmt.Println("behaviour: the schema of a json.Number and of a map[int] refuses their own JSON")
		return
	}
	fmt.Println("changed: json.Number refused:", number, "negative keys refused:", keys)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/invopop/jsonschema@$version" &&
	go get github.com/santhosh-tekuri/jsonschema/v6@v6.0.3 && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:  github.com/invopop/jsonschema $version, $(go env GOVERSION)"
./finding
