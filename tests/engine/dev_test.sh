#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What ./dev says when something is wrong: no such command, no network, no sudo, no apt-get. Programs
# that would change the machine are replaced by ones that fail as they would.
set -euo pipefail
dev=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../dev
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/tree"
cp "$dev" "$work/tree/dev"
for tool in bash env readlink dirname cat tail grep mkdir awk nproc rm; do ln -s "$(command -v "$tool")" "$work/bin/$tool"; done

# expect TEXT COMMAND...: the command fails and says TEXT.
expect() {
  local text=$1 out
  shift
  if out=$("$@" 2>&1); then
    echo "should have failed: $*" >&2
    exit 1
  fi
  case $out in
    *"$text"*) ;;
    *)
      echo "expected '$text', got:" >&2
      echo "$out" >&2
      exit 1
      ;;
  esac
}
fake() { printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1" && chmod +x "$work/bin/$1"; }
in_tree() { env -i PATH="$work/bin" bash "$work/tree/dev" "$@" </dev/null; }

expect "no command called 'tset'" in_tree tset
expect "there is no apt-get" in_tree build
fake apt-get 'exit 100'
fake dpkg-query 'exit 1'
fake id 'echo 1000'
expect "there is no sudo" in_tree build
expect "apt-get install -y --no-install-recommends g++" in_tree build
fake sudo 'exit 1'
expect "sudo did not let us" in_tree build
fake id 'echo 0'
expect "could not be reached" in_tree build
fake apt-get 'case "$*" in *install*) echo "E: no space" >&2; exit 100;; esac'
expect "E: no space" in_tree build
expect "could not install" in_tree build
expect "no build called 'fast'" in_tree build fast
expect "which folder?" in_tree tck
expect "lint takes --tidy" in_tree lint --tdy
