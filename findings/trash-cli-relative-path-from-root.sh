#!/bin/sh
# trash-cli 0.17.1.14, Debian 12 package trash-cli 0.17.1.14-5
#
# Expected: a relative Path in a .trashinfo file "is to be from the directory in which the trash directory resides (for
# example, from $XDG_DATA_HOME for the "home trash" directory)" (freedesktop.org trash specification, "Contents of a
# trash directory"). Send2Trash writes such a path for each file below $XDG_DATA_HOME.
# Behaviour: trash-list and trash-restore read it from the root of the file system: notes/picture.png, deleted from
# ~/.local/share/notes, is listed as /notes/picture.png. trash-restore, called in the original folder, reports that no
# files were trashed from there; elsewhere it would restore to /notes. The lists report no error.
# Workaround: a reader must join the path with $XDG_DATA_HOME; a writer should use absolute paths.
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.17.1.14-5
writer=1.8.1~b0-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
export PYTHONPATH
if ! { apt-get download "trash-cli=$version" "python3-send2trash=$writer" &&
	for package in *.deb; do dpkg-deb -x "$package" root || exit 2; done &&
	python3 -c 'import trashcli.cmds, send2trash.plat_other' ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: trash-cli $version, python3-send2trash $writer, $(python3 --version)"
HOME=$dir/home
XDG_DATA_HOME=$HOME/.local/share
export HOME XDG_DATA_HOME
mkdir -p "$XDG_DATA_HOME/notes"
echo picture >"$XDG_DATA_HOME/notes/picture.png"
python3 -c '
import sys
from send2trash.plat_other import send2trash
send2trash(sys.argv[1])' "$XDG_DATA_HOME/notes/picture.png" || exit 2
echo "Send2Trash wrote $(grep ^Path= "$XDG_DATA_HOME/Trash/info/picture.png.trashinfo")"
seen=$(python3 root/usr/bin/trash-list | sed -n "s|^[-0-9]* [:0-9]* ||p" | grep picture.png) || exit 2
restore=$(cd "$XDG_DATA_HOME/notes" && python3 "$dir/root/usr/bin/trash-restore" </dev/null) || exit 2
echo "expected in the list: ~/.local/share/notes/picture.png"
echo "seen in the list:     $seen" | sed "s|$HOME|~|"
echo "trash-restore, in ~/.local/share/notes: $restore" | sed "s|$HOME|~|"
case $seen in
/notes/picture.png) echo "behaviour: a relative Path in the home trash is taken from the root of the file system" ;;
"$XDG_DATA_HOME/notes/picture.png") echo "changed: the path is right" && exit 1 ;;
*) echo "changed: another path" && exit 1 ;;
esac
