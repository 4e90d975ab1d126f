package export_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/export"
)

// layout is the files of an export, in order.
type layout []file

type file struct{ name, body string }

// within returns the files in a folder, or with any other text before their names.
func (l layout) within(prefix string) (all layout) {
	for _, f := range l {
		all = append(all, file{prefix + f.name, f.body})
	}
	return all
}

// with returns the files, and others.
func (l layout) with(more ...file) layout { return append(l[:len(l):len(l)], more...) }

// zip returns the files in a zip, compressed by a method.
func (l layout) zip(t testing.TB, method uint16) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range l {
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write([]byte(f.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// folder returns the files in a folder.
func (l layout) folder(t testing.TB) *os.Root {
	t.Helper()
	dir := t.TempDir()
	for _, f := range l {
		at := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(f.body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// readZip reads the zip in text.
func readZip(t testing.TB, text string) *export.Report {
	t.Helper()
	r, err := export.ReadZip(t.Context(), strings.NewReader(text), int64(len(text)), export.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// read reads the files, in a zip.
func (l layout) read(t testing.TB) *export.Report {
	t.Helper()
	return readZip(t, l.zip(t, zip.Store))
}

// readFolder reads the files in a folder.
func (l layout) readFolder(t testing.TB) *export.Report {
	t.Helper()
	r, err := export.ReadFolder(t.Context(), l.folder(t), export.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// picture returns a PNG of one point, another one for each n.
func picture(t testing.TB, n int) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	img.Set(0, 0, color.NRGBA{R: uint8(n), G: uint8(n >> 8), A: 255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The ids of the pictures in the layouts, of 2026 and of 2023.
const (
	made, given       = "file_00000000aaaa7222bbbb000000000001", "file_00000000aaaa7222bbbb000000000002"
	oldMade, oldGiven = "file-Made0000000000000000001A", "file-Given000000000000000002B"
	uuid              = "11111111-2222-4333-8444-555555555555"
)

// fields are the fields of a JSON object.
type fields map[string]any

func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// pointer returns the part of a message that shows a picture.
func pointer(id string, metadata any) fields {
	scheme := "sediment://"
	if strings.HasPrefix(id, "file-") {
		scheme = "file-service://"
	}
	return fields{
		"content_type": "image_asset_pointer", "asset_pointer": scheme + id, "size_bytes": 1234, "width": 1024,
		"height": 1024, "metadata": metadata,
	}
}

// generation returns the metadata of a generated picture.
func generation() fields {
	return fields{
		"dalle": fields{"gen_id": "gen-1", "prompt": "a harbour", "seed": 1, "parent_gen_id": nil},
		"generation": fields{
			"gen_id": "gen-1", "gen_size": "image", "transparent_background": false,
		},
		"sanitized": false, "watermarked_asset_pointer": nil,
	}
}

// message returns a message of a role with parts.
func message(role string, parts ...any) fields {
	return fields{
		"id": "message", "author": fields{"role": role, "name": nil, "metadata": fields{}},
		"create_time": 1_760_000_000.25, "metadata": fields{"can_save": true},
		"content": fields{"content_type": "multimodal_text", "parts": parts},
	}
}

// attached returns m with attachments.
func attached(m fields, ids ...string) fields {
	var all []fields
	for _, id := range ids {
		all = append(all, fields{"id": id, "name": "photo.png", "size": 12, "mime_type": "image/png"})
	}
	m["metadata"] = fields{"attachments": all}
	return m
}

// conversation returns a conversation with these messages, each on a branch of its own.
func conversation(id string, messages ...fields) fields {
	nodes := fields{"root": fields{"id": "root", "message": nil, "parent": nil, "children": []string{}}}
	for i, m := range messages {
		nodes[fmt.Sprint("node-", i)] = fields{"id": fmt.Sprint("node-", i), "message": m, "parent": "root"}
	}
	return fields{
		"title": "Harbour at dawn", "create_time": 1_759_999_000.5, "update_time": nil, "mapping": nodes,
		"current_node": "root", "conversation_id": id, "id": "another", "plugin_ids": nil, "is_archived": false,
	}
}

// drawing returns a conversation in which the picture given is uploaded and made is generated.
func drawing(id, made, given string) fields {
	return conversation(id, attached(message("user", pointer(given, nil), "draw it"), given),
		message("assistant", "Here it is."), message("tool", pointer(made, generation())))
}

// thread is the id of the conversation in the layouts.
const thread = "68e0c0de-0000-8000-9000-000000000001"

// common are files that are not read.
func common() layout {
	return layout{
		{"chat.html", "<html>not read</html>"},
		{"user.json", `{"id":"user-1"}`},
		{"message_feedback.json", "[]"},
		{"shared_conversations.json", "[]"},
		{uuid + "/audio/file_000000000000000000000000000000aa-x.wav", "RIFF"},
	}
}

// year2023 is one zip, in which folders and names distinguish the pictures.
func year2023(t testing.TB) layout {
	talk := drawing(thread, oldMade, oldGiven)
	delete(talk, "conversation_id")
	talk["id"] = thread
	return common().with(
		file{"conversations.json", text(t, []fields{talk})},
		file{"dalle-generations/" + oldMade + "-" + uuid + ".webp", picture(t, 1)},
		file{oldGiven + "-holiday.png", picture(t, 2)},
	)
}

// year2025 has the pictures in the folder of a user.
func year2025(t testing.TB) layout {
	return common().with(
		file{"conversations.json", text(t, []fields{drawing(thread, made, given)})},
		file{"user-0000/" + made + "-" + uuid + ".png", picture(t, 1)},
		file{given + "-sanitized.png", picture(t, 2)},
	)
}

// year2026 has shards, a library and a manifest. Its messages show only the upload.
func year2026(t testing.TB) layout {
	shards := []string{"conversations-000.json", "conversations-001.json"}
	talk := conversation(thread, attached(message("user", pointer(given, nil)), given))
	return common().with(
		file{"export_manifest.json", text(t, fields{
			"version": 1, "manifest_file": "export_manifest.json", "export_files": []string{"chat.html"},
			"logical_files": fields{
				"conversations.json": fields{"files": shards, "sharded": true},
				"library_files.json": fields{"files": []string{"library_files.json"}, "sharded": false},
			},
		})},
		file{shards[0], text(t, []fields{conversation("68e0c0de-0000-8000-9000-000000000002")})},
		file{shards[1], text(t, []fields{talk})},
		file{"library_files.json", text(t, []fields{
			libraryEntry(made, "gen-1"), libraryEntry("file_00000000aaaa7222bbbb0000000000ff", nil),
		})},
		file{"conversation_asset_file_names.json", text(t, fields{
			made + ".dat": "Harbour at dawn.png", given + ".dat": "holiday.png",
		})},
		file{made + ".dat", picture(t, 1)}, file{given + ".dat", picture(t, 2)},
		file{"file_00000000aaaa7222bbbb0000000000ff.dat", "%PDF-1.7 not a picture"},
	)
}

// libraryEntry is an entry of library_files.json.
func libraryEntry(id string, generation any) fields {
	return fields{
		"id": fields{"id": "libfile_1"}, "file_id": id, "file_name": "Harbour at dawn.png", "mime_type": "image/png",
		"file_size_bytes": 96138, "library_file_category": "image", "library_artifact_type": "image",
		"image_gen_generation_id": generation, "origination_thread_id": thread, "origination_message_id": "hidden",
		"created_at": "2025-10-09T08:53:20.25+00:00", "client_sha256_digest": nil,
	}
}

// portal is the zip of the privacy portal: the files of year2026 in one zip inside it, or in two.
func portal(t testing.TB, method uint16, parts int) layout {
	all := year2026(t)
	const stem = "User Online Activity/Conversations__0123abcd-chatgpt-0001"
	outer := layout{{"report.html", "<html></html>"}}
	if parts == 1 {
		outer = outer.with(file{stem + ".zip", all.zip(t, method)})
	} else {
		half := slices.IndexFunc(all, func(f file) bool { return f.name == "conversations-001.json" })
		outer = outer.with(file{stem + "-part-0001.zip", all[:half].zip(t, method)},
			file{stem + "-part-0002.zip", all[half:].zip(t, method)})
	}
	// The files of a person's own are not the export's conversations.
	mine := layout{
		{"conversations.json", "their own"}, {"export_manifest.json", "their own"}, {"notes.zip", "never opened"},
	}
	return outer.with(file{"User Online Activity/Files__0123abcd-files-0001.zip", mine.zip(t, method)},
		file{"User Online Activity/Ads__0123abcd-ads-0001.zip", layout{{"ads.json", "[]"}}.zip(t, method)})
}
