#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install_test.sh BUILD: installs the build into a temporary folder, moves it, and builds and runs a
# program against it twice, found by CMake and by pkg-config.
set -euo pipefail
build=$(readlink -f "$1")
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/kith" # Nothing may remember where it was installed.
mkdir "$work/program"
cd "$work/program"
cat >CMakeLists.txt <<'TEXT'
cmake_minimum_required(VERSION 3.25)
project(program LANGUAGES C CXX)
find_package(kith 0.1 REQUIRED)
add_executable(program program.cpp from_c.c)
target_link_libraries(program PRIVATE kith::kith)
TEXT
cat >program.cpp <<'TEXT'
#include <kith/kith.h>

#include <iostream>

extern "C" int FromC(void);

int main() {
  auto database = kith::Database::Open(":memory:");
  if (!database.ok()) return 1;
  auto connection = (*database)->Connect();
  auto cursor = connection->Execute("RETURN $x + 1 AS y", {{"x", kith::Value(41)}});
  if (!cursor.ok() || !cursor->Next()) return 2;
  std::cout << cursor->Get(0).ToString() << "\n";
  return FromC();
}
TEXT
cat >from_c.c <<'TEXT'
#include <kith/c.h>
#include <string.h>

int FromC(void) { return strcmp(kith_version(), "0.1.0"); }
TEXT

cmake -G Ninja -S . -B by_cmake -DCMAKE_PREFIX_PATH="$work/kith" >/dev/null
cmake --build by_cmake >/dev/null
[ "$(by_cmake/program)" = 42 ]

PKG_CONFIG_PATH=$(dirname "$(find "$work/kith" -name kith.pc)")
export PKG_CONFIG_PATH
read -ra flags <<<"$(pkg-config --cflags --libs kith)"
cc -c from_c.c -o from_c.o "${flags[@]}"
c++ -std=c++20 program.cpp from_c.o -o by_pkg_config "${flags[@]}" -Wl,-rpath,"$(dirname "$PKG_CONFIG_PATH")"
[ "$(./by_pkg_config)" = 42 ]
[ "$(pkg-config --modversion kith)" = 0.1.0 ]

# The README's examples, with the database in this folder.
example() { awk -v fence="\`\`\`$1" '$0 == fence {on = 1; next} /^```/ {on = 0} on' "$root/README.md"; }
cd "$work/program"
example cpp >readme.cpp
example c >readme.c
c++ -std=c++20 readme.cpp -o readme_cpp "${flags[@]}" -Wl,-rpath,"$(dirname "$PKG_CONFIG_PATH")"
cc readme.c -o readme_c "${flags[@]}" -Wl,-rpath,"$(dirname "$PKG_CONFIG_PATH")"
./readme_cpp | grep Ada >/dev/null
[ "$(./readme_c)" = Ada ]
mkdir notes
echo "Ada Lovelace wrote the first program in 1843." >notes/ada.txt
example python >readme.py
KITH_LIBRARY=$(find "$work/kith" -name libkith.so) PYTHONPATH=$work/kith/share/kith/python PYTHONDONTWRITEBYTECODE=1 \
  python3 readme.py >readme.out
grep -q '^Ada 1815$' readme.out
grep -q "Ada Lovelace.*ada.txt" readme.out

# The program that uses the library must find it by a name with the interface's version in it.
objdump -p by_pkg_config | grep 'NEEDED *libkith.so.0' >/dev/null
# Nothing of a vendor, and nothing hidden, is among what the library offers.
if nm -D --defined-only "$(find "$work/kith" -name libkith.so)" | c++filt | grep -E ' T (rocksdb|icu|kith::(storage|index|rag)::)'; then
  echo "the shared library shows symbols that should be hidden" >&2
  exit 1
fi
"$work/kith/bin/kith" -c 'RETURN 1 AS one' --mode csv | tail -n 1 | grep -x 1 >/dev/null
