package app

import (
	"errors"
	"maps"
	"slices"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
	"github.com/sweepd/sweepd/xdgtrash"
)

// Barred is a folder of this machine from which nothing can go to the trash. Files in it are listed and decided on as
// anywhere else; only the move would fail.
type Barred struct {
	Storage, Root string
	Err           error
	Hint          language.Message // what to do
}

// Barred returns those of the policy's folders from which nothing can go to the trash, if that can be seen
// beforehand. See local.Driver.Outlook for the checks.
func (o Options) Barred(pol *policy.Policy) (all []Barred) {
	for _, name := range slices.Sorted(maps.Keys(pol.Storages)) {
		if st := pol.Storages[name]; !st.Remote() {
			all = append(all, o.barred(name, st.Roots)...)
		}
	}
	return all
}

// Barred returns those of the open storages' folders.
func (a *App) Barred() (all []Barred) {
	for i, st := range a.Storages {
		if !a.isRemote(a.Scope[i]) {
			all = append(all, a.o.barred(st.Name(), st.Roots())...)
		}
	}
	return all
}

// barred returns those of the roots of one storage from which nothing can go to the trash. A root that cannot be
// seen is left out.
func (o Options) barred(storage string, roots []string) (all []Barred) {
	for _, root := range roots {
		if why, _ := Unseen(root); !why.IsZero() {
			continue // the listing reports it
		}
		if _, err := o.bin(root, (*local.Driver).Outlook); err != nil {
			all = append(all, Barred{storage, root, err, barredHint(root, err)})
		}
	}
	return all
}

// bin returns the result of ask for a driver that has the root alone. It opens and closes the driver; ask decides
// whether it only looks (Outlook) or tries (Trial).
func (o Options) bin(root string, ask func(*local.Driver, string) (string, error)) (bin string, err error) {
	home, err := xdgtrash.Home(o.Getenv)
	if err != nil {
		return "", err
	}
	d, err := local.Open(local.Options{Roots: []string{root}, TrashHome: home, Now: o.Now})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return ask(d, d.Roots()[0])
}

// barredHint returns the hint for a root from which nothing can go to the trash. It names the folder that is at
// fault if the error does (*providers.FolderError).
func barredHint(root string, err error) language.Message {
	if errors.Is(err, providers.ErrFull) {
		return language.Verbatim(Hint(err))
	}
	if fault, ok := errors.AsType[*providers.FolderError](err); ok {
		return language.Messagef("cannot move files to the trash from %s until this is fixed: "+
			"check that %s is a folder that you own and can write to", root, fault.Folder)
	}
	return language.Messagef("cannot move files to the trash from %s until this is fixed", root)
}
