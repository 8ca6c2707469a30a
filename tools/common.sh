# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by the scripts of tools/ and .ci/run, which source it with bash. Sets `top`, the root of the source tree.
# Works where nothing but the base of a Debian is installed.

set -uo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A line that is overwritten by the next one on a terminal, and not written elsewhere.
progress() {
  if [ -t 1 ]; then printf '\r\033[K%.*s' "$(($(tput cols 2>/dev/null || echo 80) - 1))" "$1"; fi
}

end_progress() {
  if [ -t 1 ]; then printf '\r\033[K'; fi
}

minute=60

# Shows the last line on a terminal; elsewhere once a minute, so that nobody takes a long step for one that hangs.
tee_to_progress() {
  local part line='' last='' next=$((SECONDS + minute)) start=$SECONDS status=0
  while [ "$status" -eq 0 ]; do
    IFS= read -r -t 1 part || status=$?
    line+=$part
    if [ "$status" -eq 0 ] || { [ "$status" -le 128 ] && [ -n "$line" ]; }; then
      printf '%s\n' "$line" >>"$2"
      progress "$1: $line"
      last=$line line=''
    fi
    if [ "$status" -gt 128 ]; then status=0; fi  # a second without a whole line
    if [ ! -t 1 ] && ((SECONDS >= next)); then
      printf '\n  after %d s: %s' $((SECONDS - start)) "$last"
      next=$((SECONDS + minute))
    fi
  done
}

# run_quietly TITLE COMMAND…: shows the command's last line while it runs; all of what it wrote only if it fails.
run_quietly() {
  local title=$1 file log_fd log status=0 start=$SECONDS
  shift
  file=$(mktemp "${TMPDIR:-/tmp}/multiprocessing.XXXXXX")
  exec {log_fd}<>"$file"
  rm -f "$file"  # it lasts as long as it is open: nothing is left behind, however this ends
  log=/proc/self/fd/$log_fd
  if [ ! -t 1 ]; then printf '%s ...' "$title"; fi
  "$@" 2>&1 </dev/null | tee_to_progress "$title" "$log" || status=${PIPESTATUS[0]}
  end_progress
  if [ "$status" -eq 0 ]; then
    local seconds=$((SECONDS - start))
    if [ -t 1 ]; then printf '%s: %d s\n' "$title" "$seconds"
    elif ((seconds < minute)); then printf ' %d s\n' "$seconds"
    else printf '\n%s: %d s\n' "$title" "$seconds"; fi
  else
    printf '\n%s failed:\n' "$title"
    cat "$log"
  fi
  exec {log_fd}>&-
  return "$status"
}

# The packages among those named that are missing: a program is looked for in PATH, a library where g++ looks for it,
# so that one that was installed by other means counts, too.
missing_packages() {
  local package probe
  for package in "$@"; do
    case $package in
      ninja-build) probe=ninja ;;
      clang) probe=clang++ ;;
      pkg-config | cmake | g++ | ccache | debootstrap | python3 | spin | clang-format-14 | clang++-14) probe=$package ;;
      clang-14) probe=clang++-14 ;;
      libboost-dev) probe=boost/version.hpp ;;
      libcereal-dev) probe=cereal/cereal.hpp ;;
      libgtest-dev) probe=gtest/gtest.h ;;
      nlohmann-json3-dev) probe=nlohmann/json.hpp ;;
      gnuplot-nox) probe=gnuplot ;;
      g++-aarch64-linux-gnu) probe=aarch64-linux-gnu-g++ ;;
      qemu-user-static) probe=qemu-aarch64-static ;;
      chromium | lintian) probe=$package ;;
    esac
    case $probe in
      */*) echo "#include <$probe>" | g++ -E -x c++ - >/dev/null 2>&1 || echo "$package" ;;
      *) command -v "$probe" >/dev/null 2>&1 || echo "$package" ;;
    esac
  done
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update && apt-get install -y --no-install-recommends "$@"
}

# need PACKAGE…: installs what is missing, and nothing if nothing is.
need() {
  local missing
  missing=$(missing_packages "$@" | tr '\n' ' ')
  missing=${missing% }
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "missing: $missing (names of Debian packages; there is no apt-get here to install them)" >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "missing: $missing. Install them, then run this again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing" >&2
    return 1
  fi
  # shellcheck disable=SC2086 # a list of words
  run_quietly "installing $missing" apt_install $missing || {
    echo "apt-get could not install $missing: is there a network?" >&2
    return 1
  }
}

# configure PROFILE [CMAKE ARGUMENT…]: build/PROFILE from cmake/profiles/PROFILE.cmake.
configure() {
  local profile=$1
  shift
  run_quietly "configuring build/$profile" \
    cmake -C "$top/cmake/profiles/$profile.cmake" -S "$top" -B "$top/build/$profile" -G Ninja "$@"
}

# build DIRECTORY [TARGET…]: below build/.
build() {
  local directory=$1
  shift
  run_quietly "building build/$directory" \
    cmake --build "$top/build/$directory" --parallel "$(nproc)" --target "${@:-all}"
}
