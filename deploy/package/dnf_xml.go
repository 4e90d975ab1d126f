package main

import "encoding/xml"

// The shapes of the lists in repodata, as createrepo_c writes them. Empty elements are left out where dnf does without.

// sum is a checksum. ID is "YES" if it is also the package's identity.
type sum struct {
	Type  string `xml:"type,attr"`
	ID    string `xml:"pkgid,attr,omitempty"`
	Value string `xml:",chardata"`
}

// location is a path below the repository's top folder.
type location struct {
	Href string `xml:"href,attr"`
}

// version is an epoch, a version and a release, in the order in which rpm compares them.
type version struct {
	Epoch   string `xml:"epoch,attr,omitempty"`
	Version string `xml:"ver,attr,omitempty"`
	Release string `xml:"rel,attr,omitempty"`
}

// repoIndex is repomd.xml. Revision and all times are in seconds since 1970.
type repoIndex struct {
	XMLName  xml.Name   `xml:"repomd"`
	XMLNS    string     `xml:"xmlns,attr"`
	RPM      string     `xml:"xmlns:rpm,attr"`
	Revision int64      `xml:"revision"`
	Data     []repoData `xml:"data"`
}

// repoData names one list, with the checksums and sizes of its compressed and of its plain form.
type repoData struct {
	Type     string   `xml:"type,attr"`
	Sum      sum      `xml:"checksum"`
	OpenSum  sum      `xml:"open-checksum"`
	Location location `xml:"location"`
	Time     int64    `xml:"timestamp"`
	Size     int      `xml:"size"`
	OpenSize int      `xml:"open-size"`
}

// primaryList is the list primary. RPM is the namespace of the elements with the prefix rpm:.
type primaryList struct {
	XMLName  xml.Name         `xml:"metadata"`
	XMLNS    string           `xml:"xmlns,attr"`
	RPM      string           `xml:"xmlns:rpm,attr"`
	Count    int              `xml:"packages,attr"`
	Packages []primaryPackage `xml:"package"`
}

// primaryPackage is a package in the list primary. Sizes are in bytes.
type primaryPackage struct {
	Type        string  `xml:"type,attr"`
	Name        string  `xml:"name"`
	Arch        string  `xml:"arch"`
	Version     version `xml:"version"`
	Sum         sum     `xml:"checksum"`
	Summary     string  `xml:"summary"`
	Description string  `xml:"description"`
	Packager    string  `xml:"packager"`
	URL         string  `xml:"url"`
	Time        struct {
		File  int `xml:"file,attr"`
		Build int `xml:"build,attr"`
	} `xml:"time"`
	Size struct {
		Package   int   `xml:"package,attr"`
		Installed int64 `xml:"installed,attr"`
		Archive   int64 `xml:"archive,attr"`
	} `xml:"size"`
	Location location `xml:"location"`
	Format   format   `xml:"format"`
}

// format has the parts of a package that only rpm knows. Range is the place of its header in the file; Files are
// the few paths by which other packages look for it.
type format struct {
	License string `xml:"rpm:license"`
	Vendor  string `xml:"rpm:vendor"`
	Group   string `xml:"rpm:group"`
	Host    string `xml:"rpm:buildhost"`
	Source  string `xml:"rpm:sourcerpm"`
	Range   struct {
		Start int `xml:"start,attr"`
		End   int `xml:"end,attr"`
	} `xml:"rpm:header-range"`
	Provides   *relations     `xml:"rpm:provides"`
	Requires   *relations     `xml:"rpm:requires"`
	Recommends *relations     `xml:"rpm:recommends"`
	Files      []packagedFile `xml:"file"`
}

// relations are names that a package provides, requires or recommends.
type relations struct {
	Entries []relation `xml:"rpm:entry"`
}

// relation is one of them. Flags compares the version ("EQ", "GE"); "": any version.
type relation struct {
	Name  string `xml:"name,attr"`
	Flags string `xml:"flags,attr,omitempty"`
	version
}

// fileLists is the list of files, or of changes, of which packages have none here.
type fileLists struct {
	XMLName  xml.Name
	XMLNS    string         `xml:"xmlns,attr"`
	Count    int            `xml:"packages,attr"`
	Packages []filesPackage `xml:"package"`
}

// filesPackage is a package in one of the other two lists. ID is the checksum of the package.
type filesPackage struct {
	ID      string         `xml:"pkgid,attr"`
	Name    string         `xml:"name,attr"`
	Arch    string         `xml:"arch,attr"`
	Version version        `xml:"version"`
	Files   []packagedFile `xml:"file"`
}

// packagedFile is a path; Type is "dir" for a folder, else "".
type packagedFile struct {
	Type string `xml:"type,attr,omitempty"`
	Path string `xml:",chardata"`
}
