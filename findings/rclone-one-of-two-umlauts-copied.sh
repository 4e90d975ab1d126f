#!/bin/sh
# rclone 1.60.1, Debian 12 package rclone 1.60.1+dfsg-2+b5
#
# Expected: after "rclone sync a b" the folder b has each file of a, or the exit status is not 0. "rclone check a b"
# reports a file that is in a only.
# Behaviour: two pictures whose names differ only in the Unicode form of a letter, as when one of them came from a Mac,
# are one file for rclone. sync copies one of them; check counts 0 differences for the folder that lacks the other. Both
# have the exit status 0, with a line "Duplicate object found in source - ignoring" of the level NOTICE. The manual says
# that such names are "normalized into the same character", but not that a file is left out.
# Workaround: --no-unicode-normalization; both files are copied then.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.60.1+dfsg-2+b5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.py <<'PY'
import os, re, subprocess, sys

def rclone(*words):
    run = subprocess.run(["rclone", "--config", os.devnull, *words], capture_output=True, text=True)
    return run.returncode, run.stderr

def bytes_of(folder):
    return sorted(open(os.path.join(folder, name)).read() for name in os.listdir(folder))

os.mkdir("a")
for name, text in (("u\u0308.png", "sunset"), ("\u00fc.png", "portrait"), ("b.png", "logo")):
    with open(os.path.join("a", name), "w") as f:
        f.write(text)
status, _ = rclone("sync", "--no-unicode-normalization", "a", "all")
expected, all_of_them = bytes_of("a"), bytes_of("all")
if status or all_of_them != expected:
    print("error: rclone does not copy", expected)
    sys.exit(2)
sync_status, told = rclone("sync", "a", "b")
check_status, report = rclone("check", "a", "b")
seen = bytes_of("b")
differences = re.findall(r": (\d+) differences", report)
print("files with --no-unicode-normalization:", all_of_them)
print("files, expected:", expected)
print("files, seen:    ", seen)
print("exit status of sync: %d, of check: %d, differences by check: %s" % (sync_status, check_status, differences))
if sync_status or check_status or len(seen) != 2 or "logo" not in seen or differences != ["0"]:
    print("changed")
    sys.exit(1)
print("behaviour: one of two pictures is not copied, and check finds no difference")
PY

# fetch unpacks the packages, and those that they need and this system lacks.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! fetch "rclone=$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: rclone $version"
PATH="$dir/root/usr/bin:$PATH"
LC_ALL=C.UTF-8
export PATH LC_ALL
python3 main.py
