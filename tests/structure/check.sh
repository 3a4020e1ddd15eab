#!/bin/bash
# Rules about the tree that no compiler knows: formatting, who may include what, names of files, forbidden words. Needs
# bash, awk, sed and grep; clang-format and shellcheck are asked where they are installed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
status=0
complain() { # complain MESSAGE LINES: fails when there are lines
  [ -z "$2" ] || { printf '%s\n%s\n' "$1" "$2"; status=1; }
}
mapfile -t code < <(find include src tests -name '*.hpp' -o -name '*.cpp' | sort)
includes_of() { grep -nE "#include [<\"]($1)" -r "${@:2}" --include="*.hpp" --include="*.cpp" 2>/dev/null; }

if command -v clang-format >/dev/null; then
  complain "clang-format wants these changed:" \
    "$(printf '%s\0' "${code[@]}" | xargs -0 -P 2 -n 60 clang-format --dry-run -Werror 2>&1 | grep -E 'error:' | cut -d: -f1 | sort | uniq -c)"
fi

# --- Layers ---
complain "The core is headers on the C++ standard library, without input or output:" \
  "$(includes_of 'imgui|GLFW|glad|nlohmann|CLI/|iostream|fstream|filesystem|cstdio|thread' include src/engine)"
complain "Panels link no window and no OpenGL:" \
  "$(includes_of 'GLFW|glad|imgui_impl' src/ui src/models src/host src/readers src/report src/cli)"
complain "The command line links no Dear ImGui:" \
  "$(includes_of 'imgui' src/models src/host src/readers src/report src/cli src/main_cli.cpp)"
complain "Only src/ui/compat.hpp, compat.cpp and compat_keys.cpp look at the version of Dear ImGui:" \
  "$(grep -rln IMGUI_VERSION_NUM src tests --include='*.hpp' --include='*.cpp' | grep -vE 'src/ui/compat(_keys)?\.(hpp|cpp)')"
complain "No network, no shell, no other programs:" \
  "$(grep -rnE '(^|[^_[:alnum:].>])(system|_?w?popen|v?fork|exec[vl]p?e?|posix_spawnp?|socket|connect|getaddrinfo|CreateProcess[AW]?|ShellExecute[AW]?|WSAStartup)[[:space:]]*\(' include src)"
layers=$(awk -f tests/structure/layers.awk tests/structure/layers.txt "${code[@]}")
complain "A layer includes what is not below it (tests/structure/layers.txt):" "$layers"
complain "Included, but no such file:" "$(awk -f tests/structure/missing.awk "${code[@]}")"

# --- Names ---
words='more|recent|other|others|unusual|own|large|misc|util|utils|helper|helpers|common|stuff|new|old'
complain "A file's name says what is in it, not when it came or that it is one of several:" \
  "$(git ls-files -co --exclude-standard include src tests cmake | grep -E "(^|/)([^/]*_)?($words)(_[^/]*)?(_test)?\.(hpp|cpp|cmake|sh)$")"
complain "A file of tests ends in _test.cpp:" \
  "$(find tests -name '*.cpp' ! -name '*_test.cpp' ! -path 'tests/compile_fail/*' ! -path 'tests/fuzz/*' ! -path 'tests/bench/*' \
    -exec grep -lE '^(TEST|TEST_F|TEST_P|RC_GTEST_PROP)\(' {} +)"
complain "A file of tests has a namespace of its own, named after it, because several are compiled as one:" \
  "$(grep -rnE '^namespace \{' tests --include='*_test.cpp')"
complain "Not a test, but called one:" \
  "$(find tests -name '*_test.cpp' -exec grep -LE '^(TEST|TEST_F|TEST_P|RC_GTEST_PROP|INSTANTIATE_TEST_SUITE_P)\(' {} +)"
complain "A folder of tests mirrors no folder of the tree:" "$({
  for folder in tests/{models,readers,report,host,cli,ui,window}; do
    mirrored=src/${folder#tests/}
    [ "$mirrored" != src/window ] || mirrored=src/platform
    find "$folder" -name '*_test.cpp' | sed "s|/[^/]*\$||; s|^$folder|$mirrored|"
  done
  find tests/unit -name '*_test.cpp' | sed 's|/[^/]*$||; s|^tests/unit|include/llmcalc|'
} | sort -u | while read -r folder; do [ -d "$folder" ] || echo "$folder"; done)"

# --- Text of the code ---
complain "Headers start with #pragma once:" "$(find include src tests -name '*.hpp' -print0 | xargs -0r grep -L '^#pragma once')"
complain "A table in a comment was reflowed by a formatter:" \
  "$(awk -f tests/structure/tables.awk "${code[@]}")"
complain "A switch over an enumeration of ours names every enumerator instead of default:" \
  "$(grep -rnE '^[[:space:]]*default:' include --include='*.hpp')"
complain "A detail namespace is used in the file that opens it, and nowhere else:" "$(awk -f tests/structure/detail.awk "${code[@]}")"
complain "A path becomes text by shown(), and text a path by path_of(): both are UTF-8 on every system:" \
  "$(grep -rnF '.string()' src --include='*.hpp' --include='*.cpp')"
complain "JSON becomes text by compact(), pretty(), json_line() or json_block(): dump() alone throws at bytes that are no UTF-8:" \
  "$(grep -rnE '\.dump\((-?[0-9]+)?\)' src --include='*.hpp' --include='*.cpp')"
complain "Left undone:" \
  "$(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' include src tests cmake third_party --include='*.hpp' --include='*.cpp' --include='*.cmake' --include='*.sh' | grep -v structure/check.sh)"
complain "tests/fuzz/README.md names a test that does not exist:" \
  "$(grep -oE '`[A-Z][A-Za-z]+[.][A-Z][A-Za-z0-9]+`' tests/fuzz/README.md | tr -d '`' | while IFS=. read -r suite name; do
    grep -rqE "^(TEST|TEST_F|RC_GTEST_PROP)\(${suite}, ${name}[,)]" tests --include='*_test.cpp' || echo "$suite.$name"
  done)"
complain "The README's table of cases differs from tests/golden/floors.json:" \
  "$(sed -nE 's/^ *"([a-z-]+\.jsonl)": ([0-9]+),?$/| `\1` | \2 of /p' tests/golden/floors.json | while read -r row; do
    grep -qF "$row" README.md || echo "$row"
  done)"
if command -v shellcheck >/dev/null; then
  complain "Shell scripts:" "$(git ls-files -co --exclude-standard '*.sh' .ci/run 2>/dev/null | xargs -r shellcheck -S warning 2>&1)"
fi
exit $status
