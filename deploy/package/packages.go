package main

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/rpm"
)

// local is the maintainer of a package that is not signed: it is for the machine on which it was made.
const local = "who built this package <root@localhost>"

// writePackages writes the .deb and the .rpm as nfpm.yaml describes them, the latter with its signature inside. A
// .deb has none: apt checks that of the repository. Everything in them has the commit's time.
func (r *release) writePackages(s system, stage string) error {
	values := map[string]string{
		"ARCH": s.arch, "VERSION": r.version, "MAINTAINER": local,
		"ROOT": r.root, "STAGE": stage, "COMMON": r.common,
	}
	if r.key != nil {
		values["MAINTAINER"] = r.key.maintainer
	}
	for format, packager := range map[string]nfpm.Packager{"deb": deb.Default, "rpm": rpm.DefaultRPM} {
		config, err := nfpm.ParseFileWithEnvMapping(filepath.Join(r.root, "deploy/package/nfpm.yaml"),
			func(name string) string { return values[name] })
		if err != nil {
			return err
		}
		info, err := config.Get(format)
		if err != nil {
			return err
		}
		info.MTime = r.time
		info.Scripts.PostInstall = filepath.Join(r.root, "deploy/package/scripts/postinst")
		info.Scripts.PreRemove = filepath.Join(r.root, "deploy/package/scripts/prerm")
		info.Scripts.PostRemove = filepath.Join(r.root, "deploy/package/scripts/postrm")
		if r.key != nil {
			info.RPM.Signature.SignFn = r.key.detach
		}
		name := packager.ConventionalFileName(info)
		var out bytes.Buffer
		if err := packager.Package(info, &out); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := r.write(name, out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
