#!/bin/bash
# Installs what is missing, builds everything with warnings as errors, and runs every test. --long adds what takes hours
# of a computer rather than minutes: fuzzing, clang-tidy, cppcheck, valgrind, the thread sanitizer, coverage, the long monkey.
set -euo pipefail
cd "$(dirname "$0")"

long=no
packages=(build test)
case "${1:-}" in
  "") ;;
  --long) long=yes packages+=(long) ;;
  *) echo "usage: $0 [--long]" >&2; exit 2 ;;
esac

third_party/install-packages.sh "${packages[@]}" || echo "Going on with what is installed." >&2

# step NAME COMMAND...: one line when it works, its whole output when it fails.
mkdir -p build
log=build/test.log
step() {
  local name=$1 start=$SECONDS
  shift
  printf '%-58s' "$name"
  if "$@" >$log 2>&1; then
    printf 'ok %5d s\n' $((SECONDS - start))
  else
    printf 'FAILED\n'
    cat $log
    exit 1
  fi
}
# Laws are tried on the same random scenarios every time: a change that breaks none must not fail by chance. --long
# tries many others.
export RC_PARAMS=${RC_PARAMS:-seed=1}
# Several programs of the tests open windows; one virtual screen serves them all.
on_screen() { xvfb-run -a -s "-screen 0 1920x1200x24 -noreset" "$@"; }
jobs=$(nproc)

# The tests under sanitizers take minutes, and the same programs with the same files and laws end alike: what passed is
# not run again until one of them is newer. --long runs all of them always; otherwise those are left out that do again,
# with windows around it, what others do.
sanitized_tests() {
  local name="clang with sanitizers: tests" passed=build/asan/passed everything=(on_screen ctest --preset asan -j "$jobs")
  if [ $long = yes ]; then
    step "$name" "${everything[@]}"
  elif [ "$(cat $passed 2>/dev/null)" = "$RC_PARAMS" ] && [ -z "$(find build/asan/tests build/asan/bin -maxdepth 1 \
    -type f -perm -u+x -newer $passed; find presets tests src README.md -newer $passed)" ]; then
    printf '%-58sas they passed before\n' "$name"
  else
    echo "$RC_PARAMS" >$passed.begun
    step "$name" "${everything[@]}" -E '^ui[.](.*WhatRuns.*|About)$'
    mv $passed.begun $passed
  fi
}

step "formatting and structure" tests/structure/check.sh
step "g++: configure" cmake --preset check
step "g++: build, warnings are errors" cmake --build --preset check -j "$jobs"
step "g++: every header compiles on its own" \
  cmake --build --preset check -j "$jobs" --target all_verify_interface_header_sets -- -k 0
# The engine, the readers and the panels, where a sanitizer can find something; golden cases, the window on a real screen
# and the package run once, below.
step "clang with sanitizers: configure" cmake --preset asan
step "clang with sanitizers: build, warnings are errors" cmake --build --preset asan -j "$jobs"
sanitized_tests

[ $long = no ] || tests/long.sh

# Last, so that the end of the output shows what ran.
on_screen ctest --preset check -j "$jobs"
echo "Everything passed in $((SECONDS / 60)) min $((SECONDS % 60)) s."
