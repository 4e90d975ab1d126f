package export_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/export"
)

// lowered keeps a fuzzed reading short.
func lowered(l *export.Limits) { l.Total, l.Spool, l.DirectoryBytes = 8<<20, 8<<20, 1<<20 }

func readFuzzed(t *testing.T, data string) *export.Report {
	t.Helper()
	o := export.Options{Temp: t.TempDir()}
	r, err := export.ReadZipWithin(t.Context(), strings.NewReader(data), int64(len(data)), o, lowered)
	if err != nil {
		t.Fatal(err)
	}
	if n := entries(t, o.Temp); n > 0 {
		t.Errorf("%d temporary files remain", n)
	}
	return r
}

// A naive reading of the same JSON finds the uploads too.
func FuzzConversations(f *testing.F) {
	odd := attached(message("user", "look", pointer(given, nil)), made)
	odd["author"] = nil
	for _, talks := range [][]fields{
		{drawing(thread, made, given)},
		{conversation(thread, message("tool", pointer(made, generation()), pointer(given, nil)))},
		{conversation("2", odd)},
		{},
	} {
		f.Add(text(f, talks))
		f.Add(`{"conversations":` + text(f, talks) + "}")
	}
	f.Add(`[{"mapping":{"a":{"message":{"author":{"role":"user"},` +
		`"content":{"parts":[{"asset_pointer":"a://` + made + `"}]}}}}}]`)
	first, second := picture(f, 1), picture(f, 2)
	f.Fuzz(func(t *testing.T, body string) {
		l := layout{{"conversations.json", body}, {made + ".dat", first}, {given + ".dat", second}}
		r := readFuzzed(t, l.zip(t, zip.Store))
		if r.Complete() && !json.Valid([]byte(body)) {
			t.Error("what is not JSON was read to its end")
		}
		var tree any
		if json.Unmarshal([]byte(body), &tree) != nil || !plain(tree) {
			return
		}
		for _, i := range r.Images {
			if i.Origin != export.Uploaded && uploadedIn(tree, i.ID) {
				t.Errorf("%s is %v, and was uploaded", i.ID, i.Origin)
			}
		}
	})
}

// plain reports whether all keys are in lower case: encoding/json takes others for them as well.
func plain(tree any) bool {
	switch v := tree.(type) {
	case []any:
		for _, e := range v {
			if !plain(e) {
				return false
			}
		}
	case map[string]any:
		for k, e := range v {
			if strings.Trim(k, "abcdefghijklmnopqrstuvwxyz_-0123456789") != "" || !plain(e) {
				return false
			}
		}
	}
	return true
}

// at returns what is below those keys.
func at(tree any, keys ...string) any {
	for _, k := range keys {
		m, _ := tree.(map[string]any)
		tree = m[k]
	}
	return tree
}

// uploadedIn reports whether a message of the user in a conversation of the list in tree shows the picture.
func uploadedIn(tree any, id string) bool {
	list, _ := tree.([]any)
	for _, talk := range list {
		nodes, _ := at(talk, "mapping").(map[string]any)
		for _, n := range nodes {
			parts, _ := at(n, "message", "content", "parts").([]any)
			for _, p := range parts {
				to, _ := at(p, "asset_pointer").(string)
				if at(n, "message", "author", "role") == "user" && strings.HasSuffix(to, "://"+id) {
					return true
				}
			}
		}
	}
	return false
}

// A report that is complete has every picture of the zip.
func FuzzZip(f *testing.F) {
	f.Add([]byte(without(year2025(f), "chat.html").zip(f, zip.Store)))
	f.Add([]byte(year2026(f).zip(f, zip.Deflate)))
	f.Add([]byte(portal(f, zip.Store, 2).zip(f, zip.Store)))
	f.Add([]byte(portal(f, zip.Deflate, 1).zip(f, zip.Deflate)))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := readFuzzed(t, string(data))
		if again := readFuzzed(t, string(data)); !reflect.DeepEqual(images(r), images(again)) {
			t.Errorf("%v, and then %v", images(r), images(again))
		}
		if !r.Complete() {
			return
		}
		z, err := zip.NewReader(strings.NewReader(string(data)), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range z.File {
			if isPNG(file) && images(r)[strings.ToValidUTF8(file.Name, "\uFFFD")] == nil {
				t.Errorf("%q is not among %v", file.Name, images(r))
			}
		}
	})
}

// images returns the images by their paths.
func images(r *export.Report) map[string]*export.Image {
	all := map[string]*export.Image{}
	for i := range r.Images {
		all[r.Images[i].Path] = &r.Images[i]
	}
	return all
}

// isPNG reports whether f is a PNG that an export may have.
func isPNG(f *zip.File) bool {
	r, err := f.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	head, err := io.ReadAll(io.LimitReader(r, 8))
	other := slices.Contains([]string{".json", ".html", ".zip"}, strings.ToLower(path.Ext(f.Name)))
	return err == nil && string(head) == "\x89PNG\r\n\x1a\n" && !other
}
