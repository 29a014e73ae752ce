#!/usr/bin/env bash
# Compile the locks from the .in files. $1: uv's version.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(scripts/uv.sh "$1")
{ read -r uv; read -r _; } <<<"$found"
for name in requirements requirements-dev; do
    # BigDL's native libraries are for x86-64 Linux alone, so the lock is too.
    "$uv" pip compile --quiet --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
        --generate-hashes --no-header --no-emit-index-url \
        --override requirements.overrides.txt "$name.in" -o "$name.txt"
done
