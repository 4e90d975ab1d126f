package dropboxsim

import "fmt"

// later returns a route whose answer is fetched by another: the work is done at once, but the client gets the result
// only when it asks.
func later(serve func(c *call) (any, error)) func(c *call) (any, error) {
	return func(c *call) (any, error) {
		out, err := serve(c)
		if err != nil {
			return nil, err
		}
		c.d.mu.Lock()
		defer c.d.mu.Unlock()
		id := fmt.Sprintf("dbjid:%s", c.d.secret())
		c.d.jobs[id] = job{c.a, c.rt, out.(map[string]any)}
		return map[string]any{".tag": "async_job_id", "async_job_id": id}, nil
	}
}

// job is the result of a request that is answered later. It is kept for good, and only for the account that
// asked.
type job struct {
	a   *Account
	of  *route
	out map[string]any
}

// checkOf returns the route that fetches the answer of another. The answer is always complete; a job of another
// route or account is invalid_async_job_id.
func checkOf(of *route) func(c *call) (any, error) {
	return func(c *call) (any, error) {
		var in struct {
			ID string `json:"async_job_id"`
		}
		if err := c.args(&in); err != nil {
			return nil, err
		}
		c.d.mu.Lock()
		defer c.d.mu.Unlock()
		j, ok := c.d.jobs[in.ID]
		if !ok || j.a != c.a || j.of != of {
			return nil, union("invalid_async_job_id")
		}
		j.out[".tag"] = "complete"
		return j.out, nil
	}
}
