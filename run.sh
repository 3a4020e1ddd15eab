#!/bin/sh
# Installs what is missing, builds llmcalc, and opens the desktop application. Arguments go to llmcalc-gui.
# Without a display it draws the window into a PNG instead, says where, and prints the estimate as a table.
set -eu
cd "$(dirname "$0")"

third_party/install-packages.sh build || echo "Going on with what is installed." >&2
mkdir -p build
log=build/run.log
quietly() { "$@" >>$log 2>&1 || { cat $log >&2; exit 1; }; }
: >$log
echo "Building (the first time takes a few minutes) ..."
quietly cmake --preset release
quietly cmake --build --preset release
bin=build/release/bin

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" = Darwin ]; then
  exec $bin/llmcalc-gui "$@"
fi

off_screen() { xvfb-run -a -s "-screen 0 1920x1200x24" $bin/llmcalc-gui "$@"; }
for argument in "$@"; do
  case $argument in
    # These need no window, or say themselves where the picture goes.
    --help | -h | --version | --screenshot | --screenshot=*) off_screen "$@"; exit ;;
  esac
done
picture=$PWD/build/llmcalc.png
off_screen --screenshot "$picture" "$@"
echo "There is no display here. The window was drawn to $picture"
echo
exec $bin/llmcalc estimate
