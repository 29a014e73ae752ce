#!/usr/bin/env bash
# Compile the locks from the .in files. $1: uv's version.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(scripts/uv.sh "$1")
{ read -r uv; read -r _; } <<<"$found"
for name in requirements requirements-dev requirements-exports requirements-mlflow; do
    # One lock for every Python that Graft runs on; 3.11 is the oldest.
    "$uv" pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-emit-index-url \
        --override requirements.overrides.txt "$name.in" -o "$name.txt"
done
