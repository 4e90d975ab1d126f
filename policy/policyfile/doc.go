// Package policyfile reads the policy from its file.
//
// Parse returns the policy of a YAML file, or all mistakes in the file with their positions. The keys are the fields
// of the form, whose comments are also the descriptions in deploy/policy.schema.json.
package policyfile

//go:generate go test . -run TestTheSchemaIsFresh -update
