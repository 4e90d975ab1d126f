package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// firstKey presses a key every few milliseconds from the start of a page, until one is handled: a card has the focus.
const firstKey = `(() => {
	window.long = [];
	new PerformanceObserver(l => long.push(...l.getEntries().map(e => e.duration))).observe({type: 'longtask'});
	const timer = setInterval(() => {
		document.body?.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
		if (!document.activeElement?.matches('.card')) return;
		window.handled = performance.now();
		clearInterval(timer);
	}, 2);
})()`

// scrollAll scrolls to the end of the page by a thousand pixels a frame, and returns the number of frames.
const scrollAll = `new Promise(done => {
	let frames = 0;
	const step = () => {
		const before = scrollY;
		scrollBy(0, 1000);
		frames++;
		if (scrollY === before) done(frames); else requestAnimationFrame(step);
	};
	requestAnimationFrame(step);
})`

// tasks are the pieces of work of the page's main thread, as Chromium's trace has them.
type tasks struct {
	mu       sync.Mutex
	of       map[[2]int][]float64 // milliseconds of processor time, by process and thread
	main     [2]int
	complete chan struct{}
}

func (w *tasks) listen(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *tracing.EventDataCollected:
		for _, raw := range e.Value {
			var one struct {
				Name, Ph string
				Pid, Tid int
				Tdur     float64 // microseconds
				Args     struct{ Name string }
			}
			if json.Unmarshal(raw, &one) != nil {
				continue
			}
			thread := [2]int{one.Pid, one.Tid}
			mains := one.Name == "thread_name" && one.Args.Name == "CrRendererMain"
			if mains && len(w.of[thread]) >= len(w.of[w.main]) {
				w.main = thread
			}
			if one.Ph == "X" && one.Tdur > 0 {
				w.of[thread] = append(w.of[thread], one.Tdur/1000)
			}
		}
	case *tracing.EventTracingComplete:
		close(w.complete)
	}
}

// BenchmarkReviewPage reports the pace of the page with 10,000 pictures: the time until the first key is handled, and
// the longest piece of work while all of them are scrolled by, in processor time. For docs/internals/performance.md.
func BenchmarkReviewPage(b *testing.B) {
	c := newChromium(b)
	r := &reviewer{driveWorld: &driveWorld{TB: b, home: b.TempDir(), c: &cloud{}}, browser: c}
	r.must(os.WriteFile(r.home+"/policy.yaml", []byte(`version: 1
storages: {home: {type: local, roots: [~/Pictures]}}
rules: [{name: look, when: {confidence: likely, derived: include}, do: review}]
settle: 0s
`), 0o600))
	for n := range 10_000 {
		r.write(fmt.Sprintf("%02d/%s", n/1000, reviewed(n%1000)), waves(64, 48, n))
	}
	r.start()
	_, err := chromedp.Call(c.ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: firstKey})
	r.must(err)
	var first []float64
	for range 3 {
		r.must(chromedp.Do(c.ctx, chromedp.Navigate(r.base+"/")))
		r.until(`window.handled && document.querySelectorAll('#cards > ul').length === 167`)
		at, err := chromedp.Run(c.ctx, chromedp.Evaluate[float64](`window.handled`))
		r.must(err)
		first = append(first, at)
	}
	slices.Sort(first)
	b.Logf("first key handled after %.0f ms", first)
	b.ReportMetric(first[len(first)/2], "ms/first-key")
	b.ReportMetric(0, "ns/op") // it is measured once

	w := &tasks{of: map[[2]int][]float64{}, complete: make(chan struct{})}
	r.must(chromedp.Listen(c.ctx, w.listen))
	_, err = chromedp.Call(c.ctx, tracing.Start, tracing.StartParams{TraceConfig: &tracing.TraceConfig{
		IncludedCategories: []string{"toplevel", "__metadata"}, ExcludedCategories: []string{"*"},
	}})
	r.must(err)
	r.must(chromedp.Do(c.ctx, chromedp.Navigate(r.base+"/"))) // the loading of the page too
	r.until(`document.querySelectorAll('#cards > ul').length === 167`)
	frames, err := chromedp.Run(c.ctx, chromedp.Evaluate[int](scrollAll, chromedp.EvalAwaitPromise))
	r.must(err)
	_, err = chromedp.Call(c.ctx, tracing.End, struct{}{})
	r.must(err)
	<-w.complete
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.of[w.main]
	slices.Sort(all)
	over := 0
	for _, ms := range all {
		if ms > 50 {
			over++
		}
	}
	b.Logf("%d frames; %d pieces of work, the longest %.0f ms", frames, len(all), all[max(0, len(all)-10):])
	b.ReportMetric(all[len(all)-1], "ms/longest-work")
	b.ReportMetric(float64(over), "over-50ms")
	long, err := chromedp.Run(c.ctx, chromedp.Evaluate[[]float64](`long`))
	r.must(err)
	b.Logf("long tasks by the clock: %.0f ms", long)
}
