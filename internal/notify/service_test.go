package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
)

func TestWhatEachServiceIsSent(t *testing.T) {
	local, host := serve(t)
	const name = "secret plans.png"
	for _, c := range []struct {
		service, address string
		at               *receiver
		url              string // of the last request
		want             []string
	}{
		{
			"webhook", "generic://" + host + "/hook?disabletls=yes", local, "/hook",
			[]string{"3 pictures are in the trash\n\nhome: 3 trashed"},
		},
		{
			"webhook, JSON", "generic+http://" + host + "/hook?template=json&@Authorization=Bearer+s3cr3t", local,
			"/hook",
			[]string{`"event":"summary"`, `"title":"3 pictures are in the trash"`, `"message":"home: 3 trashed`},
		},
		{
			"webhook, TLS", "generic+https://hooks.example/in/s3cr3t", &world.receiver,
			"https://hooks.example/in/s3cr3t",
			[]string{"3 pictures are in the trash\n\nhome: 3 trashed"},
		},
		{
			"ntfy", "ntfy://mia:s3cr3t@" + host + "/sweepd?scheme=http", local, "/sweepd",
			[]string{"home: 3 trashed, 1 held."},
		},
		{
			"Slack, webhook", "slack://hook:T00000000-B00000000-abcdefghijklmnopqrstuvwx@webhook", &world.receiver,
			"https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx",
			[]string{`"text":"3 pictures are in the trash"`, `"home: 3 trashed`},
		},
		{
			"Slack, bot", "slack://xoxb:123456789012-123456789012-abcdefghijklmnopqrstuvwx@C001CHANNEL",
			&world.receiver, "https://slack.com/api/chat.postMessage",
			[]string{`"channel": "C001CHANNEL"`, `"home: 3 trashed`},
		},
		{
			"Telegram", "telegram://123456:ABC-s3cr3t_token@telegram?chats=-1001234:7&notification=no",
			&world.receiver, "https://api.telegram.org/bot123456:ABC-s3cr3t_token/sendMessage",
			[]string{
				`"chat_id":"-1001234"`,
				`"message_thread_id":7`,
				`"disable_notification":true`,
				`"text":"3 pictures are in the trash\n\nhome: 3 trashed`,
			},
		},
		{
			"Matrix", "matrix://:s3cr3ttoken@chat.example?rooms=!room:chat.example", &world.receiver,
			"https://chat.example/_matrix/client/r0/rooms/%21room:chat.example/send/m.room.message" +
				"?access_token=s3cr3ttoken",
			[]string{`3 pictures are in the trash\n\nhome: 3 trashed`},
		},
		{
			"Gotify", "gotify://" + host + "/Aaa.bbb.ccc.ddd?disabletls=yes", local, "/message?token=Aaa.bbb.ccc.ddd",
			[]string{"3 pictures are in the trash", "home: 3 trashed"},
		},
		{
			"Discord", "discord://s3cr3t-token@123456789", &world.receiver,
			"https://discord.com/api/webhooks/123456789/s3cr3t-token",
			[]string{"3 pictures are in the trash", "home: 3 trashed"},
		},
	} {
		t.Run(c.service, func(t *testing.T) {
			for _, names := range []bool{false, true} {
				c.at.with(nil)
				if err := tryOne(t, c.address, names); err != nil {
					t.Fatal(err)
				}
				got := c.at.all()
				if len(got) == 0 {
					t.Fatal("nothing was sent")
				}
				last := got[len(got)-1]
				if !strings.HasSuffix(last.url, c.url) {
					t.Errorf("sent to %s, want %s", last.url, c.url)
				}
				for _, want := range c.want {
					if !strings.Contains(last.body, want) {
						t.Errorf("no %s in %s", want, last.body)
					}
				}
				if strings.Contains(fmt.Sprint(got), name) != names {
					t.Errorf("names %v, but sent was %v", names, got)
				}
			}
		})
	}
}

func TestNtfyIsToldTheSubjectAndThePasswordInHeaders(t *testing.T) {
	r, host := serve(t)
	if err := tryOne(t, "ntfy://mia:s3cr3t@"+host+"/sweepd?scheme=http&priority=high", false); err != nil {
		t.Fatal(err)
	}
	h := r.all()[0].header
	if h.Get("Title") != "3 pictures are in the trash" || h.Get("Priority") != "High" ||
		!strings.HasPrefix(h.Get("Authorization"), "Basic ") {
		t.Errorf("got %v", h)
	}
}

// secrets are addresses of all services, with the parts that must not appear.
var secrets = map[string][]string{
	"bark://s3cr3tdevicekey@hooks.example": {"s3cr3tdevicekey"},
	"discord://s3cr3t-webhook-token@987654321": {
		"s3cr3t", "webhook-token", "987654321",
	},
	"generic+https://hooks.example/in/s3cr3tpath?key=s3cr3tquery":                       {"s3cr3t"},
	"generic://mia:pw%20with%2Fslash@hooks.example/x?template=json&$token=s3cr3textra":  {"slash", "s3cr3t"},
	"googlechat://chat.googleapis.com/v1/spaces/FOO/messages?key=s3cr3tkey&token=s3cr3": {"s3cr3"},
	"gotify://hooks.example/As3cr3t.ccc.ddd":                                            {"s3cr3t"},
	"ifttt://s3cr3twebhookid@hooks.example/?events=swept":                               {"s3cr3t"},
	"join://shoutrrr:s3cr3tapikey@join/?devices=phone1":                                 {"s3cr3t"},
	"lark://open.larksuite.com/s3cr3ttoken?secret=s3cr3tsign":                           {"s3cr3t"},
	"matrix://:s3cr3ttoken@chat.example?rooms=!room:chat.example":                       {"s3cr3t"},
	"matrix://mia:s3cr3tpassword@chat.example?rooms=!room:chat.example":                 {"s3cr3t"},
	"mattermost://sweepd@hooks.example/s3cr3ttoken":                                     {"s3cr3t"},
	"notifiarr://s3cr3tapikey":                                                          {"s3cr3t"},
	"ntfy://mia:s3cr3t@nowhere.invalid/privatetopic":                                    {"s3cr3t", "privatetopic"},
	"opsgenie://api.opsgenie.com/s3cr3tapikey":                                          {"s3cr3t"},
	"pagerduty://events.pagerduty.com/eb243592faa24ba2a5511afdf565c889":                 {"eb243592", "65c889"},
	"pushbullet://o.s3cr3tABCDEFGHIJKLMNOPQRSTUVWXYZ/#channel":                          {"s3cr3t", "o.s3"},
	"pushover://shoutrrr:s3cr3tapitoken@s3cr3tuserkey/":                                 {"s3cr3t"},
	"rocketchat://sweepd@hooks.example/s3cr3ttokena/s3cr3ttokenb":                       {"s3cr3t"},
	"signal://mia:s3cr3t@hooks.example/+15550100001/+15550100002":                       {"s3cr3t", "15550100001"},
	"slack://hook:T00000000-B00000000-abcdefghijklmnopqrstuvwx@webhook": {
		"T00000000", "abcdefghij", "uvwx",
	},
	"slack://xoxb:123456789012-123456789012-abcdefghijklmnopqrstuvwx@C001CHANNEL": {
		"123456789012", "abcdefghij", "uvwx",
	},
	"smtp://mia:s3cr3t@127.0.0.1:1/?from=mia@post.example&to=bob@post.example": {"s3cr3t", "bob"},
	"teams://11111111-4444-4444-8444-cccccccccccc@22222222-4444-4444-8444-cccccccccccc/" +
		"33333333012222222222333333333344/44444444-4444-4444-8444-cccccccccccc/" +
		"V2ESyij_gAljSoUQHvZoZYzlpAoAXExyOl26dlf1xHEx05?host=hooks.example": {
		"11111111",
		"33333333",
		"ESyij",
		"44444444-",
	},
	"telegram://123456:ABC-s3cr3t_token@telegram?chats=@mychannel": {"s3cr3t", "123456", "ABC", "mychannel"},
	"wecom://s3cr3tkey": {"s3cr3t"},
	"zulip://bot%40post.example:s3cr3tkey@hooks.example?stream=alerts&topic=sweepd": {"s3cr3t"},
}

func TestNoServicesFailureIsASuccessAndNoneShowsTheAddress(t *testing.T) {
	failures := map[string]http.HandlerFunc{
		"the connection is closed": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"refused in HTML": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "<h1>You may not see %s</h1>", r.URL)
		},
		"refused in JSON": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			json.NewEncoder(w).Encode(map[string]any{
				"ok":          false,
				"description": "no such bot: " + r.URL.Path,
				"error":       r.URL.String(),
				"errcode":     "M_UNKNOWN_TOKEN",
			})
		},
		"a bad gateway": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprintf(w, "cannot reach %s for %s", r.URL.RequestURI(), r.Header.Get("Authorization"))
		},
	}
	for _, scheme := range schemes(t) {
		for how, answer := range failures {
			if scheme == "discord" && how == "a bad gateway" {
				continue // its code tries again for half a minute by itself
			}
			t.Run(scheme+"/"+how, func(t *testing.T) {
				for address, hidden := range secrets {
					if u, err := url.Parse(address); err != nil || strings.Split(u.Scheme, "+")[0] != scheme {
						continue
					}
					world.with(answer)
					err := tryOne(t, address, true)
					if err == nil {
						t.Fatal("nothing was sent, and that is no error")
					}
					if errors.Is(err, ErrURL) || errors.Is(err, ErrService) {
						t.Fatalf("the address is wrong, so nothing was tried: %v", err)
					}
					for _, word := range hidden {
						if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(word)) {
							t.Errorf("the error shows %q: %v", word, err)
						}
					}
				}
			})
		}
	}
}

// schemes are the services that there are addresses of, which must be all that
// the library has.
func schemes(t *testing.T) []string {
	t.Helper()
	have := map[string]bool{}
	for address := range secrets {
		scheme, _, _ := strings.Cut(address, ":")
		scheme, _, _ = strings.Cut(scheme, "+")
		have[scheme] = true
	}
	all := services()
	kept := all[:0]
	for _, scheme := range all {
		if scheme == "logger" || scheme == "hangouts" { // refused; an old name of googlechat
			continue
		}
		if !have[scheme] {
			t.Errorf("there is no address of %s", scheme)
		}
		kept = append(kept, scheme)
	}
	return kept
}

func TestAnAddressThatIsWrongIsRefusedAndNotShown(t *testing.T) {
	for _, c := range []struct {
		address string
		want    error
	}{
		{"logger://s3cr3t", ErrService},
		{"carrierpigeon://s3cr3t@loft", ErrService},
		{"https://hooks.example/s3cr3t", ErrService},
		{"s3cr3t", ErrURL},
		{"telegram://s3cr3ttoken@telegram?chats=1", ErrURL},
		{"telegram://123456:ABCs3cr3t@telegram", ErrURL},
		{"slack://hook:s3cr3t@webhook", ErrURL},
		{"smtp://mia:s3cr3t@post.example/", ErrURL},
		{"ntfy://mia:s3cr3t@post.example", ErrURL},
		{"ntfy+https://s3cr3t@post.example/topic", ErrURL},
		{"matrix://:s3cr3t@chat.example?room=a&nonsense=s3cr3t", ErrURL},
		{"ntfy://mia:s3cr3t%zz@post.example/topic", ErrURL},
	} {
		err := tryOne(t, c.address, false)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.address, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: the error shows it: %v", c.address, err)
		}
	}
}

func TestAServiceThatNeverAnswersIsGivenUp(t *testing.T) {
	r, host := serve(t)
	gone := make(chan struct{})
	t.Cleanup(func() { close(gone) }) // before the server waits for its handlers
	r.with(func(http.ResponseWriter, *http.Request) { <-gone })
	if err := tryOne(t, "generic+http://"+host+"/s3cr3tpath", false); err == nil ||
		strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("got %v", err)
	}
}

func TestTheClientOfTheLibraryHasALimit(t *testing.T) {
	var c http.Client
	if bound(&c); c.Timeout != tryLimit {
		t.Errorf("got %v", c.Timeout)
	}
}

func TestALongTextIsCutAtALine(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"short", 0, "short"},
		{"short", 5, "short"},
		{"one line\nanother line\nthird", 20, "one line\n[...]"},
		{strings.Repeat("x", 30), 20, strings.Repeat("x", 14) + "[...]"},
		{strings.Repeat("é", 15), 20, strings.Repeat("é", 7) + "[...]"},
	} {
		if got := cut(c.text, c.most); got != c.want || c.most > 0 && len(got) > c.most {
			t.Errorf("%q to %d: got %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

// services are the schemes that the library knows.
func services() []string { return new(router.ServiceRouter).ListServices() }
