package discovery

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// Check returns the faults of an exchange; none if it is not one of the API's methods.
//
// It checks the query of a request that was served, and then the answer by its status: one of 400 or more must
// have the form of an error, any other the type of the method's response. The bytes of a download are not looked
// at. A request that was refused may have any query: this is what the service refused it for.
func (d *Document) Check(x cloudsim.Exchange) []error {
	id := strings.TrimSuffix(x.Call.Method, ".media")
	m := d.Method(id)
	if m == nil {
		return nil
	}
	var all []error
	bad := func(format string, args ...any) {
		all = append(all, fmt.Errorf(id+": "+format, args...))
	}
	if x.Status < 400 {
		d.parameters(m, x.Request.URL.Query(), bad)
	}
	if x.Request.URL.Query().Get("alt") == "media" && x.Status < 300 ||
		x.Status == http.StatusNoContent && m.Response == nil {
		return all
	}
	var body any
	dec := json.NewDecoder(bytes.NewReader(x.Body))
	dec.UseNumber()
	switch {
	case x.Request.URL.Query().Get("uploadType") == "resumable" && len(x.Body) == 0:
	case !strings.HasPrefix(x.Header.Get("Content-Type"), "application/json"):
		bad("%d is answered as %q", x.Status, x.Header.Get("Content-Type"))
	case dec.Decode(&body) != nil:
		bad("%d is answered with what is no JSON: %.80q", x.Status, x.Body)
	case x.Status >= 400:
		failure(body, x.Status, bad)
	case m.Response == nil:
		bad("is answered with a body")
	default:
		d.value(m.Response.Ref, Property{Ref: m.Response.Ref}, body, bad)
	}
	return all
}

// complaint reports one fault in the manner of fmt.Printf.
type complaint func(format string, args ...any)

// parameters checks the query of a request that was served.
func (d *Document) parameters(m *Method, q url.Values, bad complaint) {
	for name, values := range q {
		p, ok := m.Parameters[name]
		if !ok {
			p, ok = d.Parameters[name]
		}
		if !ok && name != "upload_id" {
			bad("the parameter %s is none of its own, and was served", name)
			continue
		}
		for _, v := range values {
			parameter(name, p, v, bad)
		}
	}
	for name, p := range m.Parameters {
		if p.Required && p.Location == "query" && !q.Has(name) {
			bad("served without the parameter %s", name)
		}
	}
}

// parameter complains about a value that was served although the document excludes it: a boolean that is none, an
// integer outside of minimum and maximum (which the document gives as strings), a value that is not in the
// enumeration.
func parameter(name string, p Property, v string, bad complaint) {
	switch p.Type {
	case "boolean":
		if _, err := strconv.ParseBool(v); err != nil {
			bad("%s=%q was served", name, v)
		}
	case "integer":
		n, err := strconv.Atoi(v)
		low, lowErr := strconv.Atoi(p.Minimum)
		high, highErr := strconv.Atoi(p.Maximum)
		if err != nil || lowErr == nil && n < low || highErr == nil && n > high {
			bad("%s=%q was served", name, v)
		}
	}
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, v) {
		bad("%s=%q was served", name, v)
	}
}

// value compares v with the type in p, and everything below it. at is the path of v for the complaint, such as
// "FileList.files[].size". A field that the schema does not name is a fault: a client could come to rely on it. The
// type any has any value.
func (d *Document) value(at string, p Property, v any, bad complaint) {
	if p.Ref != "" {
		p = d.Schemas[p.Ref]
	}
	if p.Type == "any" && v != nil {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if p.Type != "object" {
			bad("%s: an object, want %s", at, p.Type)
			return
		}
		for name, x := range v {
			below, ok := p.Properties[name]
			if !ok && p.Additional != nil {
				below, ok = *p.Additional, true
			}
			if !ok {
				bad("%s: no field %s", at, name)
				continue
			}
			d.value(at+"."+name, below, x, bad)
		}
	case []any:
		if p.Type != "array" {
			bad("%s: an array, want %s", at, p.Type)
			return
		}
		for _, x := range v {
			d.value(at+"[]", *p.Items, x, bad)
		}
	default:
		leaf(at, p, v, bad)
	}
}

// leaf compares a value that is no object and no array with the type in p. A 64-bit integer must be a string of
// digits and a time an RFC 3339 string: Google's Go client fails on a number where it expects a string. null is
// always a fault, because Google omits a field instead.
func leaf(at string, p Property, v any, bad complaint) {
	var err error
	switch v := v.(type) {
	case string:
		switch {
		case p.Type != "string":
			bad("%s: a string, want %s", at, p.Type)
		case p.Format == "int64":
			_, err = strconv.ParseInt(v, 10, 64)
		case p.Format == "date-time":
			_, err = time.Parse(time.RFC3339, v)
		}
	case json.Number:
		switch {
		case p.Type == "integer":
			_, err = strconv.ParseInt(v.String(), 10, 32)
		case p.Type != "number":
			bad("%s: a number, want %s (%s)", at, p.Type, p.Format)
		}
	case bool:
		if p.Type != "boolean" {
			bad("%s: a boolean, want %s", at, p.Type)
		}
	default:
		bad("%s: null", at)
	}
	if err != nil {
		bad("%s: %v", at, err)
	}
}

// failure checks the form of an error, for which there is no schema:
// https://developers.google.com/workspace/drive/api/guides/handle-errors
func failure(body any, status int, bad complaint) {
	top, _ := body.(map[string]any)
	e, _ := top["error"].(map[string]any)
	errs, _ := e["errors"].([]any)
	if fmt.Sprint(e["code"]) != strconv.Itoa(status) || e["message"] == nil || len(errs) == 0 {
		bad("%d is answered with %v", status, body)
		return
	}
	for _, x := range errs {
		one, _ := x.(map[string]any)
		for _, name := range []string{"domain", "reason", "message"} {
			if s, _ := one[name].(string); s == "" {
				bad("%d has an error without %s: %v", status, name, one)
			}
		}
	}
}
