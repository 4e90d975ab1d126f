package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/secret"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/dropbox"
	"github.com/sweepd/sweepd/providers/gdrive"
)

// stage is a machine with disks and clouds, and the whole program in this process: real files, real HTTP, a real
// journal, and a clock of its own. The signatures of OpenAI are made by an authority of the test, since the real ones
// cannot be.
type stage struct {
	*testing.T
	dir        string // what a policy calls / is below it
	policy     string // the file
	clock      time.Time
	start      time.Time // when the machine was started
	signer     *c2patest.Signer
	classifier *fingerprint.Classifier
	seed       uint8
	marked     [][]byte // the pictures in which OpenAI finds its watermark
	later      func()   // what happens before the second visit of compare; nil: nothing

	cloud  *cloudsim.Cloud
	server *cloudsim.Server
	drive  *drivesim.Drive
	box    *dropboxsim.Dropbox
	team   *dropboxsim.Team // of the Dropbox; nil: none
}

const day = 24 * time.Hour

// newStage sets up deploy/examples/NAME.yaml.
func newStage(t *testing.T, name string) *stage {
	t.Helper()
	src, err := os.ReadFile("../../deploy/examples/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return stageWith(t, src)
}

// stageWith sets up a policy, with its files and folders outside of the home below the stage.
func stageWith(t *testing.T, src []byte) *stage {
	t.Helper()
	start := time.Now().Truncate(time.Microsecond) // as the record has times
	// a file's birth is real: it is 101 days old
	s := &stage{T: t, dir: t.TempDir(), clock: start.Add(102 * day), start: start}
	s.signer = c2patest.New(t, start)
	anchors, err := c2pa.ParseAnchors(strings.NewReader(s.signer.Anchors()))
	s.must(err)
	s.classifier = fingerprint.NewWith(fingerprint.Options{Anchors: anchors})
	s.cloud, err = cloudsim.New(cloudsim.Options{Now: s.now})
	s.must(err)
	s.drive, err = drivesim.New(s.cloud, drivesim.Options{})
	s.must(err)
	s.box, err = dropboxsim.New(s.cloud, dropboxsim.Options{})
	s.must(err)
	s.server, err = s.cloud.Start("127.0.0.1:0")
	s.must(err)
	t.Cleanup(func() { s.must(s.server.Close()) })
	s.policy = filepath.Join(s.dir, "policy.yaml")
	s.must(os.MkdirAll(s.home(), 0o700))
	for _, outside := range []string{"/srv/", "/etc/sweepd/"} {
		src = bytes.ReplaceAll(src, []byte(outside), []byte(s.dir+outside))
	}
	s.must(os.WriteFile(s.policy, src, 0o600))
	return s
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) now() time.Time { return s.clock }
func (s *stage) home() string   { return filepath.Join(s.dir, "home") }

// net is how calls to the clouds are made here, where no time passes.
func (s *stage) net() oauth.Net {
	return oauth.Net{
		Base: robots{s}, Now: s.now,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

func (s *stage) getenv(name string) string { return map[string]string{"HOME": s.home()}[name] }

// picture is one of a kind, no two equal.
func (s *stage) picture(kind string) []byte {
	s.Helper()
	s.seed++
	switch kind {
	case "ChatGPT's":
		return s.signer.PNG(s.seed, c2patest.Options{})
	case "OpenAI's": // for no product
		return s.signer.PNG(s.seed, c2patest.Options{Generator: "OpenAI Media Service API"})
	case "worked on": // a photo, edited in ChatGPT
		return s.signer.PNG(s.seed, c2patest.Options{Source: c2patest.Composite})
	case "altered": // the last pixels, since it was signed
		b := s.signer.PNG(s.seed, c2patest.Options{})
		b[len(b)-14] ^= 1
		return b
	case "large":
		return s.signer.Sign(c2patest.PlainPNG(4096, 1, s.seed), c2patest.Options{})
	case "plain", "photo":
		return c2patest.PlainPNG(8, 8, s.seed)
	}
	s.Fatalf("no kind %q", kind)
	return nil
}

// save saves a picture of that kind, that many days old; "~/" is the home, and
// any other path below the stage.
func (s *stage) save(kind string, days int, name string) {
	s.Helper()
	s.write(name, s.picture(kind), days)
}

func (s *stage) write(name string, content []byte, days int) {
	s.Helper()
	file := filepath.Join(s.dir, strings.Replace(name, "~/", "home/", 1))
	then := s.clock.Add(-time.Duration(days) * day)
	s.must(errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, content, 0o600),
		os.Chtimes(file, then, then)))
}

// zip returns a zip with one file.
func (s *stage) zip(name string, content []byte) []byte {
	s.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	s.must(err)
	_, err = f.Write(content)
	s.must(errors.Join(err, w.Close()))
	return b.Bytes()
}

// git makes the folder a repository that tracks what is in it.
func (s *stage) git(folder string) {
	s.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = filepath.Join(s.dir, strings.Replace(folder, "~/", "home/", 1))
		cmd.Env = []string{"HOME=" + s.dir, "PATH=" + os.Getenv("PATH")}
		if out, err := cmd.CombinedOutput(); err != nil {
			s.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}

// upload puts a picture into a Drive: below My Drive, or the folder of that id.
func (s *stage) upload(a *drivesim.Account, kind string, days int, name, top string) (id string) {
	s.Helper()
	it := drivesim.Item{
		Name:     path.Base(name),
		MimeType: "image/png",
		Content:  drivesim.Bytes(s.picture(kind)),
		Created:  s.clock.Add(-time.Duration(days) * day),
	}
	if kind == "photo" {
		it.Make = "Canon"
	}
	if dir := path.Dir(name); dir != "." {
		id, err := a.Folder(dir, top)
		s.must(err)
		top = id
	}
	if top != "" {
		it.Parents = []string{top}
	}
	id, err := a.Put(it)
	s.must(err)
	return id
}

// drop puts a picture into a Dropbox.
func (s *stage) drop(a *dropboxsim.Account, kind string, days int, name string) {
	s.Helper()
	_, err := a.Put(dropboxsim.Item{
		Path: name, Content: content.Bytes(s.picture(kind)), Client: s.clock.Add(-time.Duration(days) * day),
	})
	s.must(err)
}

// domain makes the Google Workspace of acme.example, which boss administers. The key of a service account is where the
// policy has it.
func (s *stage) domain() *drivesim.Domain {
	s.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	s.must(err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	s.must(err)
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "robot@p.iam.gserviceaccount.com", "private_key_id": "k1",
		"token_uri":   "https://oauth2.googleapis.com/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	s.must(err)
	s.write("etc/sweepd/google-key.json", file, 0)
	domain, err := s.drive.AddDomain("acme.example")
	s.must(err)
	_, err = s.drive.AddAccount(drivesim.Person{Email: boss, Domain: domain, Admin: true})
	s.must(err)
	return domain
}

// boss administers the domain.
const boss = "boss@acme.example"

// robots makes calls to the clouds, but for a service account's sign-in, which has the time of this machine and not of
// the stage: it gets a token for boss, which is enough to read the directory.
type robots struct{ *stage }

// RoundTrip is http.RoundTripper's.
func (r robots) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != "oauth2.googleapis.com" {
		return r.server.Client().Transport.RoundTrip(req)
	}
	token := r.drive.Account(boss).Token("admin.directory.group.member.readonly", "admin.directory.user.readonly")
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, token.Access)
	return w.Result(), nil
}

// signIn lets the administrator of the team allow the app of a storage of the policy.
func (s *stage) signIn(storage string) {
	s.Helper()
	var page string
	_, _, err := app.LogIn(s.Context(), app.Options{
		Getenv: s.getenv, PolicyFile: s.policy, Now: s.now, Net: s.net(),
	}, app.Login{
		Storage: storage,
		Show:    func(_, consent string) error { page = consent; return nil },
		Paste: func(context.Context) (string, error) {
			c := *s.server.Client()
			c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			resp, err := c.PostForm(page, url.Values{"account": {"Studio"}})
			if err != nil {
				return "", err
			}
			return resp.Header.Get("Location"), resp.Body.Close()
		},
	})
	s.must(err)
}

// token signs a new token each time, because here hours pass.
type token func() string

func (t token) Token(context.Context, secret.Text) (secret.Text, error) { return secret.New(t()), nil }

// open opens the account of a storage with the access of its sign-in.
func (s *stage) open(ctx context.Context, name string, st policy.Storage) (providers.Driver, []string, error) {
	net := s.net()
	who := cmp.Or(st.Account, st.Impersonate, "mia@example.com")
	if st.Type == policy.Dropbox {
		a, member := s.box.Account(who), ""
		sign := func() string { return a.Token(dropboxaccount.Trash.Scopes("")...).Access }
		if st.Fleet != "" {
			member = a.MemberID()
			sign = func() string { return s.team.Token(dropboxaccount.Purge.Scopes(dropboxaccount.Team)...).Access }
		}
		c := dropboxaccount.Over(token(sign), dropboxaccount.Options{
			Rate: 1e6, Net: net,
		})
		d, err := dropbox.Open(ctx, dropbox.Options{
			Client: c.HTTP, Notify: c.Notify, Use: dropboxaccount.Trash, Account: a.AccountID(), Member: member,
			Roots: st.Roots, Exclude: st.Exclude, Interest: fingerprint.Interesting, Now: s.now, Sleep: net.Sleep,
		})
		return d, d.Roots(), err
	}
	a := s.drive.Account(who)
	transport := cloudhttp.New(net.Base, cloudhttp.Options{
		Tokens:   token(func() string { return a.Token(googleaccount.Purge.Scopes()...).Access }),
		Hosts:    googleaccount.Hosts(),
		Classify: googleaccount.Classify, Name: googleaccount.Call, Now: s.now, Sleep: net.Sleep, Rate: 1e6,
	})
	d, err := gdrive.Open(ctx, gdrive.Options{
		Client: &http.Client{Transport: transport}, Use: googleaccount.Purge, Account: a.PermissionID(), Now: s.now,
		Sleep: net.Sleep, Roots: st.Roots, Exclude: st.Exclude, SharedDrives: st.SharedDrives, Paths: true,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, d.Roots(), nil
}

// ask answers for OpenAI.
func (s *stage) ask(_ context.Context, picture []byte, _ string) (fingerprint.Answer, error) {
	has := func(marked []byte) bool { return bytes.Equal(marked, picture) }
	return fingerprint.Answer{SynthID: slices.ContainsFunc(s.marked, has)}, nil
}

// run runs the program with the policy, and gives what it prints.
func (s *stage) run(args ...string) string {
	s.Helper()
	status, out, errs := s.execute("", append(args, "--policy", s.policy)...)
	if status != 0 {
		s.Fatalf("%v: status %d\n%s%s", args, status, out, errs)
	}
	return out
}

// execute runs the program in the home of the stage, with an input that is no terminal.
func (s *stage) execute(stdin string, args ...string) (status int, stdout, stderr string) {
	s.Helper()
	var out, errs bytes.Buffer
	p := &program{
		args: args, stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs,
		account: s.open, net: s.net(), upload: s.ask, classifier: s.classifier, now: s.now, getenv: s.getenv,
		uptime: func() (string, time.Duration) { return "boot", s.clock.Sub(s.start) },
	}
	status = p.main(s.Context())
	return status, out.String(), errs.String()
}

// instant is a time in a reason, which is another at each run of the test.
var instant = regexp.MustCompile(`\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?`)

// plan returns the output of sweepd plan for each picture: the action, the rule, and why.
func (s *stage) plan() string {
	s.Helper()
	var said []string
	for line := range strings.Lines(s.run("plan", "--all", "--json")) {
		var f jsonFile
		s.must(json.Unmarshal([]byte(line), &f))
		if f.Type != "file" {
			continue
		}
		where := f.Storage + ":" + f.Path
		if rest, ok := strings.CutPrefix(f.Path, s.home()); ok {
			where = "~" + rest
		} else if rest, ok := strings.CutPrefix(f.Path, s.dir); ok {
			where = rest
		}
		why := strings.ReplaceAll(strings.ReplaceAll(language.Join(f.Decision.Reasons, "; ").String(), s.home(), "~"),
			s.dir, "")
		if f.Confidence > fingerprint.None {
			said = append(said, fmt.Sprintf("%s\n  %s, %s: %s\n", where, f.Confidence,
				cmp.Or(f.Decision.Rule, "no rule"), f.Decision.Action)+
				"  "+instant.ReplaceAllString(why, "(a time)")+"\n")
			continue
		}
		said = append(said, fmt.Sprintf("%s\n  none: %s\n", where, f.Decision.Action))
	}
	slices.Sort(said)
	return strings.Join(said, "")
}

// left are the pictures that are still in their places.
func (s *stage) left() string {
	s.Helper()
	var left []string
	for line := range strings.Lines(s.plan()) {
		if !strings.HasPrefix(line, " ") {
			left = append(left, line)
		}
	}
	return strings.Join(left, "")
}

const (
	april  = "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png"
	may    = "ChatGPT Image May 2, 2026, 04_05_31 PM.png"
	june   = "ChatGPT Image Jun 9, 2026, 11_40_12 AM.png"
	july   = "ChatGPT Image Jul 1, 2026, 10_00_00 AM.png"
	august = "ChatGPT Image Aug 3, 2026, 09_15_00 AM.png"
)

// furnish puts what each example is about into its places.
var furnish = map[string]func(*stage){
	"careful-start": func(s *stage) {
		s.save("ChatGPT's", 100, "~/Downloads/"+april)
		s.save("ChatGPT's", 10, "~/Downloads/"+may)
		s.save("ChatGPT's", 100, "~/Downloads/keep/"+june)
		s.save("worked on", 100, "~/Downloads/me as a pirate.png")
		s.save("ChatGPT's", 100, "~/Downloads/private/"+july)
		s.write("~/Downloads/private/.nosweep", nil, 100)
		s.save("plain", 100, "~/Downloads/"+august)
		s.save("plain", 100, "~/Downloads/holiday.png")
		s.save("ChatGPT's", 100, "~/Pictures/Camera/"+april)
		s.save("ChatGPT's", 100, "~/Pictures/site/logo.png")
		s.git("~/Pictures/site")
		s.save("ChatGPT's", 100, "~/Pictures/blog/harbour.png")
		s.write("~/Pictures/blog/post.md", []byte("![the harbour](harbour.png)\n"), 100)
		s.save("ChatGPT's", 100, "~/Desktop/"+april) // no root
	},
	"documents": func(s *stage) {
		s.save("ChatGPT's", 100, "~/Downloads/linked.png")
		s.write("~/Documents/letter.odt", s.zip("content.xml", []byte(
			`<draw:image xlink:href="../../Downloads/linked.png"/>`)), 100)
		s.save("ChatGPT's", 100, "~/Downloads/slide.png")
		s.write("~/Documents/talk.pptx", s.zip("ppt/slides/_rels/slide1.xml.rels", []byte(
			`<Relationships><Relationship Target="file:///home/mia/Downloads/slide.png" TargetMode="External"/>`+
				`</Relationships>`)), 100)
		inside := s.picture("ChatGPT's")
		s.write("~/Downloads/inside.png", inside, 100)
		s.write("~/Documents/report.docx", s.zip("word/media/image1.png", inside), 100)
		s.save("ChatGPT's", 100, "~/Documents/figures/"+april)
		s.save("ChatGPT's", 10, "~/Downloads/"+may)
		s.save("worked on", 100, "~/Downloads/me as a pirate.png")
	},
	"tidy-downloads": func(s *stage) {
		s.save("ChatGPT's", 100, "~/Downloads/"+april)
		s.save("OpenAI's", 100, "~/Downloads/harbour.png")
		s.save("plain", 100, "~/Downloads/"+may)
		s.save("plain", 60, "~/Downloads/"+june)
		s.save("ChatGPT's", 100, "~/Downloads/logo-final.png")
		s.save("ChatGPT's", 100, "~/Downloads/a/keep/"+july)
		s.save("plain", 100, "~/Downloads/holiday.png")
		s.save("ChatGPT's", 100, "~/Pictures/"+april) // no root
	},
	"known-copies": func(s *stage) {
		made, given, asked := s.picture("plain"), s.picture("plain"), s.picture("plain")
		const id = "file_0000000000000000000000000000000"
		part := `{"content_type":"image_asset_pointer","asset_pointer":"sediment://` + id + `%d","metadata":{%s}}`
		talk := `[{"id":"c-1","title":"A harbour","mapping":{` +
			`"1":{"message":{"author":{"role":"tool"},"content":{"parts":[` + part + `]}}},` +
			`"2":{"message":{"author":{"role":"user"},"content":{"parts":[` + part + `]}}}}}]`
		s.write("~/export/conversations.json", fmt.Appendf(nil, talk, 1, `"dalle":{"gen_id":"g"}`, 2, ""), 0)
		s.write("~/export/user-1/"+id+"1-a.png", made, 0)
		s.write("~/export/"+id+"2-sanitized.png", given, 0)
		s.write("~/asked.png", asked, 0)
		s.run("learn", s.home()+"/export", s.home()+"/asked.png")
		original := c2patest.PlainPNG(8, 8, 200)
		s.write("~/Pictures/signed.png", s.signer.Sign(original, c2patest.Options{}), 100)
		s.write("~/Desktop/without its credential.png", original, 100)
		s.write("~/Downloads/harbour.png", made, 100)
		s.write("~/Downloads/me.png", given, 100)
		s.write("~/Downloads/"+april, given, 100) // an upload under ChatGPT's own name
		s.write("~/Pictures/asked.png", asked, 100)
		s.write("~/Pictures/keep/harbour.png", made, 100)
		s.save("plain", 100, "~/Pictures/holiday.png")
		s.run("scan") // it verifies the original
	},
	"privacy-purge": func(s *stage) {
		s.save("ChatGPT's", 1, "~/Downloads/"+april)
		s.save("OpenAI's", 100, "~/Pictures/harbour.png")
		s.save("worked on", 100, "~/Pictures/me as a pirate.png")
		s.save("altered", 100, "~/Pictures/"+may)
		s.save("plain", 100, "~/Desktop/"+june)
		s.save("plain", 5, "~/Desktop/"+july)
		s.save("ChatGPT's", 100, "~/Pictures/Family/"+august)
		s.save("ChatGPT's", 100, "~/Pictures/blog/boat.png")
		s.write("~/Pictures/blog/post.md", []byte("![a boat](boat.png)\n"), 100)
		s.save("ChatGPT's", 100, "~/Pictures/site/logo.png")
		s.git("~/Pictures/site")
		s.save("plain", 100, "~/Pictures/holiday.png")
		mia, err := s.drive.AddAccount(drivesim.Person{Email: "mia@example.com"})
		s.must(err)
		s.upload(mia, "ChatGPT's", 100, april, "")
		s.upload(mia, "plain", 100, may, "")
		s.upload(mia, "ChatGPT's", 100, "keep/"+june, "")
		s.must(mia.Star(s.upload(mia, "ChatGPT's", 100, july, ""), true))
		s.must(mia.Share(s.upload(mia, "ChatGPT's", 100, august, ""), nil, "reader"))
		her, err := s.box.AddAccount(dropboxsim.Person{Email: "mia@example.com"})
		s.must(err)
		s.clock = s.clock.Add(-time.Hour) // else they came too recently
		s.drop(her, "ChatGPT's", 100, "/AI/"+april)
		s.drop(her, "ChatGPT's", 100, "/AI/keep/"+may)
		s.drop(her, "ChatGPT's", 100, "/Camera Uploads/"+june)
		s.drop(her, "plain", 100, "/"+july)
		s.clock = s.clock.Add(time.Hour)
	},
	"own-copies": func(s *stage) {
		original := s.signer.Sign(c2patest.ScenePNG(1, 300, 200), c2patest.Options{})
		s.write("~/Pictures/harbour.png", original, 100)
		s.write("~/Pictures/keep/kept.png", s.signer.Sign(c2patest.ScenePNG(2, 300, 200), c2patest.Options{}), 100)
		s.write("~/Downloads/IMG-20260501-WA0007.jpg", c2patest.SceneJPEG(1, 150, 100), 100)
		s.write("~/Pictures/wallpaper.jpg", c2patest.SceneJPEG(1, 450, 300), 100)
		s.write("~/Downloads/small.jpg", c2patest.SceneJPEG(2, 150, 100), 100)
		s.write("~/Downloads/keep/mine.jpg", c2patest.SceneJPEG(2, 240, 160), 100)
		s.write("~/Pictures/another.jpg", c2patest.SceneJPEG(3, 300, 200), 100)
		s.write("~/Pictures/cut.jpg", c2patest.SceneJPEG(1, 150, 150), 100) // another shape
		s.save("plain", 100, "~/Pictures/holiday.png")
	},
	"ask-openai": func(s *stage) {
		scene := func(marked bool, name string) {
			s.seed++
			b := c2patest.ScenePNG(uint64(s.seed), 300, 260)
			if marked {
				s.marked = append(s.marked, b)
			}
			s.write(name, b, 100)
		}
		s.save("ChatGPT's", 100, "~/Pictures/"+april)
		scene(true, "~/Downloads/harbour.png")
		scene(true, "~/Downloads/"+may)
		scene(false, "~/Downloads/boat.png")
		scene(false, "~/Downloads/"+june)
		scene(true, "~/Downloads/family/mia.png") // is not uploaded
		scene(true, "~/Pictures/AI/harbour.png")
		scene(false, "~/Pictures/AI/boat.png")
		scene(true, "~/Pictures/holiday.png") // is not uploaded
	},
	"family-nas": func(s *stage) {
		s.save("ChatGPT's", 400, "srv/family/mia/"+april)
		copied := s.picture("ChatGPT's")
		s.write("srv/family/mia/harbour.png", copied, 100)
		s.write("srv/family/noah/harbour.png", copied, 100)
		s.save("large", 400, "srv/family/noah/poster.png")
		s.save("ChatGPT's", 400, "srv/family/Album/"+may)
		s.save("ChatGPT's", 400, "srv/family/noah/keep/"+june)
		s.save("ChatGPT's", 400, "srv/family/#recycle/"+july)
		s.save("ChatGPT's", 400, "srv/family/mia/@eaDir/thumb.png")
		s.save("ChatGPT's", 400, "srv/family/mia/Camera/"+july)
		s.save("plain", 400, "srv/family/noah/"+august)
		s.save("plain", 400, "srv/family/noah/holiday.png")
		s.save("ChatGPT's", 400, "srv/elsewhere/"+april) // no root
	},
	"workspace-admin": func(s *stage) {
		mia, err := s.drive.AddAccount(drivesim.Person{Email: "mia@example.org"})
		s.must(err)
		noah, err := s.drive.AddAccount(drivesim.Person{Email: "noah@example.org"})
		s.must(err)
		marketing, err := s.drive.AddDrive("Marketing", map[*drivesim.Account]string{mia: "organizer", noah: "writer"})
		s.must(err)
		sales, err := s.drive.AddDrive("Sales", map[*drivesim.Account]string{mia: "organizer"})
		s.must(err)
		s.upload(mia, "ChatGPT's", 100, april, "")
		s.upload(mia, "ChatGPT's", 10, may, "")
		s.upload(mia, "plain", 100, june, "")
		s.upload(mia, "photo", 100, august, "")
		s.upload(mia, "ChatGPT's", 100, "keep/"+july, "")
		s.must(mia.Star(s.upload(mia, "ChatGPT's", 100, "harbour.png", ""), true))
		s.must(mia.Share(s.upload(mia, "ChatGPT's", 100, "boat.png", ""), noah, "reader"))
		s.upload(noah, "ChatGPT's", 100, august, marketing.ID())
		s.upload(mia, "ChatGPT's", 100, august, sales.ID()) // no storage has it
		pictures, err := noah.Folder("Pictures", "")
		s.must(err)
		ai, err := noah.Folder("AI", pictures)
		s.must(err)
		s.upload(noah, "ChatGPT's", 100, april, ai)
		s.upload(noah, "ChatGPT's", 100, "Finished/"+may, ai)
		s.upload(noah, "ChatGPT's", 100, june, pictures) // outside of his root
	},
	"company": func(s *stage) {
		domain := s.domain()
		designers, err := domain.AddGroup("designers@acme.example")
		s.must(err)
		join := func(name, unit string, group *drivesim.Group) *drivesim.Account {
			s.Helper()
			a, err := s.drive.AddAccount(drivesim.Person{Email: name + "@acme.example", Domain: domain, Unit: unit})
			s.must(err)
			if group != nil {
				s.must(group.Add("MEMBER", a))
			}
			s.upload(a, "ChatGPT's", 100, april, "")
			return a
		}
		bea := join("bea", "/Design", designers)
		s.upload(bea, "ChatGPT's", 10, may, "")
		s.upload(bea, "photo", 100, june, "")
		s.upload(bea, "ChatGPT's", 100, "keep/"+july, "")
		s.upload(bea, "ChatGPT's", 100, "launch-2027 poster.png", "")
		s.must(bea.Star(s.upload(bea, "ChatGPT's", 100, "launch-2027 teaser.png", ""), true))
		s.upload(bea, "ChatGPT's", 200, "wanted.png", "")
		join("carl", "/Design", designers) // is left out
		dan := join("dan", "/Design", designers)
		s.upload(dan, "ChatGPT's", 200, "Portfolio/"+august, "")
		eve := join("eve", "/Office", nil)
		s.must(eve.Share(s.upload(eve, "ChatGPT's", 100, "boat.png", ""), bea, "reader"))
		join("finn", "/Sales", nil) // is in neither
		s.run("scan")
		for _, kept := range []string{"wanted.png", "launch-2027 poster.png"} {
			s.run("keep", "designers/bea@acme.example:/"+kept)
		}
		s.later = func() { join("noah", "/Office", nil) } // a new account
	},
	"dropbox-team": func(s *stage) {
		s.must(s.box.AddApp(dropboxsim.App{
			Key: "abcd1234efgh567", Team: true, Redirects: []string{"http://" + dropboxaccount.Callback + "/"},
		}))
		var err error
		s.team, err = s.box.AddTeam("Studio", dropboxsim.Advanced, false)
		s.must(err)
		var designers []*dropboxsim.Account
		join := func(name string) *dropboxsim.Account {
			s.Helper()
			a, err := s.box.AddAccount(dropboxsim.Person{
				Email: name + "@studio.example", Team: s.team, Admin: name == "boss",
			})
			s.must(err)
			s.drop(a, "ChatGPT's", 100, "/AI/"+april)
			return a
		}
		s.clock = s.clock.Add(-time.Hour) // else the files came too recently
		join("boss")                      // is not in the group
		for _, name := range []string{"bea", "carl", "dan"} {
			designers = append(designers, join(name))
		}
		group, err := s.team.AddGroup("Designers", designers...)
		s.must(err)
		bea, dan := designers[0], designers[2]
		s.drop(bea, "ChatGPT's", 10, "/AI/"+may)
		s.drop(bea, "ChatGPT's", 100, "/AI/keep/"+july)
		s.drop(bea, "ChatGPT's", 100, "/launch-2027 poster.png")
		s.drop(bea, "ChatGPT's", 100, "/wanted.png")
		s.drop(bea, "ChatGPT's", 100, "/Camera Uploads/"+june)
		s.drop(dan, "ChatGPT's", 100, "/Clients/"+august)
		s.clock = s.clock.Add(time.Hour)
		s.signIn("studio")
		s.run("scan")
		for _, kept := range []string{"wanted.png", "launch-2027 poster.png"} {
			s.run("keep", "studio/bea@studio.example:/"+kept)
		}
		s.later = func() { s.must(group.Set(append(designers, join("noah"))...)) } // a new account
	},
}

// testdata/examples has the results of each example, picture by picture, on three visits of a user who applies what
// is due; -update rewrites it.
func TestEachExampleDoesWhatItSays(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("../../deploy/examples/*.yaml")
	if err != nil || len(examples) != len(furnish) {
		t.Fatalf("%d examples, %v; %d are furnished", len(examples), err, len(furnish))
	}
	for name, with := range furnish {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, name)
			with(s)
			s.compare(filepath.Join("testdata", "examples", name+".golden"))
		})
	}
}

// compare compares the results of a policy, on three visits of a user who applies what is due, with a golden file.
func (s *stage) compare(golden string) {
	s.Helper()
	var got strings.Builder
	for _, visit := range []struct {
		said string
		days time.Duration
	}{{"the first visit", 0}, {"35 days later", 35}, {"15 days after that", 15}} {
		s.clock = s.clock.Add(visit.days * day)
		if visit.days == 35 && s.later != nil {
			s.later()
		}
		fmt.Fprintf(&got, "== %s\n%s", visit.said, s.plan())
		s.run("apply", "--yes")
	}
	fmt.Fprintf(&got, "== after that\n%s", s.left())
	if *update {
		s.must(os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	s.must(err)
	if got.String() != string(want) {
		s.Errorf("the policy does otherwise; got\n%s\nwant\n%s", got.String(), want)
	}
}
