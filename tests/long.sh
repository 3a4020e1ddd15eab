#!/bin/bash
# The checks of ./test.sh --long: static analysis, other sanitizers, coverage, fuzzing, the long monkey. Run through it;
# after a ./test.sh also by name: tests/long.sh tidy fuzz.
#   LLMCALC_FUZZ_SECONDS   per reader, 60 by default        LLMCALC_MONKEY_SECONDS   600 by default
#   LLMCALC_MUTATIONS      per reader, 125000 by default: with nine readers more than a million
#   LLMCALC_SANITIZED_MUTATIONS   the same under sanitizers, 20000 by default
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)
on_screen() { xvfb-run -a -s "-screen 0 1920x1200x24 -noreset" "$@"; }
heading() { printf '\n== %s\n' "$*"; }
quietly() { "$@" >"$log" 2>&1 || { cat "$log"; exit 1; }; }
# build PRESET [TARGET...]: everything, or these targets.
build() {
  local targets=("${@:2}")
  quietly cmake --preset "$1"
  quietly cmake --build --preset "$1" -j "$jobs" ${targets[@]:+--target "${targets[@]}"}
}

laws() {
  heading "Laws on many other random scenarios"
  for tests in unit models readers; do
    RC_PARAMS="max_success=20000" quietly build/check/tests/test_$tests --gtest_filter='*Law*:Inventory*:*RoundTrip*'
    grep -a "seed=" "$log" | sort -u
  done
  export LLMCALC_LAW_SCENARIOS=20000 LLMCALC_LAW_SEED=$RANDOM
  echo "scenarios of seed $LLMCALC_LAW_SEED"
  quietly build/check/tests/test_cli --gtest_filter='OddSizes*'
  quietly build/check/tests/test_laws
  unset LLMCALC_LAW_SCENARIOS LLMCALC_LAW_SEED
}

mutations() {
  heading "A million mutations of what is read, under 256 MB and a second each"
  local readers=(tests/fuzz/corpus/*)
  readers=("${readers[@]##*/}")
  # Optimised, unlike the tests under sanitizers: an estimate takes a third of the time.
  quietly cmake --preset asan -B build/mutations -D CMAKE_CXX_FLAGS_DEBUG="-O1 -g1"
  quietly cmake --build build/mutations -j "$jobs" --target "${readers[@]/#/replay_}"
  for name in "${readers[@]}"; do
    quietly "build/check/tests/replay_$name" "tests/fuzz/corpus/$name" "${LLMCALC_MUTATIONS:-125000}"
    echo "$name: $(tail -1 "$log")"
    quietly "build/mutations/tests/replay_$name" "tests/fuzz/corpus/$name" "${LLMCALC_SANITIZED_MUTATIONS:-20000}"
    echo "$name, under sanitizers: $(tail -1 "$log")"
  done
}

tidy() {
  heading "clang-tidy"
  quietly cmake --preset clang
  cmake --build --preset clang -j "$jobs" --target llmcalc_glad_generated >/dev/null
  find src tests -name '*.cpp' -not -path 'tests/compile_fail/*' -not -path 'tests/package/*' -print0 |
    xargs -0 -P "$jobs" -n 1 clang-tidy --quiet -p build/clang 2>/dev/null
}

includes() {
  heading "include-what-you-use: headers that may not need what they include"
  # A list to look at, no failure: headers that gather others are in it, and what its table of the library gets wrong.
  find include -name '*.hpp' -print0 | xargs -0 -P "$jobs" -I {} sh -c \
    'include-what-you-use -Xiwyu --no_fwd_decls -std=c++20 -x c++ -I include {} 2>&1 |
     awk -v file={} "/should remove these/ {on = 1; next} /full include-list/ {on = 0} on && /^- / {print file, \$0}"' |
    tee build/iwyu.log
}

desktop() {
  heading "Desktop entry and metadata"
  desktop-file-validate src/desktop/llmcalc.desktop
  appstreamcli validate --no-net build/*/generated/org.llmcalc.llmcalc.metainfo.xml
}

cppcheck() {
  heading "cppcheck"
  # Its own internal errors are no findings: each ends one analysis of one expression.
  command cppcheck --quiet --error-exitcode=1 --std=c++20 --language=c++ --enable=warning,portability --inline-suppr -j "$jobs" \
    --suppress=internalAstError --suppress=cppcheckError -I include -I src src
}

threads() {
  heading "Thread sanitizer: everything that has workers"
  build tsan
  on_screen ctest --preset tsan -j "$jobs" -L 'unit|models|readers|report|host|ui|cli' | tail -5
}

valgrind() {
  heading "valgrind on the command line"
  build dev llmcalc
  for command in "estimate --model llama-3.1-8b" "estimate --model llama-3.1-8b --format json" models devices formats defaults; do
    # shellcheck disable=SC2086  # words
    command valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=9 build/dev/bin/llmcalc $command >/dev/null
    echo "clean: llmcalc $command"
  done
}

coverage() {
  heading "Coverage"
  build coverage
  on_screen ctest --preset coverage -j "$jobs" >/dev/null
  gcovr --root . --object-directory build/coverage --filter include/ --filter src/ --exclude-throw-branches \
    --exclude-unreachable-branches --print-summary --sort-percentage | tail -60
  gcovr --root . --object-directory build/coverage --filter include/ --fail-under-line 95 >/dev/null ||
    { echo "The core is covered by less than 95 % of lines"; exit 1; }
}

fuzz() {
  heading "Fuzzing"
  local readers=()
  for source in tests/fuzz/*.cpp; do  # without those that need the window
    [ "${source##*/}" = replay.cpp ] || readers+=("$(basename "$source" .cpp)")
  done
  build fuzz "${readers[@]/#/fuzz_}"
  for name in "${readers[@]}"; do
    local target=build/fuzz/tests/fuzz_$name
    found=build/fuzz/found/$name
    mkdir -p "$found"
    dictionary=()
    [ ! -e "tests/fuzz/$name.dict" ] || dictionary=("-dict=tests/fuzz/$name.dict")
    quietly "$target" -max_total_time="${LLMCALC_FUZZ_SECONDS:-60}" -rss_limit_mb=512 -timeout=5 -artifact_prefix="$found/" \
      -print_final_stats=1 "${dictionary[@]}" "$found" "tests/fuzz/corpus/$name"
    echo "clean: $name, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
  done
}

monkey() {
  heading "Monkey in the window, under the address sanitizer"
  LLMCALC_MONKEY_SECONDS=${LLMCALC_MONKEY_SECONDS:-600} quietly build/asan/tests/test_ui --gtest_filter='Monkey*'
  tail -3 "$log"
}

steps=(laws mutations tidy includes desktop cppcheck threads valgrind coverage fuzz monkey)
for step in "${@:-${steps[@]}}"; do
  [[ " ${steps[*]} " == *" $step "* ]] || { echo "usage: $0 [${steps[*]}]" >&2; exit 2; }
done
for step in "${@:-${steps[@]}}"; do
  log=build/long-$step.log  # of its own: steps may run side by side
  "$step"
done
