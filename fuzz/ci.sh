#!/usr/bin/env bash
# What CI does about fuzzing: replay on the compiler at hand, build every target, start each, fuzz each for a moment.
#
#   fuzz/ci.sh                     10 seconds a target
#   FUZZ_SECONDS=600 fuzz/ci.sh    a night's share
# Without a nightly compiler only the replay runs, and that is said.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
seconds=${FUZZ_SECONDS:-10}
# One folder for all builds, so that what they share is compiled once.
export CARGO_TARGET_DIR="$root/target"
say() { printf -- '-- %s\n' "$*"; }

say "fuzz: replay of seeds and past findings, without libFuzzer"
cargo test --release --locked --manifest-path fuzz/Cargo.toml

say "fuzz: a user's crate, as a test$(rustup run nightly rustc --version >/dev/null 2>&1 && echo ' and under cargo fuzz')"
if rustup run nightly rustc --version >/dev/null 2>&1; then
  PATH="$root/target/tools/bin:$PATH"
  command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked --root target/tools --target-dir target
fi
cargo test --release --test downstream

if ! rustup run nightly rustc --version >/dev/null 2>&1; then
  say "fuzz: SKIPPED, libFuzzer targets need a nightly compiler: rustup toolchain install nightly"
  exit 0
fi

say "fuzz: every target builds and starts, as OSS-Fuzz and ClusterFuzzLite build them"
OUT="$root/target/fuzz-out" SANITIZER=none .clusterfuzzlite/build.sh
failed=()
for binary in target/fuzz-out/*; do
  name=$(basename "$binary")
  case $name in *.zip | *.dict | *.options) continue ;; esac
  # What once failed, the seeds, and a corpus where one was kept; then new inputs. Here only the straw men may fail.
  work=target/fuzz-work/$name
  rm -rf "$work" && mkdir -p "$work/new" "$work/artifacts"
  inputs=()
  for folder in "fuzz/seeds/$name" "fuzz/regressions/$name" "fuzz/corpus/$name"; do [ -d "$folder" ] && inputs+=("$folder"); done
  [ "$name" = catalogue ] && inputs+=(attacks)
  budget=$seconds
  case $name in
    strawman | naive) export GAUNTLET_TARGET=strict ;;
    *) unset GAUNTLET_TARGET ;;
  esac
  if "$binary" -max_total_time="$budget" -print_funcs=0 -print_final_stats=1 -timeout=20 -rss_limit_mb=2048 -max_len=8192 -len_control=0 \
      -dict=target/fuzz-out/"$name".dict -artifact_prefix="$work/artifacts/" "$work/new" "${inputs[@]}" >"$work/log" 2>&1; then
    printf '   %-14s ok, %s executions\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")"
  else
    printf '   %-14s FAILED\n' "$name"
    grep -vE '^(#[0-9]+|INFO|NEW_FUNC)' "$work/log" | tail -40
    failed+=("$name")
  fi
done
[ ${#failed[@]} -eq 0 ] || { echo "fuzz: failures in ${failed[*]}; inputs in target/fuzz-work/*/artifacts" >&2; exit 1; }
