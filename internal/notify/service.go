package notify

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/matrix"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/specialized/generic"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/sweepd/sweepd/internal/secret"
)

// newCarrier returns the carrier for the service of a URL, without calling it. It returns ErrService or ErrURL, with
// the reason.
//
// Shoutrrr knows the services and their URLs. Mail and Telegram nevertheless have carriers here: Shoutrrr's mail has
// no deadline, no Message-ID and bare UTF-8 in the header, and its Telegram treats a network that is down, or an
// answer that is not JSON, as a success (v0.13.2, telegram_client.go).
func newCarrier(address secret.Text) (c carrier, err error) {
	hide := newHider(address.Reveal())
	defer func() { // the parsers of some services index out of range
		if fault := recover(); fault != nil {
			c, err = nil, ErrURL
		}
	}()
	u, err := url.Parse(address.Reveal())
	if err != nil || u.Host == "" {
		return nil, ErrURL
	}
	scheme, _, _ := strings.Cut(strings.ToLower(u.Scheme), "+")
	// The logger service writes to a log of its own.
	if _, err := new(router.ServiceRouter).NewService(scheme); err != nil || scheme == "logger" {
		return nil, fmt.Errorf("%w: %s", ErrService, line1(scheme))
	}
	b := &borrowed{address: address, scheme: scheme, hide: hide}
	if scheme == matrix.Scheme { // opening it would sign in
		if err := new(matrix.Config).SetURL(u); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrURL, hide.error(err))
		}
		return b, nil
	}
	service, err := b.open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrURL, err)
	}
	switch s := service.(type) {
	case *smtp.Service:
		return mail{s.Config, hide}, nil
	case *telegram.Service:
		return bot{s.Config, hide}, nil
	}
	return b, nil
}

// bound sets the limit of a try on the client that most services of the library call, and that has no limit. The
// library accepts neither a client nor a context; and no other code in the program calls that client.
func bound(c *http.Client) {
	if c.Timeout == 0 {
		c.Timeout = tryLimit
	}
}

// borrowed is a service of the library. It cannot be stopped in the middle of a try, but each of its calls has a
// limit: that of bound or, in its own code, one of 10 to 30 seconds.
//
// It is opened anew for each try, because the library's services keep parts of earlier messages: ntfy adds to its
// headers, so that each message after the first carries the first one's title (v0.13.2).
type borrowed struct {
	address secret.Text
	scheme  string
	hide    hider
	session types.Service // of Matrix, after a message was sent; nil: none
}

// open parses the URL; for Matrix with a user and a password it signs in. It does not use the library's router,
// whose errors about a wrong URL have less detail than those of the services. No error contains a part of the
// address.
func (b *borrowed) open() (types.Service, error) {
	service, err := new(router.ServiceRouter).NewService(b.scheme)
	if err != nil {
		return nil, b.hide.error(err)
	}
	u, err := url.Parse(b.address.Reveal())
	if err != nil {
		return nil, b.hide.error(err)
	}
	if u.Scheme != b.scheme { // such as generic+https
		custom, ok := service.(types.CustomURLService)
		if !ok {
			return nil, fmt.Errorf("there is no %s+", b.scheme)
		}
		if u, err = custom.GetConfigURLFromCustom(u); err != nil {
			return nil, b.hide.error(err)
		}
	}
	if err := service.Initialize(u, nil); err != nil {
		return nil, b.hide.error(err)
	}
	return service, nil
}

// carry keeps the session of Matrix until a message fails: each sign-in adds a device to the account, and a Matrix
// session keeps no part of a message.
func (b *borrowed) carry(ctx context.Context, l letter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	service := b.session
	b.session = nil
	if service == nil {
		opened, err := b.open()
		if err != nil {
			return err
		}
		service = opened
	}
	text, params := b.fit(service, l)
	if err := service.Send(text, &params); err != nil {
		return b.hide.error(err)
	}
	if b.scheme == matrix.Scheme {
		b.session = service
	}
	return nil
}

// titled are the services that show a title. For others the subject is the first line of the text.
var titled = map[string]bool{
	"bark": true, "discord": true, "generic": true, "gotify": true, "join": true, "lark": true, "ntfy": true,
	"opsgenie": true, "pushbullet": true, "pushover": true, "slack": true, "teams": true,
}

// room is the maximum number of bytes of text of those services that differ from usualRoom; 0: any number. Pushover
// takes 1024 letters with the title, Matrix 64 KiB of event; ntfy and Bark turn more than 4 KiB into an attachment or
// an error.
var room = map[string]int{"generic": 0, "matrix": 30_000, "slack": 30_000, "pushover": 800}

// usualRoom is the maximum number of bytes of text for the services that are not in room.
const usualRoom = 3500

// fit returns the letter in the form of the service.
func (b *borrowed) fit(service types.Service, l letter) (string, types.Params) {
	most, known := room[b.scheme]
	if !known {
		most = usualRoom
	}
	g, webhook := service.(*generic.Service)
	if !titled[b.scheme] || webhook && g.Config.Template == "" {
		return l.whole(most), types.Params{}
	}
	params := types.Params{types.TitleKey: l.subject}
	if webhook {
		params["event"] = l.event
	}
	return cut(l.text, most), params
}

// whole returns subject and text as one text, of at most so many bytes; 0: any number.
func (l letter) whole(most int) string {
	return cut(strings.TrimRight(l.subject+"\n\n"+l.text, "\n"), most)
}

// cut returns text shortened to at most so many bytes, at the end of a line if there is one; 0: any number.
func cut(text string, most int) string {
	const mark = "[...]"
	if most == 0 || len(text) <= most {
		return text
	}
	head := strings.ToValidUTF8(text[:most-len(mark)-1], "")
	if i := strings.LastIndexByte(head, '\n'); i > most/3 {
		return head[:i+1] + mark
	}
	return head + mark
}
