package c2pa

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// The npm package with c2pa-rs 0.82.1, an independent verifier, and the hash of its archive.
const (
	oraclePackage = "@contentauth/c2pa-node@0.5.5"
	oracleSHA512  = "21MEouB0yFP/Z1IvwK73bUB52szuO9wt+RjprBk7nTuEiPkho53ZTZ1f0spA/eM+pDYdreEe/OJnKRu7FJeYfQ=="
)

var update = flag.Bool("update", false, "write the table of differences into the document")

// oraclePage has the table of what two verifiers differ about, between two comments.
const oraclePage = "../../docs/internals/detection.md"

// differences are the reasons why the two differ about a file.
var differences = map[string]string{
	"CIE-sig-CA.jpg": "the signature of an ingredient does not fit. It was broken when it was used, as the signer " +
		"states, so c2pa-rs does not count it",
	"CACAE-uri-CA.jpg":           "the same with a hash in an ingredient of an ingredient",
	"legacy_ingredient_hash.jpg": "an ingredient is referred to by a hash of an older form, which c2pa-rs accepts",
	"malformed_cbor.jpg": "it lacks the actions that the specification requires. That says nothing of the bytes; for " +
		"sweepd, such a picture is never one that OpenAI made",
}

// oracleFinding is what the other verifier found in a file.
type oracleFinding struct {
	Path             string
	Success, Failure []string // codes of C2PA 2.2, 15.2.2
	Error            string
}

// intact reports whether the signature, the assertions and the file are as signed, whoever signed it and when.
func (f oracleFinding) intact() bool {
	bound := func(code string) bool {
		return strings.HasPrefix(code, "assertion.") && strings.HasSuffix(code, "Hash.match")
	}
	broken := func(code string) bool {
		head, _, _ := strings.Cut(code, ".")
		switch head {
		case "assertion", "claim", "claimSignature", "hashedURI", "ingredient", "manifest":
			// An action may be in a wrong form, and a required assertion missing, in a file that is as signed.
			return !strings.HasPrefix(code, "assertion.action.") && code != "claim.malformed"
		}
		return false // of the signer, the time or the trust in them
	}
	return slices.Contains(f.Success, "claimSignature.validated") && slices.ContainsFunc(f.Success, bound) &&
		!slices.ContainsFunc(f.Failure, broken)
}

// oracle returns the findings of the other verifier on files, which are of the media types in kinds.
func oracle(t *testing.T, kinds, files []string) []oracleFinding {
	t.Helper()
	for _, name := range []string{"npm", "node"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing", name)
			}
			t.Skipf("%s is missing", name)
		}
	}
	dir := t.TempDir()
	pack := exec.Command("npm", "pack", "--ignore-scripts", "--silent", oraclePackage)
	pack.Dir = dir
	name, err := pack.Output()
	if err != nil {
		t.Fatalf("npm pack: %v", err)
	}
	if err := unpack(filepath.Join(dir, strings.TrimSpace(string(name))), dir); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for i, file := range files {
		fmt.Fprintf(&lines, "%s\t%s\n", kinds[i], file)
	}
	node := exec.Command("node", filepath.Join("testdata", "intact.mjs"), filepath.Join(dir, "package"))
	var stderr bytes.Buffer
	node.Stdin, node.Stderr = strings.NewReader(lines.String()), &stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.Bytes())
	}
	var findings []oracleFinding
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var f oracleFinding
		if err := d.Decode(&f); errors.Is(err, io.EOF) {
			return findings
		} else if err != nil {
			t.Fatal(err)
		}
		findings = append(findings, f)
	}
}

// unpack writes the files of the package that are needed below dir.
func unpack(archive, dir string) error {
	b, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	if sum := sha512.Sum512(b); base64.StdEncoding.EncodeToString(sum[:]) != oracleSHA512 {
		return fmt.Errorf("%s is not the package that was looked at", filepath.Base(archive))
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "package", "dist"), 0o700); err != nil {
		return err
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch h.Name {
		case "package/package.json", "package/dist/Reader.js", "package/dist/binary.js", "package/dist/index.node":
			content, err := io.ReadAll(r)
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, h.Name), content, 0o600)
			}
			if err != nil {
				return err
			}
		}
	}
}

// intact returns "yes" or "no", or why it cannot be told, for the file of that type: also for a credential in which
// nothing is OpenAI's, and of which Read does not compare the bytes.
func intact(v *Verifier, b []byte, mediaType string) (answer string) {
	s := &source{r: bytes.NewReader(b), size: int64(len(b))}
	sp, err := locate(s, mediaType)
	if sp == nil || err != nil {
		return "no"
	}
	store, whole := readStore(s, sp, nil)
	manifests, err := parseStore(store)
	if err != nil || !whole {
		return "no"
	}
	e := &exam{v: v, manifests: manifests, byLabel: map[string]*node{}}
	active := e.visit(&manifests[len(manifests)-1], 0)
	bound := e.prove(s, sp, active, mediaType).bound
	linked := e.wholly()
	if errors.Is(linked, errForeign) {
		linked = nil
	}
	for _, err := range []error{active.err, bound, linked} {
		switch {
		case errors.Is(err, errUnsupported):
			return err.Error()
		case err != nil:
			return "no"
		}
	}
	return "yes"
}

// The files are the collected images, and pictures of every container made by c2patest, whole and with a byte changed.
// Where the two differ, the reason has to be in the list of the document.
func TestAnotherVerifierFindsTheSameFilesIntact(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it downloads a package of 23 MB")
	}
	dir, list := shared(t)
	s, v := world(t)
	made := t.TempDir()
	var files []string
	for _, p := range list {
		files = append(files, filepath.Join(dir, filepath.FromSlash(p.path)))
	}
	for i, b := range [][]byte{
		s.PNG(1, c2patest.Options{StampedAt: day}), s.JPEG(1, c2patest.Options{}), s.WebP(c2patest.Options{}),
		s.Sign(c2patest.PlainAVIF(64, 64, 1), c2patest.Options{}),
		s.Sign(c2patest.PlainHEIC(64, 64, 1), c2patest.Options{BoxHash: "c2pa.hash.bmff.v2"}),
		s.Sign(c2patest.PlainMP4(1), c2patest.Options{StampedAt: day}),
	} {
		for what, b := range map[string][]byte{"whole": b, "changed": flipLast(b)} {
			path := filepath.Join(made, fmt.Sprint(i, "-", what))
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, path)
		}
	}
	var kinds, read []string
	ours := map[string]string{}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if kind := mediaType(b); kind != "" {
			kinds, read, ours[path] = append(kinds, kind), append(read, path), intact(v, b, kind)
		}
	}
	theirs := oracle(t, kinds, read)
	if len(theirs) != len(read) {
		t.Fatalf("%d answers for %d files", len(theirs), len(read))
	}
	yesNo := map[bool]string{true: "yes", false: "no"}
	table, agreed := "| file | sweepd | c2pa-rs | why |\n|---|---|---|---|\n", map[bool]int{}
	for _, f := range theirs {
		mine, name := ours[f.Path], filepath.Base(f.Path)
		if (mine == "yes") == f.intact() {
			agreed[f.intact()]++
			continue
		}
		why := differences[name]
		if strings.Contains(mine, "c2pa.hash.boxes") {
			mine, why = "not known", "a binding by parts of the file (`c2pa.hash.boxes`), which OpenAI does not use"
		}
		if why == "" {
			t.Errorf("%s: got %s, the other verifier %v %v %s", name, mine, f.intact(), f.Failure, f.Error)
		}
		table += fmt.Sprintf("| `%s` | %s | %s | %s |\n", name, mine, yesNo[f.intact()], why)
	}
	table = fmt.Sprintf("Both find %d files intact, and %d not, or unsigned. They differ about these:\n\n%s",
		agreed[true], agreed[false], table)
	page, err := os.ReadFile(oraclePage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(page), "<!-- verifiers -->\n")
	_, tail, ok := strings.Cut(rest, "<!-- end of verifiers -->\n")
	if !ok {
		t.Fatalf("%s has no place for the table", oraclePage)
	}
	want := head + "<!-- verifiers -->\n" + table + "<!-- end of verifiers -->\n" + tail
	switch {
	case *update:
		if err := os.WriteFile(oraclePage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	case want != string(page):
		t.Errorf("%s is out of date: go test ./fingerprint/c2pa -run AnotherVerifier -update\n%s", oraclePage, table)
	}
}
