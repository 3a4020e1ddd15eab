#!/bin/sh
# Fetches source packages of this Debian or Ubuntu into folders of their names, unless they are there: builds for other
# systems (emscripten, Windows) need the sources. With a list of package sources of its own; the system's stay as they are.
#   third_party/debian-source.sh FOLDER PACKAGE...     the sources of PACKAGE come to FOLDER/PACKAGE
set -eu
folder=${1:?usage: third_party/debian-source.sh FOLDER PACKAGE...}
shift
missing=
for package in "$@"; do
  [ -d "$folder/$package" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

# shellcheck source=/dev/null
. /etc/os-release
case $ID in
  debian) site=http://deb.debian.org/debian component=main ;;
  ubuntu) site=http://archive.ubuntu.com/ubuntu component=universe ;;
  *) echo "Put the sources into $folder, one folder each:$missing. This system's packages are not known here." >&2; exit 1 ;;
esac
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)  # apt takes a relative path for one of its own
work=$(mktemp -d -p "$folder")  # there, so that moving a finished folder is one step
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
cat >"$work/here.sources" <<EOF
Types: deb-src
URIs: $site
Suites: $VERSION_CODENAME
Components: $component
Signed-By: /usr/share/keyrings/$ID-archive-keyring.gpg
EOF
apt() {
  apt-get -q -o Dir::Etc::sourcelist="$work/here.sources" -o Dir::Etc::sourceparts=- -o Dir::State="$work/state" \
    -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}
apt update
for package in $missing; do
  (cd "$work" && apt source --download-only "$package")
  rm -f "$work"/*.asc
  # Whole or not at all: a folder that is there counts as fetched.
  mkdir -p "$work/$package"
  tar xf "$work/$package"_*.orig.tar.* -C "$work/$package" --strip-components=1
  mv "$work/$package" "$folder"
done
