#!/bin/sh
# Installs what is missing, builds llmcalc, and opens the desktop application. Arguments go to llmcalc-gui.
# Without a display it draws the window into a PNG instead, says where, and prints the estimate as a table.
set -eu
cd "$(dirname "$0")"

third_party/install-packages.sh build || echo "Going on with what is installed." >&2
mkdir -p build
log=build/run.log
begin=$(date +%s)
seconds() { echo $(($(date +%s) - begin)); }
failed() { cat $log >&2; echo "The build failed after $(seconds) s; the messages above are in $log too." >&2; exit 1; }

cmake --preset release >$log 2>&1 || failed
# One line of progress that rewrites itself on a terminal, and a line now and then elsewhere. What the compiler has to say
# about a file comes whole, either way.
if [ -t 1 ]; then
  NINJA_STATUS="Building: %f of %t (%p, %e s)  " cmake --build --preset release || {
    echo "The build failed after $(seconds) s." >&2
    exit 1
  }
else
  cmake --build --preset release >$log 2>&1 &
  build=$!
  trap 'kill $build 2>/dev/null' INT TERM
  shown=
  while kill -0 $build 2>/dev/null; do
    sleep 1
    at=$(sed -n 's|^\[\([0-9]*\)/\([0-9]*\)\] [A-Z][a-z]*ing .*|\1 of \2|p' $log | tail -n 1)
    [ $(($(seconds) % 5)) -ne 0 ] || [ "$at" = "$shown" ] || { echo "Building: $at ($(seconds) s)"; shown=$at; }
  done
  wait $build || failed
  trap - INT TERM
fi
echo "Built in $(seconds) s."
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
