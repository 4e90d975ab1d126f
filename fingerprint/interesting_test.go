package fingerprint

import "testing"

func TestInterestingNamesHaveAnImagesExtensionOrNone(t *testing.T) {
	for _, name := range []string{
		"a.png", "a.PNG", "a.jpg", "a.Jpeg", "a.jpe", "a.jfif", "a.webp", "a.avif", "a.gif", "a.heic", "a.HEIF",
		"a.bmp", "a.tif", "a.tiff",
		"a", "", "a.", ".picture", "ChatGPT Image 25 sept 2025, 04_07_34 p.m..png",
		"ChatGPT Image 25 sept 2025, 04_07_34 p.m.",
		"DALL·E 2024-11-19 05.35.03", "a.123", "a.download", "Photo St. Mary", "a.p-g", "a.ж",
	} {
		if !Interesting(name) {
			t.Errorf("%q is not interesting, want it listed", name)
		}
	}
	for _, name := range []string{
		"a.txt", "a.md", "a.png.xmp", "a.svg", "a.mp4", "a.pdf", "a.7z", "a.go", "png.c", "a.jpegs",
		"ChatGPT Image.zip",
	} {
		if Interesting(name) {
			t.Errorf("%q is interesting, want it left alone", name)
		}
	}
}

func TestInterestingAllocatesNothing(t *testing.T) {
	for _, name := range []string{"IMG_20250402_103211.JPEG", "notes.md", "DALL·E 2024-11-19 05.35.03"} {
		if n := testing.AllocsPerRun(100, func() { Interesting(name) }); n != 0 {
			t.Errorf("%q: %v allocations, want none", name, n)
		}
	}
}
