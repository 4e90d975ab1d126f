package main

import "encoding/xml"

// The shapes of the lists in repodata, as createrepo_c writes them. Empty elements are left out where dnf does without.

type sum struct {
	Type  string `xml:"type,attr"`
	ID    string `xml:"pkgid,attr,omitempty"`
	Value string `xml:",chardata"`
}

type location struct {
	Href string `xml:"href,attr"`
}

type version struct {
	Epoch   string `xml:"epoch,attr,omitempty"`
	Version string `xml:"ver,attr,omitempty"`
	Release string `xml:"rel,attr,omitempty"`
}

type repoIndex struct {
	XMLName  xml.Name   `xml:"repomd"`
	XMLNS    string     `xml:"xmlns,attr"`
	RPM      string     `xml:"xmlns:rpm,attr"`
	Revision int64      `xml:"revision"`
	Data     []repoData `xml:"data"`
}

type repoData struct {
	Type     string   `xml:"type,attr"`
	Sum      sum      `xml:"checksum"`
	OpenSum  sum      `xml:"open-checksum"`
	Location location `xml:"location"`
	Time     int64    `xml:"timestamp"`
	Size     int      `xml:"size"`
	OpenSize int      `xml:"open-size"`
}

type primaryList struct {
	XMLName  xml.Name         `xml:"metadata"`
	XMLNS    string           `xml:"xmlns,attr"`
	RPM      string           `xml:"xmlns:rpm,attr"`
	Count    int              `xml:"packages,attr"`
	Packages []primaryPackage `xml:"package"`
}

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

type relations struct {
	Entries []relation `xml:"rpm:entry"`
}

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

type filesPackage struct {
	ID      string         `xml:"pkgid,attr"`
	Name    string         `xml:"name,attr"`
	Arch    string         `xml:"arch,attr"`
	Version version        `xml:"version"`
	Files   []packagedFile `xml:"file"`
}

type packagedFile struct {
	Type string `xml:"type,attr,omitempty"`
	Path string `xml:",chardata"`
}
