#!/bin/bash
# Rules about the tree that no compiler knows: formatting, who may include what, sizes, forbidden words.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
status=0
complain() { # complain MESSAGE LINES: fails when there are lines
  [ -z "$2" ] || { printf '%s\n%s\n' "$1" "$2"; status=1; }
}
mapfile -t code < <(find include src tests -name '*.hpp' -o -name '*.cpp' | sort)
includes_of() { grep -nE "#include [<\"]($1)" -r "${@:2}" --include="*.hpp" --include="*.cpp" 2>/dev/null; }

complain "clang-format wants these changed:" \
  "$([ ${#code[@]} -eq 0 ] || clang-format --dry-run -Werror "${code[@]}" 2>&1 | grep -E 'error:' | cut -d: -f1 | sort | uniq -c)"
complain "The core is headers on the C++ standard library, without input or output:" \
  "$(includes_of 'imgui|GLFW|glad|nlohmann|CLI/|iostream|fstream|filesystem|cstdio|thread' include)"
complain "Panels link no window and no OpenGL:" "$(includes_of 'GLFW|glad|imgui_impl' src/ui src/models src/host src/readers src/report src/cli)"
complain "The command line links no Dear ImGui:" "$(includes_of 'imgui|ui/|platform/' src/models src/host src/readers src/report src/cli src/main_cli.cpp)"
complain "Only src/ui/compat.hpp, compat.cpp and compat_keys.cpp look at the version of Dear ImGui:" \
  "$(grep -rln IMGUI_VERSION_NUM src tests --include='*.hpp' --include='*.cpp' | grep -vE 'src/ui/compat(_keys)?\.(hpp|cpp)')"
complain "No network, no shell, no other programs:" \
  "$(grep -rnE '(^|[^_[:alnum:].>])(system|_?w?popen|v?fork|exec[vl]p?e?|posix_spawnp?|socket|connect|getaddrinfo|CreateProcess[AW]?|ShellExecute[AW]?|WSAStartup)[[:space:]]*\(' include src)"
complain "Headers start with #pragma once:" "$(find include src tests -name '*.hpp' -print0 | xargs -0r grep -L '^#pragma once')"
complain "Longer than 24 kB, make two files of it:" "$(find include src tests -name '*.?pp' -size +24k)"
complain "Left undone:" \
  "$(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' include src tests third_party --include='*.hpp' --include='*.cpp' --include='*.cmake' --include='*.sh' | grep -v structure/check.sh)"
complain "The README's table of cases differs from tests/golden/floors.json:" \
  "$(sed -nE 's/^ *"([a-z]+\.jsonl)": ([0-9]+),?$/| `\1` | \2 of /p' tests/golden/floors.json | while read -r row; do
    grep -qF "$row" README.md || echo "$row"
  done)"
complain "Shell scripts:" "$(git ls-files '*.sh' .ci/run 2>/dev/null | xargs -r shellcheck -S warning 2>&1)"
exit $status
