#!/bin/sh
# Installs what is missing, builds llmcalc, and opens the desktop application. Arguments go to llmcalc-gui.
# Without a display it draws the window into a PNG instead, says where, and prints the estimate as a table.
set -eu
cd "$(dirname "$0")"

third_party/install-packages.sh build
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() { "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }; }
echo "Building (the first time takes a few minutes) ..."
quietly cmake --preset release
quietly cmake --build --preset release
bin=build/release/bin

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" = Darwin ]; then
  rm -f "$log"
  exec $bin/llmcalc-gui "$@"
fi

picture=$PWD/build/llmcalc.png
for argument in "$@"; do
  case $argument in
    # These answer without a window, or say themselves where the picture goes.
    --help | -h | --version | --screenshot | --screenshot=*) exec xvfb-run -a -s "-screen 0 1920x1200x24" $bin/llmcalc-gui "$@" ;;
  esac
done
xvfb-run -a -s "-screen 0 1920x1200x24" $bin/llmcalc-gui --screenshot "$picture" "$@"
echo "There is no display here. The window was drawn to $picture"
echo
exec $bin/llmcalc estimate
