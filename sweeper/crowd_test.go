package sweeper_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// crowd is a remote storage of very many pictures that are generated on request: one in ten has OpenAI's credential,
// the others are plain. A call takes time.
type crowd struct {
	providers.Unsupported
	images  int
	calls   time.Duration // each takes so long
	genuine []byte
	plain   []byte

	lists, reads, bytes atomic.Int64
}

func newCrowd(s *c2patest.Signer, images int) *crowd {
	genuine, _ := signed(s, 1)
	return &crowd{
		images:  images,
		genuine: genuine,
		plain:   append(c2patest.PlainPNG(40, 40, 2), make([]byte, 300_000)...),
	}
}

const page = 1000

func (c *crowd) Can() providers.Can { return providers.CanFollow }

func (c *crowd) content(i int) []byte {
	if i%10 == 0 {
		return c.genuine
	}
	return c.plain
}

func (c *crowd) entry(i int) providers.Entry {
	id := strconv.Itoa(i)
	e := providers.Entry{
		Ref:      providers.Ref("an-id-as-long-as-a-service-gives-" + id),
		Revision: providers.Revision("a-revision-" + id),
	}
	e.Path, e.Size, e.Modified = "/data/root/IMG_"+id+".png", int64(len(c.content(i))), time.Unix(1_700_000_000, 0)
	binary.BigEndian.PutUint64(e.SHA256[:], uint64(i)+1)
	return e
}

func (c *crowd) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		for i := range c.images {
			if since != "" {
				break
			}
			if i%page == 0 {
				c.lists.Add(1)
				time.Sleep(c.calls)
			}
			if !yield(providers.Change{Entry: c.entry(i)}, nil) {
				return
			}
		}
		c.lists.Add(1)
		time.Sleep(c.calls)
		yield(providers.Change{Next: "now", Seen: int64(c.images) * 10}, ctx.Err())
	}
}

func (c *crowd) Stat(context.Context, providers.Ref) (providers.Entry, error) {
	return providers.Entry{}, fs.ErrNotExist
}

func (c *crowd) ReadRange(
	_ context.Context, ref providers.Ref, _ providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	i, err := strconv.Atoi(string(ref[strings.LastIndexByte(string(ref), '-')+1:]))
	if err != nil {
		return nil, err
	}
	content := c.content(i)
	part := content[min(off, int64(len(content))):min(off+n, int64(len(content)))]
	c.reads.Add(1)
	c.bytes.Add(int64(len(part)))
	time.Sleep(c.calls)
	return io.NopCloser(bytes.NewReader(part)), nil
}

func (c *crowd) Guards(
	context.Context, providers.Ref, providers.Revision, []providers.Guard,
) ([]providers.Held, error) {
	return nil, nil
}

func (c *crowd) Close() error { return nil }

func TestAFirstScanOfManyRemotePicturesAsksLittle(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	c := newCrowd(s, 3000)
	plan := func(d providers.Driver) *sweeper.Summary {
		t.Helper()
		p, sum, err := b.over(d).Plan(t.Context(), sweeper.ScanOptions{})
		if err != nil || len(p.Trash) != 300 || sum.Images != 3000 || sum.Seen != 30_000 || sum.Errors != 0 {
			t.Errorf("%v, %+v, %v", p, sum, err)
		}
		return sum
	}
	sum := plan(c)
	if lists, reads, bytes := c.lists.Load(), c.reads.Load(), c.bytes.Load(); lists != 4 || reads != 3300 ||
		bytes > 300*160<<10+2700*4096 || sum.BytesRead != bytes {
		t.Errorf("%d listings, %d requests of %d bytes", lists, reads, bytes)
	}
	c.lists.Store(0)
	c.reads.Store(0)
	if plan(c); c.lists.Load() != 1 || c.reads.Load() != 0 {
		t.Errorf("without changes: %d listings and %d requests, want one and none", c.lists.Load(), c.reads.Load())
	}
}

// BenchmarkRemoteScan is a first scan with calls of 50 ms, and one without changes:
// SWEEPD_BENCH_IMAGES pictures, else 2,000.
func BenchmarkRemoteScan(b *testing.B) {
	images := 2000
	if n, err := strconv.Atoi(os.Getenv("SWEEPD_BENCH_IMAGES")); err == nil {
		images = n
	}
	for _, calls := range []time.Duration{0, 50 * time.Millisecond} {
		b.Run(fmt.Sprint(calls), func(b *testing.B) {
			for b.Loop() {
				benchRemoteScan(b, images, calls)
			}
		})
	}
}

func benchRemoteScan(b *testing.B, images int, calls time.Duration) {
	var first, again time.Duration
	box, s := remoteBox(b, remoteRules)
	c := newCrowd(s, images)
	c.calls = calls
	for _, took := range []*time.Duration{&first, &again} {
		began := time.Now()
		if _, err := box.over(c).Scan(b.Context(), sweeper.ScanOptions{}); err != nil {
			b.Fatal(err)
		}
		*took = time.Since(began)
	}
	listing, reading := time.Duration(c.lists.Load()-1)*calls, time.Duration(c.reads.Load())*calls/32
	b.ReportMetric(first.Seconds(), "first-s")
	b.ReportMetric(again.Seconds(), "again-s")
	b.ReportMetric(first.Seconds()/max(listing, reading, time.Nanosecond).Seconds(), "x-calls")
	b.ReportMetric(float64(c.reads.Load())/float64(images), "reads/image")
	b.ReportMetric(float64(c.bytes.Load())/float64(images), "B/image")
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			b.ReportMetric(float64(kib)/1024, "MiB-peak")
		}
	}
}
