package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/sassoftware/go-rpmutils"
)

// writeDnf writes a repository for dnf, zypper and other programs for rpm: the packages, and in repodata three
// lists of them with a file that names the lists, which is signed (https://createrepo.baseurl.org/).
func (r *release) writeDnf() error {
	primary := primaryList{XMLNS: "http://linux.duke.edu/metadata/common", RPM: "http://linux.duke.edu/metadata/rpm"}
	files := fileLists{XMLName: xml.Name{Local: "filelists"}, XMLNS: "http://linux.duke.edu/metadata/filelists"}
	other := fileLists{XMLName: xml.Name{Local: "otherdata"}, XMLNS: "http://linux.duke.edu/metadata/other"}
	for _, name := range r.names(".rpm") {
		content := r.files[name]
		header, err := rpmutils.ReadHeader(bytes.NewReader(content))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		p := rpmFile{name: name, content: content, header: header}
		primary.Packages = append(primary.Packages, p.primary())
		files.Packages = append(files.Packages, p.files())
		bare := p.files()
		bare.Files = nil
		other.Packages = append(other.Packages, bare)
		if p.err != nil {
			return fmt.Errorf("%s: %w", name, p.err)
		}
		if err := writeFile(filepath.Join(r.dir, "rpm", name), content); err != nil {
			return err
		}
	}
	count := len(primary.Packages)
	primary.Count, files.Count, other.Count = count, count, count
	index := repoIndex{
		XMLNS: "http://linux.duke.edu/metadata/repo", RPM: primary.RPM, Revision: r.time.Unix(),
	}
	for _, list := range []struct {
		kind    string
		content any
	}{{"primary", primary}, {"filelists", files}, {"other", other}} {
		data, err := r.writeList(list.kind, list.content)
		if err != nil {
			return err
		}
		index.Data = append(index.Data, data)
	}
	return r.writeIndex(index)
}

// writeList writes one list, with its hash in its name so that no cache mixes two releases. It returns the entry of the
// list for repomd.xml.
func (r *release) writeList(kind string, content any) (repoData, error) {
	text, err := document(content)
	if err != nil {
		return repoData{}, err
	}
	packed, err := zip(text)
	if err != nil {
		return repoData{}, err
	}
	sum := checksum(packed)
	data := repoData{
		Type: kind, Sum: sum, OpenSum: checksum(text), Size: len(packed), OpenSize: len(text), Time: r.time.Unix(),
	}
	data.Location.Href = "repodata/" + sum.Value + "-" + kind + ".xml.gz"
	return data, writeFile(filepath.Join(r.dir, "rpm", data.Location.Href), packed)
}

// writeIndex writes the file that names the lists, and its signature. dnf checks the signature with repo_gpgcheck=1 in
// its configuration.
func (r *release) writeIndex(index repoIndex) error {
	text, err := document(index)
	if err != nil {
		return err
	}
	signature, err := r.key.armored(text)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(r.dir, "rpm/repodata/repomd.xml"), text); err != nil {
		return err
	}
	return writeFile(filepath.Join(r.dir, "rpm/repodata/repomd.xml.asc"), signature)
}

// document returns a value as an XML document.
func document(content any) ([]byte, error) {
	text, err := xml.MarshalIndent(content, "", " ")
	return append([]byte(xml.Header), append(text, '\n')...), err
}

// checksum returns the SHA-256 of a content in the form of the lists.
func checksum(content []byte) sum {
	hash := sha256.Sum256(content)
	return sum{Type: "sha256", Value: hex.EncodeToString(hash[:])}
}

// rpmFile is a package of the repository. Its first error stays in err. The methods return a zero value after it, so
// that a description is built without a check at each field.
type rpmFile struct {
	name    string
	content []byte
	header  *rpmutils.RpmHeader
	err     error
}

// text returns the value of a tag, or "" if the package does not have it.
func (p *rpmFile) text(tag int) string {
	if !p.header.HasTag(tag) {
		return ""
	}
	value, err := p.header.GetString(tag)
	p.keep(err)
	return value
}

// number returns the value of a tag, or 0 if the package does not have it.
func (p *rpmFile) number(tag int) int {
	if !p.header.HasTag(tag) {
		return 0
	}
	value, err := p.header.GetInt(tag)
	p.keep(err)
	return value
}

// keep notes the first error; writeDnf looks at it when the package has been described.
func (p *rpmFile) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

// version returns the package's version; one without an epoch has epoch 0.
func (p *rpmFile) version() version {
	nevra, err := p.header.GetNEVRA()
	if err != nil {
		p.keep(err)
		return version{}
	}
	return version{Epoch: nevra.Epoch, Version: nevra.Version, Release: nevra.Release}
}

// primary returns the package's entry in the list primary: by it dnf finds and resolves packages.
func (p *rpmFile) primary() primaryPackage {
	at := p.header.GetRange()
	installed, err := p.header.InstalledSize()
	p.keep(err)
	out := primaryPackage{
		Type: "rpm", Name: p.text(rpmutils.NAME), Arch: p.text(rpmutils.ARCH), Version: p.version(),
		Sum: checksum(p.content), Summary: p.text(rpmutils.SUMMARY), Description: p.text(rpmutils.DESCRIPTION),
		Packager: p.text(rpmutils.PACKAGER), URL: p.text(rpmutils.URL),
	}
	out.Sum.ID = "YES"
	out.Time.Build = p.number(rpmutils.BUILDTIME)
	out.Time.File = out.Time.Build
	out.Size.Package, out.Size.Installed = len(p.content), installed
	out.Size.Archive = int64(p.number(rpmutils.ARCHIVESIZE))
	out.Location.Href = p.name
	out.Format = format{
		License: p.text(rpmutils.LICENSE), Vendor: p.text(rpmutils.VENDOR), Group: p.text(rpmutils.GROUP),
		Host: p.text(rpmutils.BUILDHOST), Source: p.text(rpmutils.SOURCERPM),
		Provides:   p.relations(rpmutils.PROVIDENAME, rpmutils.PROVIDEFLAGS, rpmutils.PROVIDEVERSION),
		Requires:   p.relations(rpmutils.REQUIRENAME, rpmutils.REQUIREFLAGS, rpmutils.REQUIREVERSION),
		Recommends: p.relations(recommendName, recommendFlags, recommendVersion),
	}
	out.Format.Range.Start, out.Format.Range.End = at.Start, at.End
	for _, file := range p.files().Files { // of all files those by which others look for a package
		if strings.HasPrefix(file.Path, "/etc/") || strings.Contains(file.Path, "bin/") {
			out.Format.Files = append(out.Format.Files, file)
		}
	}
	return out
}

// files returns the package's entry in the list of files, with every path in it.
func (p *rpmFile) files() (out filesPackage) {
	out = filesPackage{
		ID: checksum(p.content).Value, Name: p.text(rpmutils.NAME), Arch: p.text(rpmutils.ARCH), Version: p.version(),
	}
	files, err := p.header.GetFiles()
	p.keep(err)
	for _, f := range files {
		entry := packagedFile{Path: f.Name()}
		if f.Mode()&0o170000 == 0o040000 {
			entry.Type = "dir"
		}
		out.Files = append(out.Files, entry)
	}
	return out
}

// The bits of a relation's flags, but for those of how it came about (rpmds.h).
var comparisons = map[uint32]string{2: "LT", 4: "GT", 8: "EQ", 10: "LE", 12: "GE"}

// Tags of rpm (rpmtag.h) that the library has no names for.
const (
	recommendName    = 5046
	recommendVersion = 5047
	recommendFlags   = 5048
)

// relations reads three parallel arrays: names, flags and versions of the tags given. It returns nil if there are
// none. The features that rpm itself needs to read the package ("rpmlib(") are left out, as createrepo leaves
// them out.
func (p *rpmFile) relations(names, flags, versions int) *relations {
	if !p.header.HasTag(names) {
		return nil
	}
	name, err := p.header.GetStrings(names)
	p.keep(err)
	flag, err := p.header.GetUint32s(flags)
	p.keep(err)
	than, err := p.header.GetStrings(versions)
	p.keep(err)
	if len(flag) != len(name) || len(than) != len(name) {
		p.keep(fmt.Errorf("%d names have %d flags and %d versions", len(name), len(flag), len(than)))
		return nil
	}
	all := relations{}
	for i := range name {
		if strings.HasPrefix(name[i], "rpmlib(") {
			continue
		}
		r := relation{Name: name[i], Flags: comparisons[flag[i]&14]}
		if r.Flags != "" {
			r.version.Epoch = "0"
			r.version.Version, r.version.Release, _ = strings.Cut(than[i], "-")
		}
		all.Entries = append(all.Entries, r)
	}
	if len(all.Entries) == 0 {
		return nil
	}
	return &all
}
