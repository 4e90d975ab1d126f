package cloudhttp

import (
	"context"
	"time"
)

// Quota is what several transports, also of other processes, may together ask of a service. A transport's own pace is
// kept as well. Its methods may be called by several goroutines.
type Quota interface {
	// Wait returns when a call may begin. An error means that it must not.
	Wait(ctx context.Context) error
	// Limited notes that the service has refused a call because there were too many, and how long it asked to wait;
	// 0 if it did not say.
	Limited(ctx context.Context, asked time.Duration)
}
