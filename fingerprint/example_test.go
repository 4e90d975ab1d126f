package fingerprint_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"log"

	"github.com/sweepd/sweepd/fingerprint"
)

// A name alone is at most likely: only a verified credential makes a verdict proven.
func ExampleClassifier_Classify() {
	picture := picture()
	c := fingerprint.New()
	for _, name := range []string{
		"ChatGPT Image Apr 20, 2026, 01_17_00 AM.png",
		"ChatGPT Image Apr 20, 2026, 01_17_00 AM-removebg-preview.png",
		"IMG_2041.png",
	} {
		v, err := c.Classify(fingerprint.File{
			Name: name, Size: int64(len(picture)), Bytes: bytes.NewReader(picture),
		})
		if err != nil {
			log.Fatal(err) // of the reader; no content is an error
		}
		fmt.Printf("%s\n  %v\n", name, v)
	}
	// Output:
	// ChatGPT Image Apr 20, 2026, 01_17_00 AM.png
	//   likely: ChatGPT download name, without the credential that ChatGPT writes, edited since
	// ChatGPT Image Apr 20, 2026, 01_17_00 AM-removebg-preview.png
	//   possible: changed download name, edited since
	// IMG_2041.png
	//   none: no evidence of its origin
}

// Examine also returns what each detector checked, as sweepd explain prints it.
func ExampleClassifier_Examine() {
	picture := picture()
	r, err := fingerprint.New().Examine(fingerprint.File{
		Name: "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png", Size: int64(len(picture)), Bytes: bytes.NewReader(picture),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range r.Findings {
		for _, s := range f.Steps {
			fmt.Printf("%s: %s: %t, %q\n", f.Detector, s.Check, s.OK, s.Detail)
		}
		for _, e := range f.Evidence {
			fmt.Printf("%s: evidence %s, alone %v\n", f.Detector, e.Detector, e.Confidence)
		}
	}
	// Output:
	// header: image by its first bytes: true, "image/png, 2 x 3"
	// header: end of the file: true, ""
	// header: may hold a credential: false, ""
	// filename: family of the name: true, "chatgpt"
	// filename: evidence filename.download, alone likely
	// filename: evidence filename.unsigned, alone none
}

// picture returns a PNG of 2 x 3 pixels.
func picture() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 3))); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}
