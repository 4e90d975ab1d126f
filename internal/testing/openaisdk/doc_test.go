// Package openaisdk lets OpenAI's own Go client judge the simulated Content Provenance API and the client of
// internal/cloud/provenance. It is a module of its own, because compiling that SDK takes two minutes of processor time
// and 3 GB of memory: docs/internals/dependencies.md.
package openaisdk
