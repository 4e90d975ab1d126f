package local

import "testing"

func TestUnfinishedFilesAreToldByTheirNames(t *testing.T) {
	for name, want := range map[string]bool{
		"a.png.crdownload": true, "a.part": true, "a.PARTIAL": true, "a.download": true, "a.tmp": true,
		"a.opdownload": true, "a.!ut": true,
		"~$report.docx": true, ".~lock.a.odt#": true, ".syncthing.a.png.tmp": true,
		"a.png": false, "download.png": false, "part": false, "~a.png": false, "tmp.png": false,
	} {
		if got := unfinished(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}
