#!/usr/bin/env python3
"""Installs the vulnerable and the fixed release of each row of releases.toml.

Usage: install.py [--into DIR] [GLOB...]        globs over row ids; without any, all rows

Each release goes to DIR/<id>/<version> (DIR defaults to target/releases). What is already there in the wanted shape is left
alone, so the script may run before every test. Packages with holes: nothing here may end up on a normal module path.
"""

import argparse
import concurrent.futures
import fnmatch
import pathlib
import platform
import shutil
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT = HERE.parents[1] / "target" / "releases"
STAMP = ".installed"
MINUTES = 10


def main():
    parser = argparse.ArgumentParser(description="Install the releases that detection is measured on.")
    parser.add_argument("--into", type=pathlib.Path, default=DEFAULT, metavar="DIR")
    parser.add_argument("globs", nargs="*", metavar="GLOB")
    options = parser.parse_args()

    rows = tomllib.loads((HERE / "releases.toml").read_text(encoding="utf-8"))["release"]
    for glob in options.globs:
        if not any(fnmatch.fnmatchcase(row["id"], glob) for row in rows):
            parser.error(f"no row matches {glob}")
    chosen = [r for r in rows if not options.globs or any(fnmatch.fnmatchcase(r["id"], g) for g in options.globs)]
    jobs = [(row, row[which]) for row in chosen for which in ("vulnerable", "fixed")]

    failed = 0
    # Two at a time: more only makes the registries and a small machine slower.
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        futures = {pool.submit(install, row, version, options.into): (row, version) for row, version in jobs}
        for future in concurrent.futures.as_completed(futures):
            row, version = futures[future]
            try:
                future.result()
            except Exception as error:  # one bad row must not hide the others
                failed += 1
                print(f"{row['id']} {version}: {error}", file=sys.stderr)
    print(f"{len(jobs) - failed} installed, {failed} failed")
    return 1 if failed else 0


def install(row, version, into):
    folder = into.resolve() / row["id"] / version
    command = {"npm": npm, "pypi": pip}[row["registry"]](row, version, folder)
    # The stamp holds all that the result depends on, so a changed row installs anew.
    wanted = "\n".join([platform.python_version() if row["registry"] == "pypi" else "", *command])
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=MINUTES * 60)
    except FileNotFoundError:
        raise RuntimeError(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{command[0]} took more than {MINUTES} minutes") from None
    if done.returncode != 0:
        raise RuntimeError("\n".join((done.stderr or done.stdout).strip().splitlines()[-8:]))
    stamp.write_text(wanted, encoding="utf-8")


def npm(row, version, folder):
    packages = [f"{row['package']}@{version}", *row.get("extra", [])]
    return ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", *packages]


def pip(row, version, folder):
    packages = [f"{row['package']}=={version}", *row.get("extra", [])]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
    return [sys.executable, "-m", "pip", "install", *quiet, "--target", str(folder), "--no-deps", *packages]


if __name__ == "__main__":
    sys.exit(main())
