package export_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/export"
)

// raw returns the files of year2025 in a zip, and one more with that header and body as they are.
func raw(t testing.TB, h zip.FileHeader, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range year2025(t) {
		to, err := w.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write([]byte(f.body)); err != nil {
			t.Fatal(err)
		}
	}
	to, err := w.CreateRaw(&h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// mode returns a header with a file mode.
func mode(name string, m fs.FileMode) zip.FileHeader {
	h := zip.FileHeader{Name: name}
	h.SetMode(m)
	return h
}

func TestAZipThatCannotBeTrustedIsAProblem(t *testing.T) {
	t.Parallel()
	sized := func(h zip.FileHeader, packed, size uint64) zip.FileHeader {
		h.CompressedSize64, h.UncompressedSize64 = packed, size
		return h
	}
	whole := year2025(t).zip(t, zip.Store)
	empty := layout{}.zip(t, zip.Store)
	outer := layout{{"0.zip", empty}, {"Conversations__1.zip", whole}, {"Ads__1.zip", whole}}.zip(t, zip.Store)
	end := strings.Index(outer, whole) + len(whole)
	damaged := strings.Replace(whole, picture(t, 1), picture(t, 3), 1)
	for what, c := range map[string]struct {
		zip  string
		want export.Fault
		path string
	}{
		"nothing":              {"", export.ErrNotZip, ""},
		"another file":         {strings.Repeat("no zip ", 100), export.ErrNotZip, ""},
		"truncated":            {whole[:len(whole)*2/3], export.ErrTruncated, ""},
		"without its end":      {whole[:len(whole)-1], export.ErrTruncated, ""},
		"truncated in front":   {whole[30:], export.ErrNotZip, ""},
		"something in front":   {"#!/bin/sh\n" + whole, export.ErrNotZip, ""},
		"a zip at its new end": {outer[:end], export.ErrTruncated, ""},
		"an empty zip at its new end": {
			outer[:strings.Index(outer, "PK\x05\x06")+len(empty)], export.ErrTruncated, "",
		},
		"a zip near its new end": {outer[:end+40], export.ErrTruncated, ""},
		"a name upward":          {raw(t, mode("../escape.png", 0o644), ""), export.ErrName, "../escape.png"},
		"upward, inside":         {raw(t, mode("a/../../escape.png", 0o644), ""), export.ErrName, "a/../../escape.png"},
		"absolute":               {raw(t, mode("/etc/escape.png", 0o644), ""), export.ErrName, "/etc/escape.png"},
		"absolute, Windows":      {raw(t, mode("c:escape.png", 0o644), ""), export.ErrName, "c:escape.png"},
		"backslashes":            {raw(t, mode(`..\escape.png`, 0o644), ""), export.ErrName, `..\escape.png`},
		"a folder upward":        {raw(t, mode("../", fs.ModeDir|0o755), ""), export.ErrName, "../"},
		"a link":                 {raw(t, mode("link.png", fs.ModeSymlink|0o777), "/etc"), export.ErrLink, "link.png"},
		"a device":               {raw(t, mode("device.png", fs.ModeDevice|0o777), ""), export.ErrLink, "device.png"},
		"a second file":          {raw(t, mode("chat.html", 0o644), "[]"), export.ErrDuplicate, "chat.html"},
		"encrypted": {
			raw(t, zip.FileHeader{Name: "x.png", Flags: 1}, "abc"), export.ErrEncrypted, "x.png",
		},
		"another method": {
			raw(t, zip.FileHeader{Name: "x.png", Method: 9}, "abc"), export.ErrUnreadable, "x.png",
		},
		"other bytes": {damaged, export.ErrUnreadable, "user-0000/" + made + "-" + uuid + ".png"},
		"larger than it states": {
			raw(t, sized(mode("x.png", 0o644), 8, 1<<40), "\x89PNG\r\n\x1a\n"), export.ErrTooLarge, "x.png",
		},
		"an impossible size": {
			raw(t, sized(mode("x.png", 0o644), 8, 1<<63), "\x89PNG\r\n\x1a\n"), export.ErrTooLarge, "x.png",
		},
		"smaller than it states": {
			raw(t, sized(mode("x.png", 0o644), 8, 100), "\x89PNG\r\n\x1a\n"), export.ErrUnreadable, "x.png",
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			faulty(t, readZip(t, c.zip), c.want, c.path)
		})
	}
}

// faulty checks that r has one problem, want at path, and is not complete.
func faulty(t testing.TB, r *export.Report, want export.Fault, path string) {
	t.Helper()
	if r.Complete() || len(r.Problems) != 1 {
		t.Fatalf("problems: %v, want one, %v", r.Problems, want)
	}
	if p := r.Problems[0]; !errors.Is(p, want) || p.Path != path || !strings.Contains(p.Error(), string(want)) {
		t.Errorf("problem at %q: %v, want %v at %q", p.Path, p.Err, want, path)
	}
}

func TestJSONOfAnotherFormIsAProblem(t *testing.T) {
	t.Parallel()
	const talks = "conversations.json"
	good := text(t, drawing(thread, made, given))
	for what, c := range map[string]struct{ name, body string }{
		"empty":                       {talks, ""},
		"an object":                   {talks, `{"mapping":{}}`},
		"an object with another list": {talks, `{"items":[]}`},
		"a string":                    {talks, `"conversations"`},
		"null":                        {talks, "null"},
		"truncated":                   {talks, "[" + good[:len(good)-9]},
		"truncated after one":         {talks, "[" + good},
		"more after the end":          {talks, "[" + good + "] []"},
		"garbage after the end":       {talks, "[" + good + "] x"},
		"not JSON":                    {talks, "[" + good + ", {x}]"},
		"a conversation of null":      {talks, "[null]"},
		"a list of lists":             {talks, "[[" + good + "]]"},
		"no messages":                 {talks, `[{"id":"1","title":"x"}]`},
		"messages in a list":          {talks, `[{"id":"1","mapping":[]}]`},
		"a title of another form":     {talks, strings.Replace("["+good+"]", `"Harbour at dawn"`, "{}", 1)},
		"a role of another form":      {talks, strings.Replace("["+good+"]", `"role":"user"`, `"role":["user"]`, 1)},
		"a content of another form":   {talks, `[{"mapping":{"a":{"message":{"content":"text"}}}}]`},
		"parts of another form":       {talks, `[{"mapping":{"a":{"message":{"content":{"parts":"text"}}}}}]`},
		"a pointer of another form": {
			talks, `[{"mapping":{"a":{"message":{"content":{"parts":[{"asset_pointer":1}]}}}}}]`,
		},
		"attachments of another form": {talks, `[{"mapping":{"a":{"message":{"metadata":{"attachments":{}}}}}}]`},
		"an attachment of another form": {
			talks, `[{"mapping":{"a":{"message":{"metadata":{"attachments":["` + made + `"]}}}}}]`,
		},
		"sanitized of another form": {
			talks, `[{"mapping":{"a":{"message":{"content":{"parts":[{"metadata":{"sanitized":"yes"}}]}}}}}]`,
		},
		"a library of an object": {"library_files.json", `{}`},
		"a library of strings":   {"library_files.json", `["x"]`},
		"names in a list":        {"conversation_asset_file_names.json", `[]`},
		"a name of a number":     {"conversation_asset_file_names.json", `{"x":1}`},
		"a manifest of a list":   {"export_manifest.json", `[]`},
		"a later manifest":       {"export_manifest.json", `{"version":2}`},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l := without(year2025(t), c.name).with(file{c.name, c.body})
			r := l.readFolder(t)
			if r.Complete() || !errors.Is(r.Problems[0], export.ErrMalformed) || r.Problems[0].Path != c.name {
				t.Errorf("problems %v, want %v", r.Problems, export.ErrMalformed)
			}
			if len(r.Images) != 2 {
				t.Errorf("%d images, although the files after it can be read", len(r.Images))
			}
		})
	}
}

// A message that is not understood must not hide an upload that it shows.
func TestTheRestOfAMalformedMessageCounts(t *testing.T) {
	t.Parallel()
	odd := attached(message("user", pointer(given, nil)), given)
	odd["content"].(fields)["content_type"] = 1
	odd["author"].(fields)["name"] = fields{}
	odd["metadata"].(fields)["attachments"] = []any{1, fields{"id": 2}, fields{"id": made}}
	r := layout{
		{"conversations.json", text(t, []fields{
			conversation(thread, odd), conversation("next", message("tool", pointer(made, generation()))),
		})},
		{made + ".dat", picture(t, 1)},
		{given + ".dat", picture(t, 2)},
	}.read(t)
	faulty(t, r, export.ErrMalformed, "conversations.json")
	for _, i := range r.Images {
		if i.Origin != export.Uploaded {
			t.Errorf("%s is %v", i.Path, i.Origin)
		}
	}
}

func TestAPartThatIsAbsentIsAProblem(t *testing.T) {
	t.Parallel()
	parts := layout{
		{"Conversations__1-part-0001.zip", year2025(t).zip(t, zip.Store)},
		{"Conversations__1-part-0003.zip", layout{{"file_3.dat", picture(t, 3)}}.zip(t, zip.Store)},
	}
	const last = "conversations-001.json"
	whole := year2026(t)
	const dir = "Conversations__1-part-0001.zip/"
	cut := layout{{"Conversations__1-part-0001.zip", without(whole, last).zip(t, zip.Store)}}
	bare := without(whole, "export_manifest.json")
	for what, c := range map[string]struct {
		l    layout
		path string
		want export.Fault
	}{
		"no file":                    {layout{}, "", export.ErrNoConversations},
		"no conversations":           {without(year2025(t), "conversations.json"), "", export.ErrNoConversations},
		"a shard in the manifest":    {without(whole, last), last, export.ErrMissing},
		"the library":                {without(whole, "library_files.json"), "library_files.json", export.ErrMissing},
		"a shard without a manifest": {without(bare, "conversations-000.json"), "", export.ErrMissing},
		"a part":                     {parts, "", export.ErrMissing},
		"the part with a shard":      {cut, dir + last, export.ErrMissing},
		"a shard among the person's own files": {
			cut.with(file{"Files__1.zip", layout{{last, "[]"}}.zip(t, zip.Store)}), dir + last, export.ErrMissing,
		},
		"a shard in a folder": {without(whole, last).within("x/"), "x/" + last, export.ErrMissing},
		"a shard that another export has": {
			without(whole, last).within("x/").with(whole.within("y/")...), "x/" + last, export.ErrMissing,
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			faulty(t, c.l.read(t), c.want, c.path)
		})
	}
	if r := parts[:1].read(t); !r.Complete() {
		t.Errorf("that there are more parts cannot be known: %v", r.Problems)
	}
}

// A manifest may give the parts any names.
func TestAManifestNamesThePartsOfTheConversations(t *testing.T) {
	t.Parallel()
	r := layout{
		{"export_manifest.json", `{"version":1,"logical_files":{"conversations.json":{"files":["talks-a.json"]}}}`},
		{"talks-a.json", text(t, []fields{drawing(thread, made, given)})},
		{made + ".dat", picture(t, 1)},
		{given + ".dat", picture(t, 2)},
	}.read(t)
	if !r.Complete() || len(r.Images) != 2 {
		t.Fatalf("%d images, %v", len(r.Images), r.Problems)
	}
	judge(t, r)
}

// Zips that a person gave to ChatGPT may have conversations of another account.
func TestAnAttachedZipIsNotOpened(t *testing.T) {
	t.Parallel()
	foreign := layout{
		{"conversations.json", text(t, []fields{conversation("x", message("tool", pointer(given, generation())))})},
		{"file_1.dat", picture(t, 9)},
	}.zip(t, zip.Store)
	for what, l := range map[string]layout{
		"in an export": year2025(t).with(file{"file_2-foreign.zip", foreign}),
		"in a part":    {{"Conversations__1.zip", year2025(t).with(file{"foreign.zip", foreign}).zip(t, zip.Store)}},
		"in the files": portal(t, zip.Store, 1).with(
			file{"Files__2.zip", layout{{"foreign.zip", foreign}, {"conversations-009.json", "[]"}}.zip(t, zip.Store)},
		),
	} {
		r := l.read(t)
		if !r.Complete() || len(r.Images) != 2 {
			t.Errorf("%s: %d images, %v", what, len(r.Images), r.Problems)
		}
	}
}

func TestADamagedPartIsAProblem(t *testing.T) {
	t.Parallel()
	inner := year2026(t).zip(t, zip.Store)
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		l := layout{
			{"Conversations__1.zip", year2025(t).zip(t, method)}, {"Conversations__2.zip", inner[:len(inner)/2]},
		}
		faulty(t, readZip(t, l.zip(t, method)), export.ErrTruncated, "Conversations__2.zip")
	}
}
