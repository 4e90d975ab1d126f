package rehearsal

import (
	"errors"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// appKey is the key of the user's own app at Dropbox. There is no secret: the app signs in by PKCE.
const appKey = "rehearsalown"

// callback is the address that sweepd's sign-in to Dropbox returns to, which an app has to name (docs/dropbox.md).
const callback = "http://127.0.0.1:47823/"

// openDropbox adds a Dropbox with o.Accounts accounts of o.Files files each, and an app of the user's own with
// the one redirect that sweepd uses. It must be called before the server starts.
func openDropbox(r *Rehearsal, o Options) error {
	d, err := dropboxsim.New(r.cloud, dropboxsim.Options{})
	if err == nil {
		err = d.AddApp(dropboxsim.App{Key: appKey, Redirects: []string{callback}})
	}
	if err != nil {
		return err
	}
	for i := range o.Accounts {
		a, err := d.AddAccount(dropboxsim.Person{Email: address(i)})
		if err == nil {
			err = stock(a, o.Files, o.Now().Add(-apart(i)))
		}
		if err != nil {
			return fmt.Errorf("furnish the Dropbox of %s: %w", address(i), err)
		}
		t := a.Token()
		r.place.Accounts = append(r.place.Accounts, Account{dropboxsim.Provider, a.Email(), t.Access, t.Refresh})
	}
	r.place.AppKey = appKey
	return nil
}

// stock puts that many files into a Dropbox, as furnish does; the user has deleted one of the pictures with a name in
// ChatGPT's form.
func stock(a *dropboxsim.Account, files int, now time.Time) error {
	left := files
	var err error
	if left > 0 {
		deleted := "/Camera Uploads/" + now.Add(-72*day).Format(chatGPTName)
		_, err = a.Put(dropboxsim.Item{Path: deleted, Content: content.Bytes(Picture(elsewhere + 1e6))})
		err = errors.Join(err, a.Delete(deleted))
		left--
	}
	images := left * 2 / 5
	var p painter
	return errors.Join(err, a.Fill(dropboxsim.Bulk{Files: left, Images: images, Image: func(i int) dropboxsim.Item {
		made := spread(now, i, images)
		name := fmt.Sprintf("IMG_%04d.png", 1000+i)
		if i%3 == 0 {
			name = made.Format(chatGPTName)
		}
		return dropboxsim.Item{Path: "/" + name, Content: content.Bytes(p.picture(elsewhere + i)), Client: made}
	}}))
}

// elsewhere is the first picture number of a Dropbox: no picture is in a Drive too.
const elsewhere = 1 << 22
