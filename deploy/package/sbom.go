package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// writeSBOM writes which modules are in a program, as CycloneDX 1.6 has it (https://cyclonedx.org/docs/1.6/json): those
// that Go recorded in the program itself, with their licences from NOTICE.
func (r *release) writeSBOM(s system, program string) error {
	content, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		return err
	}
	licences, err := readLicences(filepath.Join(r.root, "NOTICE"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	main := cdx.Component{
		BOMRef: "sweepd", Type: cdx.ComponentTypeApplication, Name: "sweepd", Version: r.version,
		Description: "for " + s.String(),
		Hashes:      &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}},
		Licenses:    &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}},
	}
	components, refs := []cdx.Component{}, []string{}
	standard := &debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}
	licences["std"] = licences["Go"]
	for _, m := range append([]*debug.Module{standard}, info.Deps...) {
		c, err := component(m, licences[m.Path])
		if err != nil {
			return err
		}
		components, refs = append(components, c), append(refs, c.BOMRef)
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Timestamp: r.time.Format(time.RFC3339), Component: &main}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: main.BOMRef, Dependencies: &refs}}
	var out bytes.Buffer
	if err := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true).
		EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return err
	}
	return r.write(fmt.Sprintf("sweepd_%s_%s_%s.cdx.json", r.version, s.os, s.arch), out.Bytes())
}

// component describes a module by its package URL (https://github.com/package-url/purl-spec). It returns an error
// for a replaced module and for one without a licence in NOTICE: neither may be in a release.
func component(m *debug.Module, licences []string) (cdx.Component, error) {
	if m.Replace != nil {
		return cdx.Component{}, fmt.Errorf("%s is replaced, and a release is made of published modules", m.Path)
	}
	if len(licences) == 0 {
		return cdx.Component{}, fmt.Errorf("NOTICE has no licence of %s", m.Path)
	}
	purl := "pkg:golang/" + m.Path + "@" + url.QueryEscape(m.Version)
	c := cdx.Component{
		BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: purl,
		Licenses: &cdx.Licenses{},
	}
	if m.Sum != "" {
		c.Properties = &[]cdx.Property{{Name: "go.sum", Value: m.Sum}}
	}
	for _, name := range licences {
		licence := &cdx.License{ID: name}
		if name == "GooglePatentsFile" || name == "public domain" { // of which SPDX has no name
			licence = &cdx.License{Name: name}
		}
		*c.Licenses = append(*c.Licenses, cdx.LicenseChoice{License: licence})
	}
	return c, nil
}

// A line of NOTICE that names the licences of a module.
var noticed = regexp.MustCompile(`(?m)^(\S+) {2,}(\S.*)$`)

// readLicences returns the licences that NOTICE has, by module. Its list ends at the first text of a licence,
// before which there is a line of dashes. A file without such a line is an error.
func readLicences(notice string) (map[string][]string, error) {
	content, err := os.ReadFile(notice)
	if err != nil {
		return nil, err
	}
	list, _, found := strings.Cut(string(content), "\n---")
	if !found {
		return nil, fmt.Errorf("%s has no texts of licences", notice)
	}
	all := map[string][]string{}
	for _, m := range noticed.FindAllStringSubmatch(list, -1) {
		all[m[1]] = strings.Split(m[2], ", ")
	}
	return all, nil
}
