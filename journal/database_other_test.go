//go:build !unix

package journal

import "testing"

// The suite runs on PostgreSQL where a server can be started as another user.

type noServer struct{}

func (noServer) Schema(testing.TB) string { return "" }

func server() *noServer                   { return nil }
func emptySchema(testing.TB) string       { return "" }
func leaseAll(testing.TB, *Journal) error { return nil }
func closeServer() error                  { return nil }
func testTerms() terms                    { return standardTerms(0) }
