#!/bin/bash -eu
# Builds every fuzz target into $OUT with its seeds and dictionary: for OSS-Fuzz, for ClusterFuzzLite, and for a machine at hand:
#
#   OUT=target/fuzz-out SANITIZER=none .clusterfuzzlite/build.sh
#
# SRC is the folder that holds the checkout (or the checkout is where this file is); SANITIZER is theirs, `address` by default.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ -n "${SRC:-}" ] && [ -d "$SRC/jwt-gauntlet" ]; then here=$SRC/jwt-gauntlet; fi
cd "$here"
OUT=${OUT:-$here/target/fuzz-out}
sanitizer=${SANITIZER:-address}
case $sanitizer in
  none | address | memory | thread) ;;
  coverage) sanitizer=none ;; # Their RUSTFLAGS instrument for it.
  *) echo "sanitizer $sanitizer is not for Rust" >&2; exit 1 ;;
esac
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/target}
toolchain=()
# The images of OSS-Fuzz have nightly as their default, and a RUSTUP_TOOLCHAIN that says so.
if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && ! rustc --version | grep -q nightly; then toolchain=(+nightly); fi

mkdir -p "$OUT"
export RUSTC_WRAPPER=$here/.clusterfuzzlite/rustc.sh
cargo "${toolchain[@]}" fuzz build -O --fuzz-dir fuzz -s "$sanitizer"
triple=$(rustc "${toolchain[@]}" -vV | sed -n 's/^host: //p')
for source in fuzz/fuzz_targets/*.rs; do
  name=$(basename "$source" .rs)
  cp "$CARGO_TARGET_DIR/$triple/release/$name" "$OUT/"
  cp fuzz/jwt.dict "$OUT/$name.dict"
  printf '[libfuzzer]\nmax_len = 8192\nlen_control = 0\n' >"$OUT/$name.options"
  seeds=("fuzz/seeds/$name")
  [ "$name" = catalogue ] && seeds+=(attacks)
  rm -f "$OUT/${name}_seed_corpus.zip"
  (cd "$here" && python3 - "$OUT/${name}_seed_corpus.zip" "${seeds[@]}" <<'PYTHON'
import hashlib, pathlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    files = sorted(f for folder in sys.argv[2:] for f in pathlib.Path(folder).rglob("*") if f.is_file())
    for file in files:
        data = file.read_bytes()
        archive.writestr(hashlib.sha1(data).hexdigest(), data)
PYTHON
  )
done
