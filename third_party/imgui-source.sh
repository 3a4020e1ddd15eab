#!/bin/sh
# Fetches Dear ImGui's source package of this Debian or Ubuntu into a folder, unless it is there: builds for other
# systems (emscripten) need the sources. With a list of package sources of its own; the system's stay as they are.
#   third_party/imgui-source.sh FOLDER
set -eu
folder=${1:?usage: third_party/imgui-source.sh FOLDER}
[ ! -f "$folder/imgui.cpp" ] || exit 0

# shellcheck source=/dev/null
. /etc/os-release
case $ID in
  debian) site=http://deb.debian.org/debian component=main ;;
  ubuntu) site=http://archive.ubuntu.com/ubuntu component=universe ;;
  *) echo "Put Dear ImGui's sources into $folder: this system's packages are not known here." >&2; exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
cat >"$work/imgui.sources" <<EOF
Types: deb-src
URIs: $site
Suites: $VERSION_CODENAME
Components: $component
Signed-By: /usr/share/keyrings/$ID-archive-keyring.gpg
EOF
apt() {
  apt-get -q -o Dir::Etc::sourcelist="$work/imgui.sources" -o Dir::Etc::sourceparts=- -o Dir::State="$work/state" \
    -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}
apt update
(cd "$work" && apt source --download-only imgui)
mkdir -p "$folder"
tar xf "$work"/imgui_*.orig.tar.* -C "$folder" --strip-components=1
