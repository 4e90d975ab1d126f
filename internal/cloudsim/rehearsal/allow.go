package rehearsal

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Allow does the user's part in a browser: it opens the page that a sign-in leads to, presses the button of the
// account, and returns the address that the browser is then sent to, without opening that. page is the text of
// the page.
//
// It returns an error if the cloud refuses the link, such as for an unknown client or an unregistered redirect,
// with the page for the error's text. The address it returns has the code or the error of RFC 6749, 4.1.2, in its
// query.
func (r *Rehearsal) Allow(ctx context.Context, link, account string) (back, page string, err error) {
	c := r.server.Client()
	defer c.CloseIdleConnections()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, page, err := ask(ctx, c, http.MethodGet, link, nil)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the page of the sign-in answers %s: %s", resp.Status, page)
	}
	if err != nil {
		return "", page, err
	}
	resp, text, err := ask(ctx, c, http.MethodPost, link, url.Values{"account": {account}})
	if err != nil {
		return "", page, err
	}
	to, err := resp.Location()
	if err != nil {
		return "", page, fmt.Errorf("the sign-in goes nowhere: %s: %s", resp.Status, text)
	}
	return to.String(), page, nil
}

// ask sends one request and reads the answer, at most its first 64 KiB. A form that is not nil is sent as the
// body.
func ask(ctx context.Context, c *http.Client, method, to string, form url.Values) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return resp, strings.TrimSpace(string(text)), err
}
