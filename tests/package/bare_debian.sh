#!/bin/bash
# Tries on a Debian that has nothing but its base system what a stranger would do. Needs root, debootstrap and a mirror.
#   tests/package/bare_debian.sh build bookworm|trixie FOLDER   a clone of this repository: ./run.sh without a display,
#                                                               the packages, then ./test.sh; prints how long each takes
#   tests/package/bare_debian.sh install bookworm FOLDER DEB    the .deb alone: installs, starts, finds its presets,
#                                                               draws the window, uninstalls without leavings
# FOLDER becomes the base system; it is made when it is empty, and left there.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
task=$1 suite=$2 folder=$3
source=$(cd "$(dirname "$0")/../.." && pwd)

[ -x "$folder/bin/sh" ] || debootstrap --variant=minbase "$suite" "$folder" http://deb.debian.org/debian
mountpoint -q "$folder/proc" || mount -t proc proc "$folder/proc"
trap 'umount "$folder/proc"' EXIT
inside() { chroot "$folder" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb DEBIAN_FRONTEND=noninteractive "$@"; }
timed() { echo "== $*"; inside bash -c 'cd /root/llmcalc && time "$@"' - "$@"; }

build() {
  rm -rf "$folder/root/llmcalc"
  git clone -q "$source" "$folder/root/llmcalc"
  timed ./run.sh
  [ -s "$folder/root/llmcalc/build/llmcalc.png" ]
  timed third_party/install-packages.sh package
  timed cmake --build build/release --target package
  timed ./test.sh
}

install() {
  cp "$1" "$folder/root/llmcalc.deb"
  inside apt-get -q update
  inside apt-get -q install -y --no-install-recommends /root/llmcalc.deb
  inside llmcalc --version
  inside llmcalc estimate --model llama-3.1-8b | tail -3
  [ "$(inside llmcalc models --format csv | wc -l)" -gt 100 ]
  inside llmcalc verify --file article --format csv | tail -1
  inside llmcalc-gui && { echo "started without a display?"; exit 1; }
  # With a display, fonts and a software OpenGL, as the package recommends.
  inside apt-get -q install -y --no-install-recommends xvfb xauth libgl1-mesa-dri fonts-inter fonts-dejavu-core
  inside xvfb-run -a -s "-screen 0 1920x1200x24" llmcalc-gui --screenshot /root/window.png
  [ -s "$folder/root/window.png" ]
  for file in applications/llmcalc.desktop icons/hicolor/scalable/apps/llmcalc.svg man/man1/llmcalc.1 \
    metainfo/org.llmcalc.llmcalc.metainfo.xml bash-completion/completions/llmcalc; do
    find "$folder/usr/share/${file%/*}" -name "${file##*/}*" | grep -q . || { echo "missing: $file"; exit 1; }
  done
  inside apt-get -q purge -y llmcalc
  if inside find /usr /etc /opt -xdev -iname '*llmcalc*' | grep .; then echo "left behind"; exit 1; fi
  echo "installs, starts, finds its presets, uninstalls clean"
}

"$task" "${@:4}"
