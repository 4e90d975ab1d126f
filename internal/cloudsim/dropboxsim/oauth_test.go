package dropboxsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// signin is an app without a secret, as a program on the person's machine is.
func (w *world) signin(redirect string, scopes ...string) (*oauth2.Config, string) {
	return &oauth2.Config{
		ClientID: dropboxsim.AppKey, RedirectURL: redirect, Scopes: scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL: "https://www.dropbox.com/oauth2/authorize", TokenURL: "https://api.dropboxapi.com/oauth2/token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}, oauth2.GenerateVerifier()
}

// allow is what a browser does on the consent page: it returns where it is sent, and the page that it is shown where
// it is not.
func (w *world) allow(page string, form url.Values) (to *url.URL, shown string) {
	w.t.Helper()
	c := w.srv.Client()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := c.PostForm(page, form)
	w.do(err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	w.do(err)
	to, _ = resp.Location()
	return to, string(b)
}

var shownCode = regexp.MustCompile(`data-token="([^"]+)"`)

// token calls /oauth2/token.
func (w *world) token(form url.Values) (status int, out map[string]any) {
	w.t.Helper()
	resp, err := w.srv.Client().PostForm("https://api.dropboxapi.com/oauth2/token", form)
	w.do(err)
	defer func() { _ = resp.Body.Close() }()
	w.do(json.NewDecoder(resp.Body).Decode(&out))
	return resp.StatusCode, out
}

func TestAPersonCopiesACodeAndTheAppHasNoSecret(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	c, verifier := w.signin("", "account_info.read", "files.metadata.read")
	page := c.AuthCodeURL("", oauth2.S256ChallengeOption(verifier),
		oauth2.SetAuthURLParam("token_access_type", "offline"))
	_, shown := w.allow(page, url.Values{"account": {"ann@example.com"}})
	m := shownCode.FindStringSubmatch(shown)
	if m == nil {
		t.Fatal("no code is shown: " + shown)
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {dropboxsim.AppKey}, "code": {m[1]},
		"code_verifier": {verifier},
	}
	status, out := w.token(form)
	if status != 200 || out["scope"] != "account_info.read files.metadata.read" ||
		out["account_id"] != w.ann.AccountID() || out["token_type"] != "bearer" || out["expires_in"] != 14400.0 {
		t.Fatalf("%d %v", status, out)
	}
	if status, again := w.token(form); status != 400 || again["error"] != "invalid_grant" {
		t.Errorf("a code was good twice: %d %v", status, again)
	}
	access, refresh := out["access_token"].(string), out["refresh_token"].(string)
	if status, body := w.post(access, "files/delete_v2", map[string]any{"path": "/a.png"}); status != 401 ||
		!strings.Contains(body, `"required_scope":"files.content.write"`) {
		t.Errorf("without the scope: %d %s", status, body)
	}
	w.pass(4 * time.Hour)
	if status, body := w.post(access, "check/user", map[string]any{"query": "x"}); status != 401 ||
		!strings.HasPrefix(body, `{"error":{".tag":"expired_access_token"`) {
		t.Errorf("after its time: %d %s", status, body)
	}
	status, out = w.token(url.Values{
		"grant_type": {"refresh_token"}, "client_id": {dropboxsim.AppKey}, "refresh_token": {refresh},
	})
	if status != 200 || out["refresh_token"] != nil {
		t.Fatalf("renewed: %d %v", status, out)
	}
	if status, _ := w.post(out["access_token"].(string), "auth/token/revoke", nil); status != 200 {
		t.Errorf("revoking is %d", status)
	}
	if status, body := w.post(out["access_token"].(string), "check/user",
		map[string]any{"query": "x"}); status != 401 || !strings.Contains(body, "invalid_access_token") {
		t.Errorf("revoked: %d %s", status, body)
	}
	if status, out := w.token(url.Values{
		"grant_type": {"refresh_token"}, "client_id": {dropboxsim.AppKey}, "refresh_token": {refresh},
	}); status != 400 || out["error"] != "invalid_grant" {
		t.Errorf("revoked: %d %v", status, out)
	}
}

func TestTheBrowserComesBackWithACode(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	c, verifier := w.signin("http://localhost:53682/")
	page := c.AuthCodeURL("the state", oauth2.S256ChallengeOption(verifier))
	to, _ := w.allow(page, url.Values{"account": {"ann@example.com"}})
	if to == nil || to.Host != "localhost:53682" || to.Query().Get("state") != "the state" {
		t.Fatalf("it is sent to %v", to)
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {dropboxsim.AppKey}, "code": {to.Query().Get("code")},
		"code_verifier": {verifier}, "redirect_uri": {"http://localhost:53682/"},
	}
	if status, out := w.token(form); status != 200 || out["refresh_token"] != nil {
		t.Errorf("%d %v", status, out)
	}
	if to, _ = w.allow(page, url.Values{"deny": {"1"}}); to.Query().Get("error") != "access_denied" ||
		to.Query().Get("code") != "" {
		t.Errorf("denied, it is sent to %v", to)
	}
}

func TestASignInThatIsNotAsItWasRegisteredIsRefused(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	const good = "client_id=" + dropboxsim.AppKey +
		"&response_type=code&code_challenge_method=S256&code_challenge=0123456789012345678901234567890123456789012"
	for what, query := range map[string]string{
		"another app":                   strings.Replace(good, dropboxsim.AppKey, "nobody", 1),
		"another port":                  good + "&redirect_uri=http://localhost:1/",
		"another host":                  good + "&redirect_uri=http://127.0.0.1.example.com:53682/",
		"a scope that is only a team's": good + "&scope=files.permanent_delete",
		"a token that never expires":    good + "&token_access_type=legacy",
		"a plain challenge":             strings.Replace(good, "S256", "plain", 1),
		"a token at once":               strings.Replace(good, "=code&", "=token&", 1),
	} {
		resp, err := w.srv.Client().Get("https://www.dropbox.com/oauth2/authorize?" + query)
		w.do(err)
		_ = resp.Body.Close()
		if resp.StatusCode != 400 {
			t.Errorf("%s: %d", what, resp.StatusCode)
		}
	}
	resp, err := w.srv.Client().Get("https://www.dropbox.com/oauth2/authorize?" + good)
	w.do(err)
	_ = resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("what is as it should be: %d", resp.StatusCode)
	}

	c, verifier := w.signin("")
	_, shown := w.allow(c.AuthCodeURL("", oauth2.S256ChallengeOption(verifier)),
		url.Values{"account": {"ann@example.com"}})
	code := shownCode.FindStringSubmatch(shown)[1]
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {dropboxsim.AppKey}, "code": {code},
		"code_verifier": {verifier + "x"},
	}
	if status, out := w.token(form); status != 400 || out["error"] != "invalid_grant" {
		t.Errorf("another verifier: %d %v", status, out)
	}
	_, shown = w.allow(c.AuthCodeURL(""), url.Values{"account": {"ann@example.com"}})
	form = url.Values{
		"grant_type": {"authorization_code"}, "client_id": {dropboxsim.AppKey},
		"code": {shownCode.FindStringSubmatch(shown)[1]},
	}
	if status, out := w.token(form); status != 400 {
		t.Errorf("neither a verifier nor a secret: %d %v", status, out)
	}
}

func TestATeamLinksAnAppForAllItsMembers(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	team, err := w.box.AddTeam("Acme", dropboxsim.Standard, false)
	w.do(err)
	eve := w.person(dropboxsim.Person{Email: "eve@example.com", Team: team})
	w.do(w.box.AddApp(dropboxsim.App{Key: "teamapp", Team: true}))
	for _, scope := range []string{"files.permanent_delete", "team_data.member"} {
		if err := w.box.AddApp(dropboxsim.App{Key: "other", Scopes: []string{scope}}); err == nil {
			t.Errorf("an app of one person may have %s", scope)
		}
	}
	link := func(account string, scopes ...string) map[string]any {
		c, verifier := w.signin("", scopes...)
		c.ClientID = "teamapp"
		_, shown := w.allow(c.AuthCodeURL("", oauth2.S256ChallengeOption(verifier)), url.Values{"account": {account}})
		status, out := w.token(url.Values{
			"grant_type": {"authorization_code"}, "client_id": {"teamapp"},
			"code": {shownCode.FindStringSubmatch(shown)[1]}, "code_verifier": {verifier},
		})
		if status != 200 {
			t.Fatalf("%d %v", status, out)
		}
		return out
	}

	out := link("eve@example.com", "files.metadata.read") // without a team scope it is one user's
	if out["team_id"] != nil || out["account_id"] != eve.AccountID() {
		t.Errorf("without a team scope: %v", out)
	}
	out = link("Acme", "files.permanent_delete", "files.metadata.read")
	if out["team_id"] != team.ID() || out["account_id"] != nil {
		t.Fatalf("with one: %v", out)
	}
	if status, body := w.post(out["access_token"].(string), "files/list_folder", map[string]any{"path": ""},
		"Dropbox-API-Select-User", eve.MemberID()); status != 401 ||
		!strings.Contains(body, `"required_scope":"team_data.member"`) {
		t.Errorf("for eve without the scope to act for members: %d %s", status, body)
	}

	access := link("Acme", "team_data.member", "files.metadata.read")["access_token"].(string)
	if status, body := w.post(access, "files/list_folder", map[string]any{"path": ""}); status != 400 ||
		!strings.Contains(body, "Dropbox-API-Select-User") {
		t.Errorf("for nobody: %d %s", status, body)
	}
	if status, body := w.post(access, "files/list_folder", map[string]any{"path": ""}, "Dropbox-API-Select-User",
		eve.MemberID()); status != 200 {
		t.Errorf("for eve: %d %s", status, body)
	}
}
