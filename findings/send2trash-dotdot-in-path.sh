#!/bin/sh
# Send2Trash 1.8.1b0, Debian 12 package python3-send2trash 1.8.1~b0-2
#
# Expected: the Path of a .trashinfo file "MUST not include a ".." directory, and for files not "under" that directory,
# absolute pathnames must be used" (freedesktop.org trash specification, which info_for in plat_other.py repeats as a
# comment).
# Behaviour: for a file in a folder whose name only begins like that of the data folder, such as ~/.local/share-old
# beside ~/.local/share, Send2Trash writes Path=../share-old/picture.png. It compares the two paths as strings, with
# startswith. No error is reported.
# Workaround: none in the API; a reader that restores must refuse or resolve the "..". (If PyGObject is installed,
# Send2Trash leaves the work to GLib.)
#
# Needs python3, apt-get, dpkg and the Debian 12 archive.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.8.1~b0-2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

if ! { apt-get download "python3-send2trash=$version" && dpkg-deb -x python3-send2trash_*.deb root &&
	PYTHONPATH=root/usr/lib/python3/dist-packages python3 -c 'import send2trash.plat_other' ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: python3-send2trash $version, $(python3 --version)"
HOME=$dir/home
XDG_DATA_HOME=$HOME/.local/share
export HOME XDG_DATA_HOME
wrong=0
for folder in .local/other .local/share-old; do
	mkdir -p "$HOME/$folder"
	echo picture >"$HOME/$folder/picture.png"
	PYTHONPATH=root/usr/lib/python3/dist-packages python3 -c '
import sys
from send2trash.plat_other import send2trash
send2trash(sys.argv[1])' "$HOME/$folder/picture.png" || exit 2
	info=$(sed -n 's/^Path=//p' "$XDG_DATA_HOME/Trash/info/picture.png.trashinfo")
	rm "$XDG_DATA_HOME/Trash/info/picture.png.trashinfo" "$XDG_DATA_HOME/Trash/files/picture.png"
	echo "file ~/$folder/picture.png"
	echo "  expected Path=~/$folder/picture.png, absolute"
	echo "  seen     Path=$info" | sed "s|$HOME|~|"
	case $info in
	../share-old/picture.png) wrong=$((wrong + 1)) ;;
	"$HOME/.local/other/picture.png") ;;
	*) echo "changed: another path" && exit 1 ;;
	esac
done
if [ "$wrong" = 1 ]; then
	echo 'behaviour: the Path of a file beside the data folder has a ".." directory'
else
	echo "changed: both paths are absolute"
	exit 1
fi
