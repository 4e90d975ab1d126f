// Package providertest tests that providers keep their contract. Run is the one conformance suite: each provider's
// test is a Harness and a call, and a bug found in one provider becomes a case for all. Memory is a full driver
// without a disk or a network for the engine's tests. Faulty wraps any driver and makes chosen calls fail, before
// they act or after.
//
// Production code must not use this package.
package providertest
