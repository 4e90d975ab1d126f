package rehearsal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// openDrive adds a Google Drive with o.Accounts accounts of o.Files files each, and their tokens to the
// rehearsal's Place. It must be called before the server starts.
func openDrive(r *Rehearsal, o Options) error {
	d, err := drivesim.New(r.cloud, drivesim.Options{})
	if err != nil {
		return err
	}
	for i := range o.Accounts {
		a, err := d.AddAccount(drivesim.Person{Email: address(i)})
		if err == nil {
			err = furnish(a, o.Files, o.Now().Add(-apart(i)))
		}
		if err != nil {
			return fmt.Errorf("furnish the Drive of %s: %w", address(i), err)
		}
		t := a.Token()
		r.place.Accounts = append(r.place.Accounts, Account{drivesim.Provider, a.Email(), t.Access, t.Refresh})
	}
	return nil
}

// apart is by how much the pictures of person i are older than those of the first. Pictures of one size and time would
// look like copies of each other.
func apart(i int) time.Duration { return time.Duration(i) * time.Minute }

// address returns the address of person i.
func address(i int) string {
	if names := []string{"mia", "noah", "ada", "liam"}; i < len(names) {
		return names[i] + "@example.com"
	}
	return fmt.Sprintf("person%d@example.com", i+1)
}

// googleClient returns an OAuth client of the type "Desktop app", in the form of Google's console.
func googleClient() []byte {
	b, _ := json.MarshalIndent(map[string]any{"installed": map[string]any{
		"client_id": drivesim.ClientID, "client_secret": drivesim.ClientSecret, "project_id": "rehearsal",
		"auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token",
		"redirect_uris": []string{"http://localhost"},
	}}, "", "  ") // only strings: it cannot fail
	return append(b, '\n')
}

// furnish puts that many files into a Drive: two in five are pictures, a third of which have names in ChatGPT's form.
// One of these is starred, one shared, and one in the trash, where the user put it; one more file is a shortcut.
func furnish(a *drivesim.Account, files int, now time.Time) error {
	pictures, err := a.Folder("Pictures", "")
	if err != nil {
		return err
	}
	h := hand{a: a, in: pictures, left: files}
	var p painter
	h.special(now)
	images := h.left * 2 / 5
	return errors.Join(h.err, a.Fill(drivesim.Bulk{Files: h.left, Images: images, Image: func(i int) drivesim.Item {
		made := spread(now, i, images)
		as := photo
		if i%3 == 0 {
			as = fromChatGPT
		}
		it := as(p.picture(i), i, made)
		it.Parents = []string{pictures}
		return it
	}}))
}

// spread returns when picture i of that many was made: in the last months, but not the last weeks.
func spread(now time.Time, i, of int) time.Time {
	return now.Add(-40*day - time.Duration(i)*(90*day/time.Duration(of)))
}

// day is 24 hours: the rehearsal's clock knows no summer time.
const day = 24 * time.Hour

// hand puts single files into a Drive until none is left.
type hand struct {
	a    *drivesim.Account
	in   string // the folder
	left int
	err  error // the first
}

// special puts one file of each kind with a special state, as long as files are left. The kinds are those that a
// policy has to leave alone: starred, shared, in the trash already (named by ChatGPT, and a photo), and a
// shortcut, which points to the starred file. The number is the file's age in days, and distinguishes the
// pictures.
func (h *hand) special(now time.Time) {
	special := func(as func([]byte, int, time.Time) drivesim.Item, days int) drivesim.Item {
		return as(Picture(1e6+days), 1e6+days, now.Add(-time.Duration(days)*day))
	}
	starred := h.put(special(fromChatGPT, 70), func(id string) error { return h.a.Star(id, true) })
	h.put(special(fromChatGPT, 71), func(id string) error { return h.a.Share(id, nil, "reader") })
	h.put(special(fromChatGPT, 72), h.a.Trash)
	h.put(special(photo, 73), h.a.Trash)
	h.put(drivesim.Item{Name: "the lighthouse", MimeType: "application/vnd.google-apps.shortcut", Target: starred}, nil)
}

// put puts one file into the folder, calls then (nil: nothing) with its id, and returns the id. If no file is
// left to be put, or an earlier one has failed, it does nothing and returns "".
func (h *hand) put(it drivesim.Item, then func(id string) error) (id string) {
	if h.left == 0 || h.err != nil {
		return ""
	}
	h.left--
	it.Parents = []string{h.in}
	id, h.err = h.a.Put(it)
	if h.err == nil && then != nil {
		h.err = then(id)
	}
	return id
}

// chatGPTName is the name under which ChatGPT saves a picture, as a time layout.
const chatGPTName = "ChatGPT Image Jan 2, 2006, 03_04_05 PM.png"

// fromChatGPT returns a picture under a name in ChatGPT's form. Only OpenAI can make its signatures, so the picture's
// confidence is likely at most.
func fromChatGPT(content []byte, _ int, made time.Time) drivesim.Item {
	return drivesim.Item{
		Name: made.Format(chatGPTName), MimeType: "image/png", Content: drivesim.Bytes(content), Created: made,
	}
}

// photo returns a picture with a camera's metadata.
func photo(content []byte, i int, made time.Time) drivesim.Item {
	return drivesim.Item{
		Name: fmt.Sprintf("IMG_%04d.png", 1000+i%9000), MimeType: "image/png",
		Content: drivesim.Bytes(content), Created: made,
		Make: "Canon", Model: "Canon EOS R6", Taken: strings.ReplaceAll(made.Format("2006-01-02 15:04:05"), "-", ":"),
	}
}
