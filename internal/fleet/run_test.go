//go:build unix

package fleet

import (
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
)

func TestSeveralWorkersSweepEveryAccountAndRecordEachFileOnce(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 4, Files: 40})
	a, b := w.start(quickly()), w.start(quickly())
	w.swept()
	w.stop(a)
	w.stop(b)
	w.judge(40)
	t.Logf("%s\n%s", a.log, b.log)
}
