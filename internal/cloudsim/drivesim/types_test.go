package drivesim_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// wrongAnswers must not compile: the compiler complains where one of them does.
const wrongAnswers = `
// @ts-expect-error a number where the service has text
export const wrongSize: drive_v3.Schema$File = {"size": 1};
// @ts-expect-error a field that there is not
export const wrongField: drive_v3.Schema$File = {"colour": "red"};
// @ts-expect-error text where the service has a list
export const wrongParents: drive_v3.Schema$FileList = {"files": [{"parents": "x"}]};
`

// npm runs npm in dir, or leaves the test out where that is not to be had.
func npm(t *testing.T, dir string, args ...string) {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("CI") == "true" {
		missing = t.Fatalf
	}
	if _, err := exec.LookPath("npm"); err != nil {
		missing("npm is missing: apt-get install npm")
	}
	cmd := exec.CommandContext(t.Context(), "npm", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		missing("npm %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestAnswersAreOfTheTypesOfGooglesJavaScriptClient(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join("testdata", "types", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	npm(t, dir, "ci", "--ignore-scripts", "--no-audit", "--no-fund")

	var src bytes.Buffer
	n := record(t, &src)
	src.WriteString(wrongAnswers)
	if err := os.WriteFile(filepath.Join(dir, "answers.ts"), src.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "node_modules", ".bin", "tsc"), "--strict", "--noEmit",
		"--skipLibCheck", "--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext", "answers.ts")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%d answers: %v\n%s", n, err, out)
	}
}

// record writes the answers to one request of each kind as constants of TypeScript.
func record(t *testing.T, out *bytes.Buffer) (n int) {
	w := newWorld(t, drivesim.Options{})
	var mu sync.Mutex
	types := map[string]string{
		"drive.files.list": "FileList", "drive.files.get": "File", "drive.files.update": "File",
		"drive.files.create": "File", "drive.changes.list": "ChangeList",
		"drive.about.get": "About", "drive.revisions.list": "RevisionList", "drive.drives.list": "DriveList",
		"drive.permissions.list":          "PermissionList",
		"drive.changes.getStartPageToken": "StartPageToken", "drive.files.generateIds": "GeneratedIds",
	}
	out.WriteString("import { drive_v3 } from '@googleapis/drive';\n")
	w.seen = func(x cloudsim.Exchange) {
		mu.Lock()
		defer mu.Unlock()
		if name := types[x.Call.Method]; name != "" && x.Status == 200 {
			n++
			fmt.Fprintf(out, "export const a%d: drive_v3.Schema$%s = %s;\n", n, name, bytes.TrimSpace(x.Body))
		}
	}
	bob := w.person("bob@example.com")
	id := w.put(w.ann, drivesim.Item{
		Name: "a.jpg", MimeType: "image/jpeg", Width: 3, Height: 4, Make: "Canon", Taken: "2026:01:01 00:00:00",
		ReadOnly: "x", Content: drivesim.Bytes([]byte("a")),
	})
	w.put(w.ann, drivesim.Item{Name: "s", MimeType: "application/vnd.google-apps.shortcut", Target: id})
	w.do(w.ann.Share(id, bob, "reader"))
	_, err := w.drive.AddDrive("Team", map[*drivesim.Account]string{w.ann: "organizer"})
	w.do(err)
	ask := func(method, path, body string) {
		r, err := newRequest(t, method, "https://www.googleapis.com/drive/v3/"+path, body)
		w.do(err)
		resp, err := w.client(w.ann).Do(r)
		w.do(err)
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, b)
		}
	}
	ask("GET", "files?fields=*", "")
	ask("GET", "files", "")
	ask("GET", "files/"+id+"?fields=*", "")
	ask("POST", "files?fields=*", `{"name": "dir", "mimeType": "application/vnd.google-apps.folder"}`)
	ask("PATCH", "files/"+id+"?fields=*", `{"starred": true}`)
	ask("GET", "changes?fields=*&pageToken=1000&supportsAllDrives=true&includeItemsFromAllDrives=true", "")
	ask("GET", "changes/startPageToken", "")
	ask("GET", "about?fields=*", "")
	ask("GET", "files/"+id+"/revisions?fields=*", "")
	ask("GET", "files/"+id+"/permissions?fields=*", "")
	ask("GET", "drives?fields=*", "")
	ask("GET", "files/generateIds?count=2", "")
	return n
}
