package notify

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/secret"
)

// TestASecondMessageHasNothingOfTheFirst sends to each kind of service of the
// library a first and a second message by one carrier, and the second alone by
// another: the requests for the second must be the same.
func TestASecondMessageHasNothingOfTheFirst(t *testing.T) {
	local, host := serve(t)
	all := map[string]*receiver{ // those with their own transport use no proxy; two have a stricter address
		"ntfy://mia:s3cr3t@" + host + "/sweepd?scheme=http&cache=no&firebase=no&tags=broom": local,
		"gotify://" + host + "/As3cr3t.ccc.ddd?disabletls=yes":                              local,
		"mattermost://sweepd@" + host + "/s3cr3ttoken?disabletls=yes":                       local,
		"signal://" + host + "/+15550100001/+15550100002?disabletls=yes":                    local,
		"pagerduty://events.pagerduty.com:443/eb243592faa24ba2a5511afdf565c889":             &world.receiver,
		"teams://11111111-4444-4444-8444-cccccccccccc@22222222-4444-4444-8444-cccccccccccc/" +
			"33333333012222222222333333333344/44444444-4444-4444-8444-cccccccccccc/" +
			"V2ESyij_gAljSoUQHvZoZYzlpAoAXExyOl26dlf1xHEx05?host=mia.webhook.office.com": &world.receiver,
		"generic+http://" + host + "/in?template=json&@Authorization=Bearer+s3cr3t&$a=b": local,
	}
	have := map[string]bool{}
	for address := range all {
		have[schemeOf(t, address)] = true
	}
	for address := range secrets {
		if scheme := schemeOf(t, address); scheme != "smtp" && (!have[scheme] || scheme == "generic") {
			all[address] = &world.receiver
		}
	}
	first := letter{event: "summary", subject: "3 pictures are in the trash", text: "home: 3 trashed", at: at}
	second := letter{event: "failed", subject: "the policy is invalid", text: "line 3: no such key", at: at}
	for address, to := range all {
		t.Run(schemeOf(t, address), func(t *testing.T) {
			alone := sent(t, to, newTestCarrier(t, address), second)
			used := newTestCarrier(t, address)
			sent(t, to, used, first)
			// A session that goes on signs in once: then the last requests are the same.
			if got := sent(t, to, used, second); got == "" || !strings.HasSuffix(alone, got) {
				t.Errorf("the second message is\n%s\nand alone it is\n%s", got, alone)
			}
		})
	}
}

func schemeOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	scheme, _, _ := strings.Cut(u.Scheme, "+")
	return scheme
}

func newTestCarrier(t *testing.T, address string) carrier {
	t.Helper()
	c, err := newCarrier(secret.New(address))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sent is the requests that carrying a letter makes.
func sent(t *testing.T, to *receiver, c carrier, l letter) string {
	t.Helper()
	to.with(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "hooks.slack.com" {
			fmt.Fprint(w, "ok")
			return
		}
		code := http.StatusOK
		if r.Host == "open.larksuite.com" {
			code = 0
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{ // an answer that pleases each of them
			"ok": true, "success": true, "status": 1, "code": code, "errcode": 0, "result": "success",
			"type": "note", "active": true, "title": l.subject, "body": l.text,
			"flows": []map[string]string{{"type": "m.login.password"}}, "access_token": "s3cr3t",
			"room_id": "!room:chat.example", "event_id": "$1",
		})
	})
	if err := c.carry(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	// Lark signs the second in which it is sent.
	moment := regexp.MustCompile(`"(timestamp|sign)":"[^"]*"`)
	for _, q := range to.all() {
		fmt.Fprintln(&all, q.method, q.url, moment.ReplaceAllString(fmt.Sprint(q.body), `"$1":"-"`))
		for _, name := range slices.Sorted(maps.Keys(q.header)) {
			fmt.Fprintln(&all, " ", name, q.header[name])
		}
	}
	return all.String()
}

// TestMatrixSignsInOnceUntilItFails counts the sign-ins of one account.
func TestMatrixSignsInOnceUntilItFails(t *testing.T) {
	signedIn, valid := 0, true
	world.with(func(w http.ResponseWriter, r *http.Request) {
		login := strings.HasSuffix(r.URL.Path, "/login")
		switch {
		case login && r.Method == http.MethodPost:
			signedIn++
			valid = true
		case !login && !valid:
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprintf(
			w,
			`{"flows":[{"type":"m.login.password"}],"access_token":"s3cr3t%d","room_id":"!room:chat.example",`+
				`"event_id":"$1"}`,
			signedIn,
		)
	})
	c := newTestCarrier(t, "matrix://mia:s3cr3tpassword@chat.example?rooms=!room:chat.example")
	l := letterOf(message(), false)
	for i, step := range []struct {
		expired  bool
		signedIn int // after it
		fails    bool
	}{{false, 1, false}, {false, 1, false}, {true, 1, true}, {false, 2, false}, {false, 2, false}} {
		if step.expired {
			valid = false
		}
		if err := c.carry(t.Context(), l); (err != nil) != step.fails || signedIn != step.signedIn {
			t.Errorf("message %d: %v after %d sign-ins, want %d", i, err, signedIn, step.signedIn)
		}
	}
}
