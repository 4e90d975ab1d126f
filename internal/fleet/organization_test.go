//go:build unix

package fleet

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
	"github.com/sweepd/sweepd/internal/testing/postgrestest"
)

// organization is a world with the Google Workspace and the Dropbox team of one organization. Each user has two
// pictures, one of which is named as ChatGPT names them.
type organization struct {
	*world
	clouds *cloudsim.Cloud
	drive  *drivesim.Drive
	box    *dropboxsim.Dropbox
	domain *drivesim.Domain
	team   *dropboxsim.Team
	group  *drivesim.Group // whose members are swept
}

// ours is the name of a picture that the policy deletes, taken is when it was made.
const ours = "ChatGPT Image Apr 20, 2026, 01_02_03 AM.png"

// newOrganization makes a domain with these users, all in the group, and a team with the same. boss administers both,
// and is in neither selection.
func newOrganization(t *testing.T, policy string, users ...string) *organization {
	t.Helper()
	o := &organization{world: &world{TB: t, home: t.TempDir(), database: postgrestest.Durable(server.Schema(t))}}
	o.clouds = must(cloudsim.New(cloudsim.Options{Now: time.Now}))(t)
	o.audit = o.clouds.Audit()
	o.drive = must(drivesim.New(o.clouds, drivesim.Options{}))(t)
	o.domain = must(o.drive.AddDomain("acme.example"))(t)
	o.group = must(o.domain.AddGroup("all@acme.example"))(t)
	o.box = must(dropboxsim.New(o.clouds, dropboxsim.Options{}))(t)
	ok(t, o.box.AddApp(dropboxsim.App{
		Key: "acmesapp1234567", Team: true, Redirects: []string{"http://127.0.0.1:47823/"},
	}))
	o.team = must(o.box.AddTeam("Acme", dropboxsim.Advanced, false))(t)
	for _, name := range append([]string{"boss"}, users...) {
		o.join(name)
	}
	key := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	file := must(json.Marshal(map[string]string{
		"type": "service_account", "client_email": "robot@p.iam.gserviceaccount.com", "private_key_id": "k1",
		"token_uri": "https://oauth2.googleapis.com/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{
			Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))(t),
		})),
	}))(t)
	ok(t, os.WriteFile(filepath.Join(o.home, "key.json"), file, 0o600))
	o.drive.AddServiceAccount("robot@p.iam.gserviceaccount.com", &key.PublicKey)
	o.domain.Delegate("robot@p.iam.gserviceaccount.com", "drive", "admin.directory.group.member.readonly")
	s := must(o.clouds.Start("127.0.0.1:0"))(t)
	t.Cleanup(func() { ok(t, s.Close()) })
	ca := filepath.Join(o.home, "ca.pem")
	ok(t, os.WriteFile(ca, s.CA(), 0o600))
	o.policy(policy)
	o.env = append(os.Environ(), "HOME="+o.home, "STATE_DIRECTORY=", "XDG_STATE_HOME=", "XDG_RUNTIME_DIR=",
		"SWEEPD_POLICY="+filepath.Join(o.home, "policy.yaml"), app.DatabaseVariable+"="+o.database,
		"HTTPS_PROXY="+s.ProxyURL(), "SSL_CERT_FILE="+ca)
	if strings.Contains(policy, "studio:") {
		if p := o.start(settings{SignIn: map[string]string{"studio": "Acme"}}); <-p.done != nil {
			t.Fatal(p.log)
		}
		o.workers = nil
	}
	return o
}

// join adds a user to the domain and to the team, with pictures, and all but boss to the group.
func (o *organization) join(name string) {
	o.Helper()
	address := name + "@acme.example"
	d := must(o.drive.AddAccount(drivesim.Person{Email: address, Domain: o.domain, Admin: name == "boss"}))(o)
	b := must(o.box.AddAccount(dropboxsim.Person{Email: address, Team: o.team, Admin: name == "boss"}))(o)
	if name != "boss" {
		ok(o, o.group.Add("MEMBER", d))
	}
	for i, file := range []string{ours, "IMG_1.png"} {
		o.put(name, file, len(name)*1000+int(name[0])*10+i)
		made := time.Now().AddDate(0, 0, -100)
		must(b.Put(dropboxsim.Item{
			Path: "/" + file, Content: content.Bytes(rehearsal.Picture(1<<20 + len(name)*1000 + int(name[0])*10 + i)),
			Client: made,
		}))(o)
	}
}

// put puts a picture into the Drive of a user.
func (o *organization) put(name, file string, picture int) {
	o.Helper()
	must(o.drive.Account(name + "@acme.example").Put(drivesim.Item{
		Name: file, MimeType: "image/png", Content: drivesim.Bytes(rehearsal.Picture(picture)),
		Created: time.Now().AddDate(0, 0, -100),
	}))(o)
}

// trashed returns whose files were moved, by the record of the clouds, and how many.
func (o *organization) trashed() []string {
	count := map[string]int{}
	for file := range o.moved() {
		account, _, _ := strings.Cut(file, "@")
		count[account]++
	}
	var all []string
	for account, n := range count {
		all = append(all, fmt.Sprint(account, n))
	}
	slices.Sort(all)
	return all
}

// ask lets every storage have a turn.
func (o *organization) ask() {
	o.Helper()
	must((&store{pool: connect(o, o.database)}).ask(o.Context(), nil))(o)
}

// turned waits until the storages have had a turn since now, and failed with that kind of failure; "": with none.
func (o *organization) turned(failure string, storages ...string) {
	o.Helper()
	var since time.Time
	ok(o, connect(o, o.database).QueryRow(o.Context(), `SELECT clock_timestamp()`).Scan(&since))
	o.ask()
	o.until(fmt.Sprintf("a turn of each of %q, with the failure %q", storages, failure), `SELECT count(*) = $3
		FROM fleet_storages WHERE storage = ANY ($1) AND state = 'idle' AND began > $4 AND failure = $2`, storages,
		failure, len(storages), since)
}

// calmly are quickly, on a machine that is too busy for beats that come so often.
func calmly() settings {
	s := quickly()
	s.Beat = 2 * time.Second
	return s
}

const organizationPolicy = `version: 1
mode: enforce
storages:
  acme:
    {type: workspace, service_account: ~/key.json, admin: boss@acme.example, group: all@acme.example,
     except: [Carl@acme.example]}
%s
rules:
  - {name: dan keeps, when: {storage: acme/dan@acme.example}, do: keep}
  - {name: by name, when: {confidence: likely, derived: include}, do: trash}
trash: {ours: 30d}
schedule: {on_change: true}
limits: {files: 1000, bytes: 1GB, share: 100%%}
settle: 0
`

// What applies to members on one machine applies in a fleet: carl is left out, a rule keeps what dan has, and the
// accounts of the team are only reported on so far.
func TestTheMembersOfFleetsAreSweptOnceBySeveralWorkers(t *testing.T) {
	users := []string{"ann", "bea", "carl", "dan", "eve", "finn"}
	o := newOrganization(t, fmt.Sprintf(organizationPolicy, "  studio: {type: dropbox_team, "+
		"app_key: acmesapp1234567, users: all, except: [boss@acme.example, finn@acme.example], dry: 30d}"), users...)
	a, b := o.start(calmly()), o.start(calmly())
	o.until("every member is swept", `SELECT count(*) FILTER (WHERE queue = 'gdrive') = 5
		AND count(*) FILTER (WHERE queue = 'dropbox') = 5 AND count(*) = 11 FROM fleet_storages
		WHERE state = 'idle' AND failure = '' AND memory ~ 'scanned|read' AND memory !~ 'retry|left'
		AND next_due > clock_timestamp()`)
	o.stop(a)
	o.stop(b)
	o.judge(4)
	same(t, "moved", o.trashed(), "ann1", "bea1", "eve1", "finn1")
	if n := o.audit.Calls()["dropbox.team.members.list_v2"]; n > 4 {
		t.Errorf("the team was listed %d times for %d members", n, len(users)-1)
	}
	status := must(ReadStatus(t.Context(), o.database))(t)
	if status.Storages != 10 || len(status.Failures) != 0 {
		t.Errorf("got the status %+v, want one with 10 storages", status)
	}
}

// Of a directory that cannot be read whole nothing follows: nobody new is swept, nobody is taken out, and who was swept
// waits, because it may have left.
func TestAPartOfADirectoryChangesNothing(t *testing.T) {
	o := newOrganization(t, fmt.Sprintf(organizationPolicy, ""), "ann", "bea", "carl", "dan")
	p := o.start(calmly())
	members := []string{"acme/ann@acme.example", "acme/bea@acme.example", "acme/dan@acme.example"}
	o.until("the members are swept", `SELECT count(*) = 3 FROM fleet_storages WHERE storage = ANY ($1)
		AND state = 'idle' AND failure = '' AND memory ~ 'scanned' AND memory !~ 'retry|left'
		AND next_due > clock_timestamp()`, members)
	same(t, "moved at first", o.trashed(), "ann1", "bea1")
	rows := func() (all []string) {
		t.Helper()
		ok(t, connect(t, o.database).QueryRow(t.Context(), `SELECT array_agg(storage || ' ' || left(policy, 3)
			ORDER BY storage) FROM fleet_storages WHERE storage LIKE 'acme/%'`).Scan(&all))
		return all
	}
	before := rows()
	ok(t, o.clouds.SetFaults([]cloudsim.Fault{{
		Call: "directory.members.list", Nth: 1, Times: -1, Kind: cloudsim.Refuse, Status: 403, Reason: "forbidden",
	}}))
	o.join("eve")
	o.group.Remove(o.drive.Account("bea@acme.example"))
	o.turned("storage", roll)
	o.turned("directory", members...) // none has a turn under way that began before
	o.put("ann", "ChatGPT Image Apr 21, 2026, 01_02_03 AM.png", 77)
	o.put("bea", "ChatGPT Image Apr 21, 2026, 01_02_03 AM.png", 78)
	o.turned("directory", members...)
	same(t, "moved while the directory fails", o.trashed(), "ann1", "bea1")
	same(t, "the rows", rows(), before...)

	ok(t, o.clouds.SetFaults(nil))
	o.turned("", roll)
	o.turned("", "acme/ann@acme.example", "acme/eve@acme.example")
	o.until("they are swept", `SELECT count(*) = 3 FROM operations
		WHERE storage IN ('acme/ann@acme.example', 'acme/eve@acme.example') AND ended IS NOT NULL`)
	o.stop(p)
	same(t, "moved when it answers", o.trashed(), "ann2", "bea1", "eve1")
	o.judge(4)
	if !strings.Contains(p.log.String(), "event=account_left storage=acme/bea@acme.example") {
		t.Errorf("nothing says that bea has left:\n%s", p.log)
	}
	var turns, words int
	ok(t, connect(t, o.database).QueryRow(t.Context(), `SELECT
		(SELECT count(*) FROM fleet_storages WHERE storage = 'acme/bea@acme.example' AND policy = '' AND memory <> ''),
		(SELECT count(*) FROM operations WHERE storage = 'acme/bea@acme.example')`).Scan(&turns, &words))
	if turns != 1 || words != 1 {
		t.Errorf("of bea, who left, there are %d rows and %d operations", turns, words)
	}
}
