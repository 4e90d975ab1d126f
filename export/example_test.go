package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"log"

	"github.com/sweepd/sweepd/export"
)

// An export of one conversation, in which ChatGPT drew a picture after one that the person gave to it.
func ExampleReadZip() {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, body := range map[string]string{
		"conversations.json": `[{
			"id": "68e0c0de-0000-8000-9000-000000000001", "title": "Harbour at dawn", "create_time": 1759999000.5,
			"mapping": {
				"1": {"message": {"author": {"role": "user"}, "content": {"parts": [
					{"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_0002"}, "like this"]}}},
				"2": {"message": {"author": {"role": "tool"}, "content": {"parts": [
					{"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_0001",
					 "metadata": {"dalle": {"gen_id": "1"}}}]}}}
			}}]`,
		"file_0001.dat": "\x89PNG\r\n\x1a\n the picture that was drawn",
		"file_0002.dat": "\x89PNG\r\n\x1a\n the picture that was given",
	} {
		f, err := w.Create(name)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprint(f, body)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}

	report, err := export.ReadZip(context.Background(), bytes.NewReader(b.Bytes()), int64(b.Len()), export.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if !report.Complete() {
		log.Fatal(report.Problems)
	}
	for _, i := range report.Images {
		fmt.Println(i.Path, i.Origin, i.MediaType, i.Conversation.Title)
	}
	for i := range report.Generated() {
		fmt.Printf("%x\n", i.SHA256)
	}
	// Output:
	// file_0001.dat generated image/png Harbour at dawn
	// file_0002.dat uploaded image/png Harbour at dawn
	// d39ae7dec18bb2554318920ddc075e5cb537fec1d94c4df3f69b3d944b162a2a
}
