// Package policyfile reads the policy from its file.
//
// Parse returns the policy of a YAML file, or all mistakes in the file with their positions. The keys are the fields
// of the form, whose comments are also the descriptions in deploy/policy.schema.json.
//
// Parse works in steps, each of which needs the ones before: the file is read as YAML; decoder.fill sets the form and
// reports mistakes within a key, such as an unknown key or a value of a wrong form; decoder.check reports those that
// involve several keys; form.policy adds the defaults; and Policy.Resolve follows the symbolic links. So a policy
// exists only if its file has no mistake.
package policyfile

//go:generate go test . -run TestTheSchemaIsFresh -update
