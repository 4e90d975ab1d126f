// Package disk asks the kernel about files and mounts: it opens what is beneath a folder, through no symbolic link and
// onto no other mount, compares states of files, and finds the mount or the btrfs subvolume that a folder is in.
//
// It deletes and moves nothing. All but its functions of paths is for Linux.
package disk
