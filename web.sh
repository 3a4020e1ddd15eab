#!/bin/bash
# Builds the browser edition, a folder of static files, and serves it on this computer.
#   ./web.sh [PORT]     builds build/web/page and serves it on http://127.0.0.1:PORT (8080)
#   ./web.sh --build    only builds, the npm package (build/web/npm) too
#   ./web.sh --check    builds and tests both: every estimate against the native program's, the page in headless Chromium
set -euo pipefail
cd "$(dirname "$0")"

task=serve port=8080 packages=(web)
case "${1:-}" in
  "") ;;
  --build) task=build ;;
  --check) task=check packages=(web web-test) ;;
  *[!0-9]*) echo "usage: $0 [PORT | --build | --check]" >&2; exit 2 ;;
  *) port=$1 ;;
esac

third_party/install-packages.sh "${packages[@]}" || echo "Going on with what is installed." >&2
third_party/debian-source.sh build/sources imgui
# Debian's emscripten finds its own parts of Node only so.
export NODE_PATH=${NODE_PATH:-/usr/share/nodejs:/usr/lib/nodejs}
cmake --preset web -DCMAKE_TOOLCHAIN_FILE="$(em-config EMSCRIPTEN_ROOT)/cmake/Modules/Platform/Emscripten.cmake" \
  -DLLMCALC_SOURCES="$PWD/build/sources" >build/web.log 2>&1 || { cat build/web.log >&2; exit 1; }
build() { cmake --build --preset web --target "$@"; }

if [ $task = serve ]; then
  build web_page
  echo "http://127.0.0.1:$port"
  exec python3 -m http.server --bind 127.0.0.1 --directory build/web/page "$port"
fi
build web_page npm_package
[ $task = check ] || exit 0

# The same numbers as the native program, to the last digit.
build estimate-numbers golden-report
native=$(find build/*/tests -maxdepth 1 -name estimate-numbers ! -path "build/web/*" ! -path "build/asan/*" -newer CMakeLists.txt | head -n 1)
if [ -z "$native" ]; then
  cmake --preset check >/dev/null
  cmake --build --preset check --target estimate-numbers golden-report
  native=build/check/tests/estimate-numbers
fi
echo "Estimates of every golden case and preset, here and in WebAssembly:"
"$native" golden presets >build/numbers-native.jsonl
LLMCALC_PRESETS=$PWD/presets node build/web/tests/estimate-numbers.js golden presets >build/numbers-web.jsonl
cmp build/numbers-native.jsonl build/numbers-web.jsonl
wc -l <build/numbers-web.jsonl | sed 's/$/ estimates, byte for byte the same/'
LLMCALC_PRESETS=$PWD/presets node build/web/tests/golden-report.js >build/golden-web.txt
"$(dirname "$native")/golden-report" | cmp - build/golden-web.txt
echo "Golden cases: the same report"

npm --prefix build/web/node install --silent --no-save puppeteer-core
env -u NODE_PATH node tests/web/npm.mjs build/web/npm
LLMCALC_PUPPETEER=$PWD/build/web/node/node_modules/puppeteer-core node tests/web/page.mjs build/web/page build/web/pictures
