// Package providertest holds providers to their contract. Run is the one
// conformance suite: each provider's test is a Harness and a call, and a bug
// found in one provider becomes a case for all. Memory is a full driver
// without a disk or a network, which serves the engine's tests; Faulty wraps
// any driver and lets chosen calls fail, before they act or after.
//
// Nothing here is for production code.
package providertest
