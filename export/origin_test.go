package export_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/sweepd/sweepd/export"
)

// The forms are those of exports from 2023 to 2026.
func TestWhatAMessageSaysAboutAPicture(t *testing.T) {
	t.Parallel()
	sediment := func(m fields, to string) fields { m["asset_pointer"] = to; return m }
	named := func(m fields, name string) fields { m["author"].(fields)["name"] = name; return m }
	talk := func(m ...fields) []fields { return m }
	page := "sediment://ab12#" + made + "#p_1.png"
	chart := message("tool", "done")
	image := fields{"message_type": "image", "image_url": "file-service://" + made}
	chart["metadata"] = fields{"aggregate_result": fields{"messages": []fields{image}}}
	for what, c := range map[string]struct {
		m    []fields
		want export.Origin
	}{
		"nothing": {nil, export.Unknown},
		"DALL·E in 2023": {
			talk(named(shown("tool", fields{"dalle": fields{"gen_id": "g"}}), "dalle.text2im")),
			export.Generated,
		},
		"image generation in 2025": {
			talk(named(shown("tool", generation()), "t2uay3k.sj1i4kz")), export.Generated,
		},
		"only a generation": {
			talk(shown("tool", fields{"dalle": nil, "generation": fields{}})), export.Generated,
		},
		"among texts": {
			talk(message("tool", "text", nil, pointer(made, generation()), 1, []int{})), export.Generated,
		},
		"on two branches":      {talk(message("user", "go"), shown("tool", generation())), export.Generated},
		"a tool, twice":        {talk(shown("tool", nil), shown("tool", generation())), export.Generated},
		"a tool, nothing else": {talk(shown("tool", nil)), export.Unknown},
		"a tool, null":         {talk(shown("tool", fields{"dalle": nil, "generation": nil})), export.Unknown},
		"a tool, no object":    {talk(shown("tool", fields{"dalle": true, "generation": "x"})), export.Unknown},
		"another content type": {
			talk(message("tool", typed(pointer(made, generation()), "audio_asset_pointer"))), export.Unknown,
		},
		"an assistant":          {talk(shown("assistant", generation())), export.Unknown},
		"the system":            {talk(shown("system", generation())), export.Unknown},
		"a role in capitals":    {talk(shown("Tool", generation())), export.Unknown},
		"a chart by python":     {talk(named(chart, "python")), export.Unknown},
		"another picture":       {talk(message("tool", pointer(given, generation()))), export.Unknown},
		"the user":              {talk(message("user", pointer(made, nil), "what is it?")), export.Uploaded},
		"the user, generated":   {talk(shown("user", generation())), export.Uploaded},
		"an attachment":         {talk(attached(message("user", "look"), made)), export.Uploaded},
		"any role's attachment": {talk(attached(shown("tool", generation()), made)), export.Uploaded},
		"a page of an upload":   {talk(message("user", sediment(pointer("", nil), page))), export.Uploaded},
		"the user and the tool": {talk(shown("user", nil), shown("tool", generation())), export.Uploaded},
		"the tool and the user": {talk(shown("tool", generation()), attached(message("user"), made)), export.Uploaded},
		"sanitized by a tool":   {talk(shown("tool", fields{"dalle": fields{}, "sanitized": true})), export.Uploaded},
		"a pointer without an id": {
			talk(message("tool", sediment(pointer("", generation()), "sediment://"))), export.Unknown,
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := layout{
				{"conversations.json", text(t, []fields{conversation(thread, c.m...)})},
				{made + ".dat", picture(t, 1)},
			}.read(t)
			if !r.Complete() || len(r.Images) != 1 || r.Images[0].Origin != c.want {
				t.Errorf("%+v, want %v; problems %v", r.Images, c.want, r.Problems)
			}
		})
	}
}

// shown returns a message of a role with the picture made.
func shown(role string, metadata any) fields { return message(role, pointer(made, metadata)) }

// typed returns part with another content type.
func typed(part fields, contentType string) fields {
	part["content_type"] = contentType
	return part
}

func TestWhatALibraryAndNamesSayAboutAPicture(t *testing.T) {
	t.Parallel()
	entry := func(generation any) file {
		return file{"library_files.json", text(t, []fields{libraryEntry(made, generation)})}
	}
	names := func(original string) file {
		return file{"conversation_asset_file_names.json", text(t, fields{made + ".dat": original, "other.dat": "x"})}
	}
	talk := func(messages ...fields) file {
		return file{"conversations.json", text(t, []fields{conversation(thread, messages...)})}
	}
	const dat, old, dalle = made + ".dat", "file-abc123", "dalle-generations/"
	silent, drawn := talk(), talk(shown("tool", generation()))
	drawnOld := talk(message("tool", pointer(old, generation())))
	for what, c := range map[string]struct {
		name string
		with layout
		want export.Origin
	}{
		"a generation":               {dat, layout{silent, entry("gen-1")}, export.Generated},
		"a generation of an upload":  {dat, layout{talk(shown("user", nil)), entry("gen-1")}, export.Uploaded},
		"an entry without one":       {dat, layout{silent, entry(nil)}, export.Unknown},
		"an entry with an empty one": {dat, layout{silent, entry("")}, export.Unknown},
		"an entry beside a message":  {dat, layout{drawn, entry(nil)}, export.Generated},
		"an original name":           {dat, layout{drawn, names("Harbour.png")}, export.Generated},
		"an upload's original name":  {dat, layout{drawn, names("file_1-sanitized.png")}, export.Uploaded},
		"no id":                      {"picture.png", layout{drawn}, export.Unknown},
		"a folder alone":             {dalle + made + "-" + uuid + ".webp", layout{silent}, export.Unknown},
		"a user's folder alone":      {"user-1/" + made + "-" + uuid + ".png", layout{silent}, export.Unknown},
		"a folder and a message":     {"user-1/" + made + "-" + uuid + ".png", layout{drawn}, export.Generated},
		"no folder, and a message":   {made + "-" + uuid + ".png", layout{drawn}, export.Generated},
		"sanitized":                  {made + "-sanitized.png", layout{drawn}, export.Uploaded},
		"sanitized, in a folder":     {"user-1/" + made + "-sanitized.png", layout{drawn}, export.Uploaded},
		"a name of 2023":             {old + "-harbour.png", layout{drawnOld}, export.Uploaded},
		"a folder of 2023":           {dalle + old + "-" + uuid + ".webp", layout{drawnOld}, export.Generated},
		"an id of 2023 in 2026":      {old + ".dat", layout{drawnOld}, export.Generated},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := c.with.with(file{c.name, picture(t, 1)}).read(t)
			if !r.Complete() || len(r.Images) != 1 || r.Images[0].Origin != c.want {
				t.Errorf("%+v, want %v; problems %v", r.Images, c.want, r.Problems)
			}
		})
	}
}

func TestAnUploadIsNeverGenerated(t *testing.T) {
	t.Parallel()
	drawn := text(t, []fields{conversation(thread, shown("tool", generation()))})
	uploaded := func(id string) string {
		return text(t, []fields{conversation("other", attached(message("user"), id))})
	}
	for what, l := range map[string]layout{
		"an upload in a later file": {
			{"conversations-000.json", drawn},
			{"conversations-001.json", uploaded(made)},
			{made + ".dat", picture(t, 1)},
		},
		"an upload in an earlier file": {
			{"conversations-000.json", uploaded(made)},
			{"conversations-001.json", drawn},
			{made + ".dat", picture(t, 1)},
		},
		"an upload with the same bytes": {
			{"conversations-000.json", drawn},
			{"conversations-001.json", uploaded(given)},
			{made + ".dat", picture(t, 1)},
			{given + ".dat", picture(t, 1)},
		},
		"an upload with the same bytes, first": {
			{"conversations-000.json", drawn},
			{"conversations-001.json", uploaded("file_0")},
			{"file_0.dat", picture(t, 1)},
			{made + ".dat", picture(t, 1)},
		},
		"another file of the same id": {
			{"conversations.json", drawn},
			{made + "-sanitized.png", picture(t, 2)},
			{"user-1/" + made + "-" + uuid + ".png", picture(t, 1)},
		},
	} {
		r := l.read(t)
		if !r.Complete() || len(r.Images) == 0 {
			t.Errorf("%s: %d images, %v", what, len(r.Images), r.Problems)
		}
		for _, i := range r.Images {
			if i.Origin != export.Uploaded {
				t.Errorf("%s: %s is %v", what, i.Path, i.Origin)
			}
		}
	}
	// A picture of unknown origin with the same bytes changes nothing.
	r := layout{{"conversations.json", drawn}, {made + ".dat", picture(t, 1)}, {"x.png", picture(t, 1)}}.read(t)
	if len(r.Images) != 2 || r.Images[0].Origin != export.Generated || r.Images[1].Origin != export.Unknown {
		t.Errorf("%+v", r.Images)
	}
}

func TestGeneratedPicturesThatTheExportLacksAreCounted(t *testing.T) {
	t.Parallel()
	r := without(year2025(t), "user-0000/"+made+"-"+uuid+".png").read(t)
	if r.Absent != 1 || !r.Complete() || r.Conversations != 1 {
		t.Errorf("%d absent, %d conversations, %v", r.Absent, r.Conversations, r.Problems)
	}
}

func TestAPictureHasTheTimeOfItsMessageOrElseOfItsConversation(t *testing.T) {
	t.Parallel()
	for created, want := range map[string]string{
		"1760000000.25": "2025-10-09T08:53:20.25Z", `"2025-10-09T10:53:20+02:00"`: "2025-10-09T08:53:20Z",
		"null": "2025-10-09T08:36:40.5Z", "0": "2025-10-09T08:36:40.5Z", "1e300": "2025-10-09T08:36:40.5Z",
		`"soon"`: "2025-10-09T08:36:40.5Z", "{}": "2025-10-09T08:36:40.5Z",
	} {
		m := shown("tool", generation())
		m["create_time"] = json.RawMessage(created)
		r := layout{
			{"conversations.json", text(t, []fields{conversation(thread, m)})}, {made + ".dat", picture(t, 1)},
		}.read(t)
		if got := r.Images[0].Created.Format(time.RFC3339Nano); !r.Complete() || got != want {
			t.Errorf("%s: %s, want %s; %v", created, got, want, r.Problems)
		}
	}
}

func TestAPictureOfTheLibraryHasItsConversation(t *testing.T) {
	t.Parallel()
	r := layout{
		{"conversations.json", text(t, []fields{conversation(thread, message("user", "draw it"))})},
		{"library_files.json", text(t, []fields{libraryEntry(made, "gen-1")})},
		{made + ".dat", picture(t, 1)},
	}.read(t)
	want := export.Conversation{ID: thread, Title: "Harbour at dawn"}
	if !r.Complete() || r.Images[0].Conversation != want {
		t.Errorf("%+v, %v", r.Images, r.Problems)
	}
}
