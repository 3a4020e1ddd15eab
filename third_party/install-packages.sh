#!/bin/sh
# Installs the system packages llmcalc needs, and only those that are missing. This is the one list of them.
#   third_party/install-packages.sh [build] [test] [long] [package] [windows] [web] [web-test]     default: build
#   third_party/install-packages.sh --list GROUP...
set -eu

# To compile and run: compilers and tools, libraries, and what the window needs while it runs (also without a display).
build="g++ cmake ninja-build ccache pkg-config python3-glad
  libimgui-dev libfreetype-dev libglfw3-dev libgl-dev libopengl-dev libstb-dev libcli11-dev nlohmann-json3-dev
  libyaml-cpp-dev libtomlplusplus-dev
  libgl1-mesa-dri fonts-inter fonts-dejavu-core xvfb xauth"
# Every test of ./test.sh.
test="clang clang-format libclang-rt-dev libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
  xdotool imagemagick shellcheck"
# ./test.sh --long in addition.
long="clang-tidy iwyu cppcheck valgrind gcovr desktop-file-utils appstream"
# To make a .deb with cpack.
package="file dpkg-dev"
# Programs for Windows, and to run their tests.
windows="g++-mingw-w64-x86-64-posix cmake ninja-build python3-glad dpkg-dev
  libstb-dev libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libgtest-dev wine64"
# The browser edition and the npm package; and their tests.
web="emscripten cmake ninja-build nodejs python3 fonttools libstb-dev libcli11-dev nlohmann-json3-dev
  fonts-inter fonts-dejavu-core xz-utils"
web_test="chromium imagemagick"
command -v npm >/dev/null 2>&1 || web_test="$web_test npm"

list_only=no
groups=
for argument in "$@"; do
  case $argument in
    --list) list_only=yes ;;
    build | test | long | package | windows | web | web-test) groups="$groups $argument" ;;
    *) echo "usage: $0 [--list] [build] [test] [long] [package] [windows] [web] [web-test]" >&2; exit 2 ;;
  esac
done
wanted=
for group in ${groups:-build}; do
  case $group in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    long) wanted="$wanted $long" ;;
    package) wanted="$wanted $package" ;;
    windows) wanted="$wanted $windows" ;;
    web) wanted="$wanted $web" ;;
    web-test) wanted="$wanted $web_test" ;;
  esac
done
if [ $list_only = yes ]; then
  for name in $wanted; do echo "$name"; done
  exit 0
fi

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
  cat >&2 <<'EOF'
This script knows Debian and Ubuntu packages only. Elsewhere, install CMake, Ninja and a C++20 compiler, and let
vcpkg bring the libraries that vcpkg.json names:
    cmake -B build -G Ninja -DCMAKE_TOOLCHAIN_FILE=$VCPKG_ROOT/scripts/buildsystems/vcpkg.cmake
    cmake --build build
See third_party/README.md for the list of libraries.
EOF
  exit 1
fi

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=
for name in $wanted; do
  is_installed "$name" || missing="$missing $name"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "These packages are missing, and installing them needs root:$missing" >&2
    exit 1
  fi
  as_root=sudo
fi
echo "Installing:$missing"
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }
apt update || echo "apt-get update failed; trying with the package lists at hand" >&2
known=
for name in $missing; do
  # Some releases have a package under another's roof (Ubuntu 22.04: the sanitizer runtimes come with clang).
  if apt-cache show "$name" >/dev/null 2>&1; then
    known="$known $name"
  else
    echo "This system does not know the package $name; going on without it" >&2
  fi
done
# shellcheck disable=SC2086  # a list of words
apt install -y --no-install-recommends $known
