// Package systemdtest judges deploy/systemd and deploy/package by the real thing: systemd's own tools, and a systemd
// that runs as process 1 of a box made of namespaces, in which the package is installed as a person would install it.
// It is nothing but tests; those of the box take Linux and root.
package systemdtest
