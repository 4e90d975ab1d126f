// Package fleet lets several processes, on one machine or many, sweep the storages of one policy with one record in
// PostgreSQL.
//
// Each storage is swept in turns. A worker queues the storages that are due, in the order in which they became due, as
// jobs of River (https://riverqueue.com), and any worker of the queue takes one: the storages of a service have a
// queue, and those on the disks of a host have one that only the host works on. A turn is one step of the service's
// loop (daemon.Service.Turn), and ends after some files or minutes, so that no storage keeps others waiting.
//
// The members of organizations are registered by one row, which has turns too: they read the directories.
//
// A job is a signal and never a lock, because a queue can lose a job, double it, and give it to another worker while
// the first still runs. Two things decide: the number of the turn in the row of the storage, which lets one job of
// several begin, and for everything that changes a file the lease of the journal, whose epoch is compared in the
// transaction that records the intent.
package fleet
