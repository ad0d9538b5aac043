#!/usr/bin/env bash
# What CI does about fuzzing: replay on the compiler at hand, build every target, start each, fuzz each for a moment, as many side by side
# as there are cores.
#
#   fuzz/ci.sh                     10 seconds a target
#   FUZZ_SECONDS=600 fuzz/ci.sh    a night's share
# Without a nightly compiler only the replay runs, and that is said; with GAUNTLET_REQUIRE_ALL=1 it is a failure. cargo-fuzz is installed
# into target/tools where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
export seconds=${FUZZ_SECONDS:-10}
# One folder for all builds, so that what they share is compiled once.
export CARGO_TARGET_DIR="$root/target"
PATH="$root/target/tools/bin:$PATH"
say() { printf -- '-- %s\n' "$*"; }

say "fuzz: replay of seeds and past findings, without libFuzzer"
cargo test --release --locked --manifest-path fuzz/Cargo.toml

if ! rustup run nightly rustc --version >/dev/null 2>&1; then
  say "fuzz: SKIPPED, libFuzzer targets need a nightly compiler: rustup toolchain install nightly"
  [ "${GAUNTLET_REQUIRE_ALL:-0}" = 0 ] || exit 1
  exit 0
fi
command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked --debug --root target/tools --target-dir target

say "fuzz: every target builds and starts, as OSS-Fuzz and ClusterFuzzLite build them"
rm -rf target/fuzz-out
# What runs for a moment is optimised little, and built in three quarters of the time.
[ "$seconds" -ge 60 ] && optimised=3 || optimised=1
OUT="$root/target/fuzz-out" SANITIZER=none CARGO_PROFILE_RELEASE_OPT_LEVEL=$optimised .clusterfuzzlite/build.sh

# What once failed, the seeds, and a corpus where one was kept; then new inputs. Only the deliberately vulnerable verifiers may fail, and
# they are told to be sound.
one() { # one BINARY
  local name work inputs=() folder
  name=$(basename "$1") work=target/fuzz-work/$(basename "$1")
  rm -rf "$work" && mkdir -p "$work/new" "$work/artifacts"
  for folder in "fuzz/seeds/$name" "fuzz/regressions/$name" "fuzz/corpus/$name"; do [ -d "$folder" ] && inputs+=("$folder"); done
  [ "$name" = catalogue ] && inputs+=(attacks)
  case $name in
    strawman | naive) export GAUNTLET_TARGET=strict ;;
    *) unset GAUNTLET_TARGET ;;
  esac
  if "$1" -max_total_time="$seconds" -print_funcs=0 -print_final_stats=1 -timeout=20 -rss_limit_mb=2048 -max_len=8192 -len_control=0 \
      -dict="$1".dict -artifact_prefix="$work/artifacts/" "$work/new" "${inputs[@]}" >"$work/log" 2>&1; then
    printf '   %-14s ok, %s executions\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")"
  else
    printf '   %-14s FAILED\n%s\n' "$name" "$(grep -vE '^(#[0-9]+|INFO|NEW_FUNC)' "$work/log" | tail -40)"
    return 1
  fi
}
export -f one
find target/fuzz-out -type f ! -name '*.*' | sort | xargs -P "$(nproc)" -I {} bash -c 'set -euo pipefail; one {}' ||
  { echo "fuzz: failures; inputs in target/fuzz-work/*/artifacts" >&2; exit 1; }
