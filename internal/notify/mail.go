package notify

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	gomail "github.com/wneessen/go-mail"
)

// mail sends by SMTP as the library's URL describes.
type mail struct {
	config *smtp.Config
	hide   hider
}

// carry implements carrier. Each try is a connection of its own.
func (m mail) carry(ctx context.Context, l letter) error {
	msg, err := m.message(l)
	if err != nil {
		return m.hide.error(err)
	}
	line := &hungUp{ctx: ctx}
	defer line.Close()
	client, err := gomail.NewClient(m.config.Host, m.options(line)...)
	if err != nil {
		return m.hide.error(err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if refused, ok := errors.AsType[*gomail.SendError](err); ok && refused.Reason == gomail.ErrSMTPRcptTo {
		return &refusedError{m.hide.error(err), refused.IsTemp()}
	}
	return m.hide.error(err)
}

// refusedError is the refusal of a recipient by a mail server that works.
type refusedError struct {
	err  error
	temp bool // the server may accept the recipient later
}

// Error returns the answer of the server.
func (e *refusedError) Error() string { return e.err.Error() }

// hungUp is a connection that is closed at the end of its try or of its context: the library keeps it open after a
// refusal, and reads on after ctx.
type hungUp struct {
	ctx   context.Context
	conns []net.Conn
}

// keep notes a connection that was dialled, to be closed at the end.
func (h *hungUp) keep(c net.Conn, err error) (net.Conn, error) {
	if err == nil {
		h.conns = append(h.conns, c)
		context.AfterFunc(h.ctx, func() { c.Close() }) // the try's context, which ends with it
	}
	return c, err
}

// Close closes all connections that were dialled. A second time has no effect.
func (h *hungUp) Close() {
	for _, c := range h.conns {
		c.Close()
	}
}

// options returns the options of a connection. Everything that leaves the machine is encrypted, unless the URL has
// starttls=no or encryption=None; a server without encryption gets nothing.
func (m mail) options(line *hungUp) []gomail.Option {
	c := m.config
	secure := &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.SkipTLSVerify}
	dial := (&net.Dialer{}).DialContext
	all := []gomail.Option{
		gomail.WithPort(int(c.Port)), gomail.WithTimeout(tryLimit), gomail.WithoutNoop(),
		gomail.WithTLSConfig(secure),
	}
	if c.ClientHost != "auto" {
		all = append(all, gomail.WithHELO(c.ClientHost))
	}
	upgraded := false
	switch {
	case c.Encryption == smtp.EncImplicitTLS, c.Encryption == smtp.EncAuto && c.Port == smtp.ImplicitTLSPort:
		all, dial = append(all, gomail.WithSSL()), (&tls.Dialer{Config: secure}).DialContext
	case c.Encryption == smtp.EncNone, !c.UseStartTLS, c.Encryption == smtp.EncAuto && !c.RequireStartTLS &&
		loopback(c.Host):
		all = append(all, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		all, upgraded = append(all, gomail.WithTLSPolicy(gomail.TLSMandatory)), true
	}
	auth := gomail.SMTPAuthNoAuth
	switch {
	case c.Auth == smtp.AuthPlain && upgraded:
		auth = gomail.SMTPAuthAutoDiscover // the best that the server offers; after STARTTLS only, in v0.8.1
	case c.Auth == smtp.AuthPlain:
		auth = gomail.SMTPAuthPlain // refused without encryption, except on loopback
	case c.Auth == smtp.AuthCRAMMD5:
		auth = gomail.SMTPAuthCramMD5
	case c.Auth == smtp.AuthOAuth2:
		auth = gomail.SMTPAuthXOAUTH2
	}
	all = append(all, gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
		return line.keep(dial(ctx, network, address))
	}))
	return append(all, gomail.WithSMTPAuth(auth), gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
}

// message returns the mail. It has the same Message-ID at each try, so that a mail that arrived twice can be
// recognised.
func (m mail) message(l letter) (*gomail.Msg, error) {
	from := plus(m.config.FromAddress)
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(line1(m.config.FromName), from); err != nil {
		return nil, err
	}
	receivers := m.config.ToAddresses
	if l.user != "" {
		receivers = []string{l.user}
	}
	for _, to := range receivers {
		if err := msg.AddTo(plus(to)); err != nil {
			return nil, err
		}
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%s", l.at.UnixNano(), l.event, l.subject,
		strings.Join(receivers, ",")))
	_, domain, _ := strings.Cut(from, "@")
	msg.SetMessageIDWithValue(fmt.Sprintf("%x@%s", id[:16], domain))
	msg.SetDateWithValue(l.at)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday notice answers it
	msg.Subject(l.subject)
	msg.SetBodyString(gomail.TypeTextPlain, l.text+"\n")
	return msg, nil
}

// plus returns an address in which + was read as a space, as in the query of a URL.
func plus(address string) string { return strings.ReplaceAll(address, " ", "+") }

// loopback reports whether the host is this machine, by name or number.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
