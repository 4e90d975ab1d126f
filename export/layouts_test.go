package export_test

import (
	"archive/zip"
	"fmt"
	"testing"
	"time"

	"github.com/sweepd/sweepd/export"
)

func TestEveryLayoutHasTheSamePictures(t *testing.T) {
	t.Parallel()
	talks := text(t, fields{"export": 1, "conversations": []fields{drawing(thread, made, given)}})
	wrapped := without(year2025(t), "conversations.json").with(file{"conversations.json", talks})
	for name, l := range map[string]layout{
		"2023": year2023(t), "2025": year2025(t), "2026": year2026(t),
		"2026, without a manifest":       without(year2026(t), "export_manifest.json"),
		"2026, in a folder":              year2026(t).within("ChatGPT export/"),
		"2026, the whole in both forms":  year2026(t).with(year2025(t)[5]),
		"an object with conversations":   wrapped,
		"zips of any name":               {{"a.ZIP", year2026(t).zip(t, zip.Store)}},
		"the files in a zip":             filesApart(t),
		"the portal":                     portal(t, zip.Store, 1),
		"the portal, compressed":         portal(t, zip.Deflate, 1),
		"the portal, in parts":           portal(t, zip.Store, 2),
		"the portal, in parts, unpacked": unpacked(t),
	} {
		for kind, read := range map[string]func(testing.TB) *export.Report{
			"compressed": func(t testing.TB) *export.Report { return readZip(t, l.zip(t, zip.Deflate)) },
			"stored":     l.read, "folder": l.readFolder,
		} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				r := read(t)
				if !r.Complete() || len(r.Images) != 2 || r.Absent != 0 {
					t.Fatalf("%d images, %d absent, problems: %v", len(r.Images), r.Absent, r.Problems)
				}
				judge(t, r)
			})
		}
	}
}

// judge compares the images with the two of every layout.
func judge(t *testing.T, r *export.Report) {
	t.Helper()
	for _, i := range r.Images {
		origin, body := export.Generated, picture(t, 1)
		if i.ID == given || i.ID == oldGiven {
			origin, body = export.Uploaded, picture(t, 2)
		} else if i.ID != made && i.ID != oldMade {
			t.Errorf("an image of the id %q", i.ID)
		}
		if i.Origin != origin || i.Sums != sums(t, body) || i.Size != int64(len(body)) || i.MediaType != "image/png" {
			t.Errorf("%+v, want %v", i, origin)
		}
		if want := (export.Conversation{ID: thread, Title: "Harbour at dawn"}); i.Conversation != want {
			t.Errorf("%s is of %+v", i.Path, i.Conversation)
		}
		if want := time.UnixMilli(1_760_000_000_250).UTC(); !i.Created.Equal(want) {
			t.Errorf("%s was created at %v, want %v", i.Path, i.Created, want)
		}
	}
	for i := range r.Generated() {
		if i.Origin != export.Generated {
			t.Errorf("%s is among the generated pictures", i.Path)
		}
	}
}

// filesApart has its uploads in a zip, beside the rest.
func filesApart(t *testing.T) layout {
	const name = given + "-sanitized.png"
	return without(year2025(t), name).with(file{"Files__1.zip", layout{{name, picture(t, 2)}}.zip(t, zip.Deflate)})
}

// without returns the layout without a file.
func without(l layout, name string) (all layout) {
	for _, f := range l {
		if f.name != name {
			all = append(all, f)
		}
	}
	return all
}

// unpacked is the privacy portal's zip after its parts were unpacked as well.
func unpacked(t *testing.T) (all layout) {
	whole := year2026(t)
	half := len(whole) - 4
	for i, part := range []layout{whole[:half], whole[half:]} {
		all = append(all, part.within(fmt.Sprintf("Activity/Conversations__01ab-chatgpt-0001-part-%04d/", i+1))...)
	}
	return all.with(file{"Activity/Files__01ab-files-0001/conversations.json", "their own"})
}
