#!/bin/sh
# Makes the base image, Debian 13 with Python 3.13, where no registry of images is reached: debootstrap, docker import.
#
#   compose/base.sh [IMAGE]     as root; IMAGE is school-federation-testbed-base where it is left out
#
# IMAGE:build is made beside it, the same with binutils, for stages whose libraries are stripped.
#
# MIRROR    of Debian's packages, by default the one that this machine's apt uses
# KEYRING   that the mirror's signature is held against, by default Debian's own
#
# The same packages give the same layer: times are the release's, and what differs from one making to the next is removed.
set -eu

image="${1:-school-federation-testbed-base}"
suite=trixie
keyring="${KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}"
packages=ca-certificates,python3,tzdata,binutils

no() {
  echo "compose/base.sh: $1" >&2
  exit 2
}

[ "$(id -u)" -eq 0 ] || no "debootstrap makes device files and changes the root folder: run this as root."
for program in debootstrap docker tar; do
  command -v "$program" >/dev/null || no "$program is missing: on Debian, 'apt-get install debootstrap docker.io'."
done
[ -r "$keyring" ] || no "the keyring $keyring is missing: on Debian, 'apt-get install debian-archive-keyring', or name one by KEYRING."

mirror="${MIRROR:-}"
if [ -z "$mirror" ] && command -v apt-get >/dev/null; then
  mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' | grep -v security | head -n 1)"
fi
[ -n "$mirror" ] || no "this machine's apt knows no mirror of Debian: name one by MIRROR."

# NOTE: not in /tmp, which may be mounted without devices or be small.
root="$(mktemp -d -p /var/tmp testbed-base.XXXXXXXX)"
trap 'rm -rf --one-file-system "$root"' EXIT
trap 'exit 130' INT TERM

debootstrap --variant=minbase --force-check-gpg --keyring="$keyring" --include="$packages" \
  "$suite" "$root" "$mirror" >"$root.log" 2>&1 || { tail -n 5 "$root.log" >&2; rm -f "$root.log"; no "debootstrap failed."; }
rm -f "$root.log"
release="$(date -u -d "$(sed -n 's/^Date: //p' "$root"/var/lib/apt/lists/*_Release | head -n 1)" +%s)"

# What a container has no use for, and what differs from one making to the next. Licences stay.
find "$root/usr/share/doc" -type f ! -name copyright -delete
find "$root/usr/share/doc" -type l ! -name copyright -delete
find "$root/usr/share/doc" -type d -empty -delete
rm -rf "$root"/usr/share/man/* "$root"/usr/share/info/* "$root"/usr/share/locale/* "$root"/usr/share/lintian \
  "$root"/var/lib/apt/lists/* "$root"/var/cache/* "$root"/var/log/* "$root"/tmp/* "$root"/var/tmp/* "$root"/debootstrap \
  "$root"/var/lib/dpkg/*-old "$root"/etc/*- "$root"/etc/resolv.conf "$root"/etc/hostname "$root"/dev/*
: >"$root/etc/machine-id"
# NOTE: the mirror may be known to this machine alone; whoever builds on the image names one.
rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/*
# The day of the last change of a password, which nobody has.
sed -i -E 's/^(([^:]*:){2})[^:]*:/\1:/' "$root/etc/shadow"

imported() {
  tar -C "$root" -c --sort=name --numeric-owner --one-file-system --mtime="@$release" --clamp-mtime --format=pax \
    --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime . |
    docker import --change 'ENV LANG=C.UTF-8' --change 'CMD ["python3"]' \
      --change 'LABEL org.opencontainers.image.title="Debian 13 with Python 3.13"' - "$1" >/dev/null
  docker image inspect --format "$1: {{.Size}} bytes, layer {{index .RootFS.Layers 0}}" "$1"
}

imported "$image:build"
chroot "$root" dpkg-query -W -f '${source:Package} ${Package}\n' | sed -n 's/^\(binutils\|jansson\) //p' |
  xargs chroot "$root" dpkg --purge >/dev/null
rm -rf "$root"/var/log/* "$root"/var/cache/* "$root"/var/lib/dpkg/*-old
imported "$image"
