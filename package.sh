#!/bin/bash
# Builds what a release consists of, as far as this computer can, into build/packages: .deb packages and .tar.gz for
# its processor (of both programs, of the command line alone, of the core), an AppImage where appimagetool is installed, the
# browser edition, the npm package, a .zip for Windows, and checksums.
#   ./package.sh [native] [web] [windows]    only these parts
#   ./package.sh --try SUITE...    installs the .deb in a bare Debian (bookworm, trixie) and asks it for a number. Needs root.
set -euo pipefail
cd "$(dirname "$0")"
out=$PWD/build/packages

# install_in ROOT COMMAND
install_in() {
  chroot "$1" env DEBIAN_FRONTEND=noninteractive sh -c "$2" >build/try.log 2>&1 || { cat build/try.log; exit 1; }
}

# try_in SUITE: from an empty folder to the first number.
try_in() {
  local root=$PWD/build/chroot-$1 begin=$SECONDS
  [ -x "$root/usr/bin/apt-get" ] || debootstrap --variant=minbase "$1" "$root" >build/debootstrap.log
  rm -rf "$root/packages"
  mkdir "$root/packages"
  cp "$out"/llmcalc_*.deb "$out"/llmcalc-cli_*.deb "$root/packages"
  begin=$SECONDS
  # The command line alone, which the package of both then replaces.
  install_in "$root" 'apt-get -q update && apt-get -q install -y --no-install-recommends /packages/llmcalc-cli_*.deb'
  chroot "$root" llmcalc estimate --model llama-3.1-8b >/dev/null
  install_in "$root" 'apt-get -q install -y --no-install-recommends /packages/llmcalc_*.deb'
  chroot "$root" llmcalc --version
  chroot "$root" llmcalc estimate --model llama-3.1-8b --device rtx-4090
  chroot "$root" llmcalc verify >/dev/null
  chroot "$root" llmcalc-gui --help >/dev/null
  echo "$1: from the package to the first number in $((SECONDS - begin)) s"
}

if [ "${1:-}" = --try ]; then
  shift
  command -v debootstrap >/dev/null || { echo "debootstrap is needed (apt install debootstrap)" >&2; exit 1; }
  for suite in "$@"; do try_in "$suite"; done
  exit 0
fi

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(native web windows)
mkdir -p "$out"
version=$(sed -n 's/^  VERSION //p' CMakeLists.txt)

# app_image: the installed tree with the libraries that not every system has.
app_image() {
  local dir=build/llmcalc.AppDir
  rm -rf "$dir"
  for component in cli window; do DESTDIR=$dir cmake --install build/release --component $component --prefix /usr >/dev/null; done
  mkdir "$dir/usr/lib"
  ldd "$dir/usr/bin/llmcalc-gui" | awk '/libglfw|libfreetype|libpng|libbrotli/ { print $3 }' | xargs -I{} cp -L {} "$dir/usr/lib"
  cp src/desktop/llmcalc.desktop src/desktop/llmcalc.svg "$dir"
  cat >"$dir/AppRun" <<'EOF'
#!/bin/sh
# The window; with a command of the command line, that: ./llmcalc.AppImage estimate --model llama-3.1-8b
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/usr/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
case ${1:-} in
  "" | --screenshot* | --size* | --scale* | --theme* | --scenario* | --tab*) exec "$here/usr/bin/llmcalc-gui" "$@" ;;
  *) exec "$here/usr/bin/llmcalc" "$@" ;;
esac
EOF
  chmod +x "$dir/AppRun"
  "$dir/AppRun" estimate --model llama-3.1-8b >/dev/null
  if command -v appimagetool >/dev/null; then
    appimagetool --no-appstream "$dir" "$out/llmcalc-$version-$(uname -m).AppImage"
  else
    echo "appimagetool is not installed: $dir is ready, but no AppImage was made of it" >&2
  fi
}

# check_packages: what is in every archive, what the command line alone needs, and how the programs are built.
# No "grep -q" here: it leaves early, and under pipefail the writer it leaves behind would count as a failure.
check_packages() {
  local file
  for file in build/cpack/*.tar.gz; do
    [ "$(tar -tzf "$file" | cut -d/ -f1 | sort -u | wc -l)" = 1 ] || { echo "$file has no folder of its own" >&2; exit 1; }
    tar -tzf "$file" | grep -E '/(LICENSE|copyright)$' >/dev/null || { echo "$file has no licence" >&2; exit 1; }
  done
  if compgen -G "build/cpack/*.deb" >/dev/null; then
    for file in build/cpack/*.deb; do
      dpkg-deb -c "$file" | grep -F " ./usr/share/doc/$(dpkg-deb -f "$file" Package)/copyright" >/dev/null || { echo "$file has no licence" >&2; exit 1; }
    done
    if dpkg-deb -f build/cpack/llmcalc-cli_*.deb Depends | grep -iE 'libgl|glfw|freetype'; then
      echo "the command line needs graphics" >&2
      exit 1
    fi
  fi
  if command -v readelf >/dev/null; then
    for file in build/release/bin/llmcalc build/release/bin/llmcalc-gui; do
      readelf -d "$file" | grep BIND_NOW >/dev/null && readelf -sW "$file" | grep __stack_chk_fail >/dev/null || { echo "$file is not hardened" >&2; exit 1; }
    done
  fi
}

native() {
  third_party/install-packages.sh build package || echo "Going on with what is installed." >&2
  cmake --preset release
  cmake --build --preset release
  rm -rf build/cpack
  cpack --config build/release/CPackConfig.cmake -B build/cpack
  cpack --config build/release/CPackConfig.cmake -B build/cpack -D CPACK_COMPONENTS_ALL=cli -D CPACK_COMPONENTS_GROUPING=IGNORE
  check_packages
  mv build/cpack/*.deb build/cpack/*.tar.gz "$out"
  app_image
}

web() {
  ./web.sh --build
  tar -C build/web -czf "$out/llmcalc-$version-web.tar.gz" --transform "s|^page|llmcalc-$version-web|" page
  (cd "$out" && npm pack --silent ../web/npm >/dev/null && mv "llmcalc-$version.tgz" "llmcalc-$version-npm.tgz")
}

# windows: both programs cross-compiled, with every library inside, tried under wine where that is installed.
windows() {
  third_party/install-packages.sh windows || echo "Going on with what is installed." >&2
  third_party/debian-source.sh build/sources imgui glfw3 yaml-cpp
  cmake --preset windows
  cmake --build --preset windows --target llmcalc llmcalc-gui
  cpack -G ZIP --config build/windows/CPackConfig.cmake -B build/cpack -D "CPACK_COMPONENTS_ALL=cli;window"
  x86_64-w64-mingw32-objdump -p build/windows/bin/*.exe >build/windows/needs.txt
  if grep -iE 'DLL Name: lib' build/windows/needs.txt; then
    echo "the programs need a library that no Windows has" >&2
    exit 1
  fi
  local wine
  wine=$(PATH=$PATH:/usr/lib/wine command -v wine64 || true)  # Debian keeps it there
  if [ -n "$wine" ]; then
    WINEDEBUG=-all "$wine" build/windows/bin/llmcalc.exe verify | tail -n 3
  fi
  mv build/cpack/*.zip "$out"
}

for part in "${parts[@]}"; do
  case $part in
    native | web | windows) "$part" ;;
    *) echo "usage: $0 [native] [web] [windows] | --try SUITE..." >&2; exit 2 ;;
  esac
done
(cd "$out" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%f\n' | sort | xargs sha256sum >SHA256SUMS)
ls -l "$out"
