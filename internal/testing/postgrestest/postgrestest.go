//go:build unix

// Package postgrestest runs a real PostgreSQL server for the tests of one package: as an unprivileged user, in a folder
// of its own and on a Unix socket in it.
package postgrestest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// nobody is the user that the server runs as if the tests run as root, as whom it refuses to.
const nobody = 65534

// Server is a running server. Its methods fail the test t that they are given.
type Server struct {
	dir      string
	settings []string
	cmd      *exec.Cmd
}

// Start makes and starts a server with those settings, as name=value, beside the ones for tests. Close ends it.
func Start(settings ...string) (*Server, error) {
	dir, err := os.MkdirTemp("", "sweepd-postgres-*")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, settings: settings}
	if os.Getuid() == 0 {
		err = os.Chown(dir, nobody, nobody)
	}
	if err == nil {
		var out []byte
		out, err = s.command("initdb", "--pgdata="+s.data(), "--username=sweepd", "--auth=trust", "--encoding=UTF8",
			"--locale=C", "--no-sync", "--no-instructions").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("initdb: %w: %s", err, out)
		}
	}
	if err == nil {
		err = s.run()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// hereEnv is the folder of the server on which a suite runs.
const hereEnv = "SWEEPD_TEST_POSTGRES"

// Here returns the server on which Suite runs this process, nil in any other process.
func Here() *Server {
	if dir := os.Getenv(hereEnv); dir != "" {
		return &Server{dir: dir}
	}
	return nil
}

// Suite runs the tests of this package again, in a process in which Here returns s.
func (s *Server) Suite(t *testing.T, flags ...string) {
	t.Helper()
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if testing.Verbose() {
		flags = append(flags, "-test.v")
	}
	cmd := exec.Command(test, append(flags, "-test.shuffle=on")...)
	cmd.Env = append(os.Environ(), hereEnv+"="+s.dir)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// data returns the folder of the server's files.
func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// command returns a command of PostgreSQL as an unprivileged user. Debian has it in a folder by its version.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	path, err := exec.LookPath(name)
	if all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); err != nil && len(all) > 0 {
		path = slices.Max(all)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.dir)
	// A group of its own, so that an interrupt of the tests does not end it before them.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	outlives(cmd.SysProcAttr)
	return cmd
}

// run starts the server and waits until it answers.
func (s *Server) run() error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	// The tests kill the server and never the machine, so that nothing has to be on the disk.
	args := []string{
		"-D", s.data(), "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=150",
		"-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "autovacuum=off", "-c", "deadlock_timeout=100ms",
	}
	for _, setting := range s.settings { // the last one counts
		args = append(args, "-c", setting)
	}
	s.cmd = s.command("postgres", args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the server ends with the thread that started it: see outlives
		started <- s.cmd.Start()
		select {}
	}()
	if err := <-started; err != nil {
		return err
	}
	for range 600 {
		var c *pgx.Conn
		if c, err = pgx.Connect(context.Background(), s.dsn("")); err == nil {
			return c.Close(context.Background())
		}
		time.Sleep(50 * time.Millisecond)
	}
	said, _ := os.ReadFile(log.Name())
	return fmt.Errorf("the server does not answer: %w: %s", err, said)
}

// hasty makes the commits of a session return before they are on disk.
const hasty = "&synchronous_commit=off"

// dsn returns the address of the server with a schema in front.
func (s *Server) dsn(schema string) string {
	return fmt.Sprintf("postgres:///postgres?host=%s&user=sweepd&search_path=%s", s.dir, schema) + hasty
}

// Durable returns dsn for sessions whose commits are on disk when they return, as the tests of crashes need them.
func Durable(dsn string) string { return strings.TrimSuffix(dsn, hasty) }

// Socket returns the path of the socket on which the server listens.
func (s *Server) Socket() string { return filepath.Join(s.dir, ".s.PGSQL.5432") }

// Schema makes an empty schema and returns its address.
func (s *Server) Schema(t testing.TB) string {
	t.Helper()
	name := strings.ToLower("test_" + rand.Text())
	s.Exec(t, s.dsn(""), "CREATE SCHEMA "+name)
	return s.dsn(name)
}

// Journal returns the address of an empty journal, or of an empty schema, which the next caller gets after the test:
// making the tables anew takes longer than most tests.
func (s *Server) Journal(t testing.TB) string {
	t.Helper()
	dsn := ""
	select {
	case dsn = <-schemas:
	default:
		dsn = s.Schema(t)
	}
	t.Cleanup(func() {
		s.Exec(t, dsn, emptyTables)
		schemas <- dsn
	})
	return dsn
}

// schemas are those that no test of this process uses.
var schemas = make(chan string, 1000)

// emptyTables brings the tables of a journal to the state after their migration.
const emptyTables = `DO $$ DECLARE t text; BEGIN
	IF to_regclass('journal') IS NULL THEN RETURN; END IF;
	SET LOCAL session_replication_role = replica; -- without the checks of references
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'journal' LOOP
		EXECUTE format('DELETE FROM %I', t);
	END LOOP;
	FOR t IN SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() LOOP
		EXECUTE format('ALTER SEQUENCE %I RESTART', t);
	END LOOP;
	INSERT INTO leases VALUES ('', 0, '', '-infinity', 0, '');
	INSERT INTO verified VALUES (0, 0);
	INSERT INTO lookup VALUES ('', '');
	INSERT INTO controls VALUES (1);
END $$`

// Exec runs SQL at that address as another client.
func (s *Server) Exec(t testing.TB, dsn, sql string) {
	t.Helper()
	c, err := pgx.Connect(context.Background(), dsn)
	if err == nil {
		_, err = c.Exec(context.Background(), sql, pgx.QueryExecModeSimpleProtocol)
		err = errors.Join(err, c.Close(context.Background()))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Backup makes a backup of the schema at dsn with pg_dump. restore puts it in place of what is there by then.
func (s *Server) Backup(t testing.TB, dsn string) (restore func()) {
	t.Helper()
	schema := strings.TrimSuffix(dsn[strings.Index(dsn, "search_path=")+len("search_path="):], hasty)
	dump, err := s.command("pg_dump", "--host="+s.dir, "--username=sweepd", "--schema="+schema, "postgres").Output()
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		s.Exec(t, dsn, "DROP SCHEMA "+schema+" CASCADE")
		psql := s.command("psql", "--host="+s.dir, "--username=sweepd", "--quiet", "--set=ON_ERROR_STOP=1", "postgres")
		psql.Stdin = bytes.NewReader(dump)
		if out, err := psql.CombinedOutput(); err != nil {
			t.Fatalf("psql: %v: %s", err, out)
		}
	}
}

// Freeze stops all processes of the server, as a machine that hangs does; thaw lets them go on.
func (s *Server) Freeze(t testing.TB) (thaw func()) {
	t.Helper()
	all := s.processes(t)
	for _, pid := range all {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
	}
	return func() {
		for _, pid := range all {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}
}

// processes returns the server's first process and its children.
func (s *Server) processes(t testing.TB) []int {
	t.Helper()
	out, err := exec.Command("ps", "-o", "pid=", "--ppid", fmt.Sprint(s.cmd.Process.Pid)).Output()
	if err != nil {
		t.Fatal(err)
	}
	all := []int{s.cmd.Process.Pid}
	for _, word := range strings.Fields(string(out)) {
		var pid int
		if _, err := fmt.Sscan(word, &pid); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

// Restart kills the server, as a crash does, and starts it again.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.kill()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
}

// kill ends the server at once. Its children end with it: see "immediate shutdown" in
// https://www.postgresql.org/docs/current/server-shutdown.html.
func (s *Server) kill() {
	_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	_ = s.cmd.Wait()
}

// Close ends the server and removes its folder.
func (s *Server) Close() error {
	if s.cmd != nil && s.cmd.Process != nil {
		s.kill()
	}
	return exec.Command("rm", "-r", "--", s.dir).Run()
}
