# Boots this machine's systemd as process 1 of new namespaces, on an overlay of
# this machine's files: nothing that is written there outlives it, but for /home
# and /srv, which are folders of BOX, on whatever disk that is on. unshare(1)
# runs it, for box_linux_test.go, with
#   BOX     a folder of this machine for what the box needs of it, with a socket
#           "notify" in it where systemd says that it has booted
#   SWEEPD_BOX_ROOT   another root file system than this machine's, to try another
#           version of systemd: what debootstrap makes, by hand
#   SETUP   a folder whose content is put over the box's files before it boots
set -euo pipefail
mkdir -p "$BOX/mnt"
mount -t tmpfs -o size=1g,mode=755 box "$BOX/mnt"
mkdir "$BOX"/mnt/{upper,work,root}
root=$BOX/mnt/root
mount -t overlay -o "lowerdir=${SWEEPD_BOX_ROOT:-/},upperdir=$BOX/mnt/upper,workdir=$BOX/mnt/work" overlay "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys" # the kernel is the whole machine's
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do cp -a "/dev/$node" "$root/dev/"; done
mkdir "$root"/dev/{pts,shm}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for fd in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${fd%:*}" "$root/dev/${fd#*:}"; done
: >"$BOX/console"
: >"$root/dev/console"
mount --bind "$BOX/console" "$root/dev/console" # without one nothing is logged
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
: >"$root/run/notify"
mount --bind "$BOX/notify" "$root/run/notify"

# Only what a service may count on, and nothing of what else this machine runs.
units=$root/etc/systemd/system
mkdir -p "$units"
cat >"$units/box.target" <<EOF
[Unit]
Requires=basic.target
Wants=dbus.service systemd-logind.service systemd-user-sessions.service
After=basic.target dbus.service systemd-logind.service systemd-user-sessions.service
EOF
for unit in timers.target remote-fs.target systemd-{modules-load,networkd,sysctl,timesyncd,udev-trigger,udevd}.service; do
  ln -sfn /dev/null "$units/$unit"
done
tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
rm -f "$root/etc/fstab"
: >"$root/etc/fstab"
cp -a "$SETUP/." "$root/"
# People's files are on a real disk, and the box is no container to be thrown away.
rm -f "$root/.dockerenv"
for folder in home srv; do
  mkdir -p "$BOX/$folder" "$root/$folder"
  chmod 755 "$BOX/$folder"
  mount --bind "$BOX/$folder" "$root/$folder"
done

ip link set lo up
cd "$root"
mkdir .old
pivot_root . .old
cd /
umount -l /.old
rmdir /.old
mount --make-rshared / # else the folders of LoadCredential= stay empty
exec env -i container=sweepd-box NOTIFY_SOCKET=/run/notify PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
  /lib/systemd/systemd --system --unit=box.target
