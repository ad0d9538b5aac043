#!/usr/bin/env bash
# Counts instructions under valgrind. The counts repeat, so that a shared machine can tell a slowdown from a busy neighbour.
#
#   benches/instructions/run.sh               count, and compare with the last time
#   benches/instructions/run.sh twice         count twice, and fail if anything wavers by more than GUNGRAUN_WAVER (0.1) per cent
#   benches/instructions/run.sh against REV   count REV and the working tree; fail if anything grew by more than LIMIT (2) per cent
#
# Needs valgrind; without it, nothing runs and that is said. The runner is installed into target/tools, in the version that Cargo.lock
# names. Exit codes: 0 fine, 1 grown or wavering, 2 usage; others are cargo's.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
say() { printf -- '-- %s\n' "$*"; }

command -v valgrind >/dev/null || { say "instructions: SKIPPED, valgrind is not in PATH (Debian, Ubuntu: apt-get install valgrind libc6-dbg)"; exit 0; }
manifest=benches/instructions/Cargo.toml
version=$(grep -A1 '^name = "gungraun"$' Cargo.lock | sed -n 's/^version = "\(.*\)"$/\1/p')
runner="$root/target/tools/bin/gungraun-runner"
"$runner" --version 2>/dev/null | grep -qF "$version" ||
  cargo install gungraun-runner --version "=$version" --locked --force --root target/tools --target-dir target
# callgrind finds the measured function by its name.
export GUNGRAUN_RUNNER="$runner" CARGO_TARGET_DIR="$root/target" CARGO_PROFILE_BENCH_DEBUG=true

count() { # count MANIFEST HOME OPTIONS…
  cargo bench --locked --manifest-path "$1" --bench instructions -- --home "$2" "${@:3}"
}
# One line a bench: its name and its instructions.
counts() { # counts HOME
  find "$1" -name 'callgrind.*.out' | LC_ALL=C sort | while read -r file; do
    printf '%s %s\n' "$(basename "$(dirname "$file")")" "$(sed -n 's/^\(summary\|totals\): *\([0-9]*\).*/\2/p' "$file" | tail -1)"
  done
}
# Compares two lists of counts; fails if one differs, or with `growth` if one grew, by more than so many per cent.
compare() { # compare OLD NEW PERCENT growth|any
  [ -s "$1" ] || { echo "nothing was counted" >&2; return 1; }
  LC_ALL=C join -a1 -a2 -e 0 -o 0,1.2,2.2 "$1" "$2" | awk -v limit="$3" -v kind="$4" '
    function magnitude(x) { return x < 0 ? -x : x }
    $2 == 0 || $3 == 0 { printf "%-60s %15d %15d  only in one of them\n", $1, $2, $3; next }
    { change = ($3 - $2) * 100 / $2
      bad = (kind == "any" ? magnitude(change) : change) > limit
      failed += bad
      printf "%-60s %15d %15d %+9.4f %%%s\n", $1, $2, $3, change, bad ? "  too much" : "" }
    END { exit failed > 0 }'
}

case "${1:-}" in
  "") count "$manifest" "$root/target/gungraun" ;;
  twice)
    home="$root/target/gungraun-twice"; rm -rf "$home"; mkdir -p "$home"
    for run in one two; do
      count "$manifest" "$home/$run" >"$home/$run.log" 2>&1 || { cat "$home/$run.log"; exit 1; }
      counts "$home/$run" >"$home/$run.counts"
    done
    say "instructions: two runs, which may differ by ${GUNGRAUN_WAVER:-0.1} per cent"
    compare "$home/one.counts" "$home/two.counts" "${GUNGRAUN_WAVER:-0.1}" any
    ;;
  against)
    revision=$(git rev-parse --verify --quiet "${2:-}^{commit}") || { echo "usage: $0 against REV; '${2:-}' is not a commit" >&2; exit 2; }
    home="$root/target/gungraun-against"; rm -rf "$home"; mkdir -p "$home"
    tree="$root/target/gungraun-tree"
    git worktree remove --force "$tree" 2>/dev/null || true
    git worktree add --quiet --detach "$tree" "$revision"
    trap 'git -C "$root" worktree remove --force "$tree"' EXIT
    # The same benches over both states of the crate: what is compared is the crate.
    rm -rf "$tree/benches/instructions"; mkdir -p "$tree/benches"
    cp -R benches/instructions "$tree/benches/instructions"
    grep -q '^\[workspace\]' "$tree/Cargo.toml" || { echo "$2 is from before the workspace, and cannot be counted by this script" >&2; exit 2; }
    for state in old new; do
      [ "$state" = old ] && at="$tree/$manifest" || at="$root/$manifest"
      count "$at" "$home/$state" >"$home/$state.log" 2>&1 || { cat "$home/$state.log"; echo "the $state state could not be counted" >&2; exit 1; }
      counts "$home/$state" >"$home/$state.counts"
    done
    say "instructions: ${2} and the working tree; limit ${LIMIT:-2} per cent"
    compare "$home/old.counts" "$home/new.counts" "${LIMIT:-2}" growth
    ;;
  *) echo "usage: $0 [twice | against REV]" >&2; exit 2 ;;
esac
