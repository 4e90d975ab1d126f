package e2e

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const memoryPolicy = `version: 1
storages: {home: {type: local, roots: [~/Pictures]}}
rules:
  - {name: look, when: {path: "**/look/**", confidence: possible, derived: include}, do: review}
  - {name: mine, when: {confidence: possible, derived: include}, do: trash}
settle: 0s
`

// visitor is a person without a browser, who looks at 10,000 pictures.
type visitor struct {
	testing.TB
	home string
	http *http.Client
	cmd  *exec.Cmd
	base string // the address of the page
}

// BenchmarkReviewMemory reports how much memory the page takes beside a scan: the most that sweepd review had with
// 10,000 pictures in ten folders, less the most that sweepd scan had. It also reports the processor time of the
// thumbnails of 300 large pictures among them, which are copies of the PNGs of a megabyte and more below the folder
// SWEEPD_BENCH_DIR. For docs/internals/performance.md.
func BenchmarkReviewMemory(b *testing.B) {
	v := &visitor{TB: b, home: b.TempDir()}
	v.fill(os.Getenv("SWEEPD_BENCH_DIR"))
	binary := Build(b)
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(binary, args...)
		cmd.Env = []string{"HOME=" + v.home, "SWEEPD_POLICY=" + filepath.Join(v.home, "policy.yaml")}
		return cmd
	}
	scan := 0.0
	for range 2 { // the first one, and one that has all verdicts in its record
		cmd := command("scan")
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		scan = max(scan, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss<<10)/1e6)
	}
	b.Logf("sweepd scan: %.1f MB at most", scan)
	v.cmd = command("review", "--no-browser")
	v.start()
	peak := 0.0
	after := func(what string, do func()) {
		began, cpu := time.Now(), v.processor()
		do()
		now, most := v.memory()
		peak = most
		b.Logf("%-36s %6.1f MB now, %6.1f at most; %5.2f s, of a processor %5.2f s", what, now, most,
			time.Since(began).Seconds(), (v.processor() - cpu).Seconds())
	}
	var ids []string
	after("the scan and the first page", func() { v.get("/") })
	after("all IDs and 50 times 60 cards", func() {
		v.must(json.Unmarshal(v.get("/ids"), &ids))
		for at := range 50 {
			v.get("/cards?ids=" + strings.Join(ids[at*60:at*60+60], ","))
		}
	})
	large := v.ids("?sort=largest")[:300]
	before := v.processor()
	after("thumbnails of the 300 largest", func() { v.thumbnails(large) })
	b.ReportMetric((v.processor()-before).Seconds()*1000/300, "CPU-ms/large-thumbnail")
	after("3,000 more thumbnails, six at a time", func() { v.thumbnails(ids[:3000]) })
	after("all pages", func() {
		for _, page := range []string{"/waiting", "/history", "/storages", "/policy"} {
			v.get(page)
		}
	})
	after("the effect of a draft", func() {
		draft := strings.Replace(memoryPolicy, "do: review", "do: trash", 1)
		page := v.post("/policy", url.Values{"draft": {draft}})
		n := regexp.MustCompile(`(4,[0-9]{3}|5,000) files`).FindString(page) // a guard may hold real pictures
		if n == "" {
			b.Error("the draft has another effect")
		}
		b.Logf("the draft trashes %s", n)
	})
	after("two more scans", func() { v.post("/look", nil); v.post("/look", nil) })
	after("the plan, and 50 pictures kept", func() {
		v.get("/apply")
		v.post("/decide", url.Values{"do": {"keep"}, "id": ids[:50]})
	})
	b.ReportMetric(peak, "peak-MB")
	b.ReportMetric(peak-scan, "MB-beside-scan")
	b.ReportMetric(0, "ns/op") // it is measured once
}

// fill writes the pictures, copies of large ones first.
func (v *visitor) fill(large string) {
	v.Helper()
	v.must(os.WriteFile(filepath.Join(v.home, "policy.yaml"), []byte(memoryPolicy), 0o600))
	var real []string
	v.must(filepath.WalkDir(large, func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".png" {
			return nil
		}
		if st, err := d.Info(); err == nil && st.Size() > 1_000_000 {
			real = append(real, path)
		}
		return nil
	}))
	then := time.Now().AddDate(0, 0, -100)
	for n := range 10_000 {
		content := small(v, n)
		if n%33 == 0 && len(real) > 0 {
			var err error
			content, err = os.ReadFile(real[n/33%len(real)])
			v.must(err)
			content = numbered(content, n)
		}
		folder := []string{"look", "other"}[n%10/5]
		name := fmt.Sprintf("ChatGPT Image Apr 20, 2026, 01_%02d_%02d AM.png", n/600, n/10%60)
		path := filepath.Join(v.home, "Pictures", folder, strconv.Itoa(n%10), name)
		v.must(os.MkdirAll(filepath.Dir(path), 0o700))
		v.must(os.WriteFile(path, content, 0o600))
		v.must(os.Chtimes(path, then, then))
	}
}

// small returns a picture that can be shown, another one for each number.
func small(t testing.TB, n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range m.Pix {
		m.Pix[i] = byte(n>>(i%4*4)+i/256) | byte(i%4/3*255)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// numbered returns a PNG with a number in a chunk of text after its header, which makes it another picture.
func numbered(content []byte, n int) []byte {
	const header = 8 + 25 // the signature and IHDR
	text := fmt.Sprintf("tEXtComment\x00%06d", n)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, text...), crc32.ChecksumIEEE([]byte(text)))
	return slices.Concat(content[:header], chunk, content[header:])
}

// start starts the program and signs in.
func (v *visitor) start() {
	v.Helper()
	var errs bytes.Buffer
	v.cmd.Stderr = &errs
	in, err := v.cmd.StdinPipe() // which stays open, as a terminal does
	v.must(err)
	out, err := v.cmd.StdoutPipe()
	v.must(err)
	v.must(v.cmd.Start())
	v.Cleanup(func() {
		v.must(v.cmd.Process.Signal(syscall.SIGINT))
		v.must(in.Close())
		if err := v.cmd.Wait(); err != nil {
			v.Errorf("review ends with %v:\n%s", err, errs.String())
		}
	})
	link, err := bufio.NewReader(out).ReadString('\n')
	v.must(err)
	var path string
	v.base, path, _ = strings.Cut(strings.TrimSpace(link), "/login/")
	jar, _ := cookiejar.New(nil) // never fails
	v.http = &http.Client{Jar: jar}
	v.get("/login/" + path)
}

// ids are the IDs of all pictures of a query.
func (v *visitor) ids(query string) (all []string) {
	v.Helper()
	v.must(json.Unmarshal(v.get("/ids"+query), &all))
	return all
}

// thumbnails gets thumbnails as a browser does: six at a time.
func (v *visitor) thumbnails(ids []string) {
	v.Helper()
	queue := make(chan string)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			for id := range queue {
				if !bytes.HasPrefix(v.get("/thumbnail/"+id), []byte("\xff\xd8")) {
					v.Errorf("the thumbnail of %s is no JPEG", id)
				}
			}
		})
	}
	for _, id := range ids {
		queue <- id
	}
	close(queue)
	group.Wait()
}

func (v *visitor) get(path string) []byte {
	v.Helper()
	resp, err := v.http.Get(v.base + path)
	return v.body(resp, err)
}

func (v *visitor) post(path string, form url.Values) string {
	v.Helper()
	resp, err := v.http.PostForm(v.base+path, form)
	return string(v.body(resp, err))
}

func (v *visitor) body(resp *http.Response, err error) []byte {
	v.Helper()
	v.must(err)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	v.must(err)
	if resp.StatusCode != http.StatusOK {
		v.Fatalf("%s: %s\n%s", resp.Request.URL, resp.Status, content)
	}
	return content
}

// memory returns the resident memory of the program in megabytes: now, and the most so far.
func (v *visitor) memory() (now, most float64) {
	v.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", v.cmd.Process.Pid))
	v.must(err)
	field := func(name string) float64 {
		kilobytes, err := strconv.ParseFloat(regexp.MustCompile(name + `:\s+(\d+) kB`).
			FindStringSubmatch(string(status))[1], 64)
		v.must(err)
		return kilobytes * 1024 / 1e6
	}
	return field("VmRSS"), field("VmHWM")
}

// processor returns the processor time of the program.
func (v *visitor) processor() time.Duration {
	v.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", v.cmd.Process.Pid))
	v.must(err)
	_, rest, _ := strings.Cut(string(stat), ") ")
	ticks := 0
	for _, field := range strings.Fields(rest)[11:13] { // utime and stime of proc(5), in hundredths of a second
		n, err := strconv.Atoi(field)
		v.must(err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

func (v *visitor) must(err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
}
