# What .ci/run and .ci/full share: a stage by name, its seconds, and the table of them at the end, also when one fails.
# Sourced by bash at the root of the checkout, with `set -euo pipefail`.

names=() times=() began=0 stage=
finish() { [ -z "$stage" ] || { names+=("$stage"); times+=($((SECONDS - began))); stage=; }; }
step() { finish; stage=$*; began=$SECONDS; printf '\n== %s\n' "$*"; }
table() {
  local code=$? failed=$stage i
  finish
  printf '\nseconds  stage\n'
  for i in "${!names[@]}"; do
    printf '%7d  %s%s\n' "${times[i]}" "${names[i]}" "$([ "$code" != 0 ] && [ "${names[i]}" = "$failed" ] && echo '   <- FAILED')"
  done
  printf '%7d  all of it\n' "$SECONDS"
}
trap table EXIT
# A run that is ended from outside has not passed.
trap "exit 130" INT
trap "exit 143" TERM

need() { # need PROGRAM PACKAGE…
  command -v "$1" >/dev/null && return
  [ -n "${updated:-}" ] || { apt-get update -qq; updated=1; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${@:2}"
}
# A program of cargo's, compiled in a hurry: it runs for seconds.
tool() { # tool PROGRAM
  command -v "$1" >/dev/null ||
    CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG=false CARGO_INCREMENTAL=0 \
      cargo install --quiet "$1" --locked --debug --root target/tools --target-dir target
}
# The verdict of an attack is its exit code: 0 clean, 1 findings; anything else means that nothing was proven.
attacked() { local code=0; "$@" || code=$?; [ "$code" -le 1 ] || { echo "exit code $code: $*" >&2; return 1; }; }
# Which part of a long list this commit takes: K of N, that rotates with the commit. The whole list where GAUNTLET_WHOLE is set.
sample() { # sample N PROGRAM…
  if [ -n "${GAUNTLET_WHOLE:-}" ]; then "${@:2}"; return; fi
  GAUNTLET_SAMPLE=$((16#$(git rev-parse --short=8 HEAD | cut -c1-7) % $1))/$1 "${@:2}"
}
